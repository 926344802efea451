"""What became an advisory in gateways and middleware, and what this gate does in the same place, at both doors."""

import asyncio
import base64
import hashlib
import threading
from collections.abc import Callable

import pytest
from answering import answering
from both_doors import ADMIN_AUDIENCE, JWKS, NOW, Doors, asgi_app, ask_asgi, ask_wsgi, mint, wsgi_app
from certificates import certified
from proofs import ES256, b64url, bound_doors
from refused import refuses

from realmgate import DPoP, JwksUri, Realms, asgi, wsgi

DoorTo = Callable[..., Doors]


@pytest.fixture
def mapped(shop: Realms) -> Doors:
    """Two realms by prefix; elsewhere everybody is nobody."""
    table = {"/api": shop["storefront"], "/admin/api": shop["backoffice"]}
    return Doors(
        asgi=asgi.RealmMap(asgi_app, table, elsewhere="open", clock=lambda: NOW),
        wsgi=wsgi.RealmMap(wsgi_app, table, elsewhere="open", clock=lambda: NOW),
    )


def kept_out(doors: Doors, *paths: str, mount: str = "") -> bool:
    """Whether neither nobody nor a customer gets into the back-office under any of these paths."""
    answers = [doors.ask(*sent, path=path, mount=mount) for path in paths for sent in ([], [f"Bearer {mint()}"])]
    return all(answer.status in (400, 401) for answer in answers)


@pytest.mark.parametrize(
    "host", ["localhost/health?x=", "shop.example/health#", "shop.example\\@evil.example", "", "[::1", "/"]
)
def test_cve_2026_48710_and_ghsa_86qp_5c8j_p5mr_a_host_header_moves_nothing(mapped: Doors, host: str) -> None:
    for name in ("host", "x-forwarded-host", "x-original-host"):
        assert mapped.ask(path="/admin/api/users", headers=[(name, host)]).status == 401


@pytest.mark.parametrize("mount", ["/api", "/admin", "/admin/api", "/adm"])
def test_ghsa_94f4_hr76_p5j6_a_mount_is_cut_off_whole_segments_only(mapped: Doors, mount: str) -> None:
    assert kept_out(mapped, "/admin/api/users", mount=mount)


@pytest.mark.parametrize("path", ["/static/../admin/api", "/admin/./api", "/admin/x/../api", "/static/.././admin/api/"])
def test_cve_2019_9901_dots_lead_around_no_gate(mapped: Doors, path: str) -> None:
    assert kept_out(mapped, path, f"{path}/users")


@pytest.mark.parametrize("path", ["/admin%2fapi", "/admin%2Fapi", "/admin%5capi", "/admin%5Capi", "/%61dmin/api"])
def test_cve_2021_29492_an_escaped_slash_leads_around_no_gate(mapped: Doors, path: str) -> None:
    assert kept_out(mapped, path, f"{path}/users")


@pytest.mark.parametrize("path", ["/admin/api#/../../static", "/static#/../../admin/api", "/admin/api%23"])
def test_cve_2021_32779_and_cve_2026_41059_a_hash_leads_around_no_gate(mapped: Doors, path: str) -> None:
    assert kept_out(mapped, path, f"{path}/users")


@pytest.mark.parametrize("path", ["//admin/api", "/admin//api", "///admin///api", "/static//../admin/api"])
def test_cve_2021_31920_two_slashes_lead_around_no_gate(mapped: Doors, path: str) -> None:
    assert kept_out(mapped, path, f"{path}/users")


@pytest.mark.parametrize("path", ["/static?/../../admin/api", "/admin/api?/static", "/admin/api%3f"])
def test_cve_2025_54576_a_query_in_the_path_leads_around_no_gate(mapped: Doors, path: str) -> None:
    assert kept_out(mapped, path, f"{path}/users")


@pytest.mark.parametrize(
    "path", ["/static/%2e%2e/admin/api", "/admin/%2e/api", "/static/%2E%2E%2Fadmin%2Fapi", "/static/.%2e/admin/api"]
)
def test_cve_2026_48020_escaped_dots_lead_around_no_gate(mapped: Doors, path: str) -> None:
    assert kept_out(mapped, path, f"{path}/users")


@pytest.mark.parametrize(
    "path",
    [
        "/static/..%2fadmin%2fapi",
        "/static/..%5cadmin%5capi",
        "/admin\x00/api",
        "/admin%00/api",
        "/admin;/api",
        "/static/..;/admin/api",
        "/admin%3b/api",
        "/admin\\api",
        "/admin/api\x00",
    ],
)
def test_ghsa_vrch_868g_9jx5_and_ghsa_gm3x_23wp_hc2c_no_odd_character_leads_around_a_gate(
    mapped: Doors, path: str
) -> None:
    assert kept_out(mapped, path, f"{path}/users")


@pytest.mark.parametrize(
    "path",
    ["/admin;x=1/api", "/admin/api;x", "/;x/admin/api", "/admin/;x/api", "/static/..;x/admin;y/api", "/admin%3Bx/api"],
)
def test_cve_2026_73511_and_cve_2026_73553_a_parameter_of_a_segment_leads_around_no_gate(
    mapped: Doors, path: str
) -> None:
    assert kept_out(mapped, path, f"{path}/users", f"{path};z/users;z")


@pytest.mark.parametrize("path", ["/ADMIN/API", "/admin/Api/users", "/Admin/api"])
def test_cve_2026_27587_and_cve_2026_27588_capitals_lead_around_no_gate(mapped: Doors, path: str) -> None:
    assert kept_out(mapped, path, f"{path}/users")


@pytest.mark.parametrize(
    "path",
    [
        "/admin/api/app.css",
        "/admin/api/static/app.js",
        "/admin/api/favicon.ico",
        "/admin//api/app.css",
        "/admin/api/..;/app.css",
    ],
)
def test_cve_2024_38821_and_ghsa_c4q5_6c82_3qpw_a_file_is_guarded_like_anything_else(mapped: Doors, path: str) -> None:
    assert kept_out(mapped, path, f"{path}/users")


@pytest.mark.parametrize(
    ("mount", "path"),
    [("/admin", "/api/users"), ("/admin/api", "/users"), ("/admin/api/users", ""), ("/shop", "/admin/api/users")],
)
def test_cve_2026_22753_and_cve_2026_22754_the_mount_belongs_to_the_path(mapped: Doors, mount: str, path: str) -> None:
    assert kept_out(mapped, path, mount=mount)


@pytest.mark.parametrize(
    "token", ["x", "a.b.c", mint(iss="https://unknown.example"), mint(exp=1), mint()[:-4] + "AAAA"]
)
def test_cve_2021_21378_where_a_token_may_be_missing_a_bad_one_is_still_bad(door_to: DoorTo, token: str) -> None:
    doors = door_to(anonymous=True)
    assert refuses(doors, token)
    assert doors.ask().json["is_authenticated"] is False


def test_cve_2025_64527_and_cve_2024_45809_several_tokens_are_refused_also_while_keys_are_far_away(
    door_to: DoorTo,
) -> None:
    with answering(lambda _: (200, JWKS)) as server:
        doors = door_to(keys=JwksUri(f"{server.address}/jwks", trust_mock=True), trust_mock=True)
        for sent in (
            [f"Bearer {mint()}", f"Bearer {mint()}"],
            [f"Bearer {mint()}", "Bearer x"],
            [f"Bearer {mint()},x"],
        ):
            assert doors.ask(*sent).status == 400
        assert server.asked == []
        assert doors.bearer(mint()).status == 200


FORWARDED = [
    *("x-forwarded-uri", "x-original-uri", "x-original-url", "x-rewrite-url", "x-forwarded-prefix", "x-script-name"),
    *("x_forwarded_uri", "x-forwarded-path", "x-envoy-original-path", "x-accel-redirect", "script-name", "path-info"),
]


@pytest.mark.parametrize("name", FORWARDED)
def test_cve_2023_27487_and_cve_2026_40575_and_cve_2026_76835_no_forwarded_header_moves_a_request(
    mapped: Doors, name: str
) -> None:
    for value in ("/", "/static", "/api/x"):
        assert mapped.ask(path="/admin/api/users", headers=[(name, value)]).status == 401
        assert mapped.ask(f"Bearer {mint()}", path="/admin/api/users", headers=[(name, value)]).status == 401


@pytest.mark.parametrize("agent", ["GoogleHC/1.0", "kube-probe/1.30", "ELB-HealthChecker/2.0"])
def test_cve_2026_34457_no_user_agent_opens_a_door(doors: Doors, agent: str) -> None:
    assert doors.ask(headers=[("user-agent", agent)]) == doors.ask()


@pytest.mark.parametrize(
    "name", ["x_forwarded_user", "x-forwarded-user", "remote-user", "remote_user", "x-remote-user"]
)
def test_cve_2026_67309_no_header_says_who_is_there(doors: Doors, name: str) -> None:
    assert doors.ask(headers=[(name, "admin")]).status == 401
    assert doors.bearer(mint(), headers=[(name, "admin")]).json["subject"] == "customer@example.com"


@pytest.mark.parametrize("host", ["shop.example/api?x=", "shop.example/api#", "shop.example/api", "evil.example"])
def test_a_proof_for_one_place_is_none_for_another_whatever_host_is_named(host: str) -> None:
    token = ES256.bound_token()
    moved = [("host", host), ("x-forwarded-host", host)]
    doors = bound_doors(dpop=DPoP())
    answer = doors.ask(f"DPoP {token}", path="/api/orders", headers=[("dpop", ES256.proof(token)), *moved])
    assert answer.status == 401
    assert 'error="invalid_dpop_proof"' in str(answer.headers)
    assert doors.ask(f"DPoP {token}", path="/api", headers=[("dpop", ES256.proof(token)), *moved]).status == 200


def test_cve_2026_27124_a_token_for_somebody_else_is_not_taken_although_the_issuer_is_right(doors: Doors) -> None:
    assert refuses(doors, mint(aud="https://another-api.example"), mint(aud=ADMIN_AUDIENCE), mint(aud="storefront-web"))


def test_cve_2026_22747_no_name_in_a_certificate_says_who_is_there() -> None:
    mine, namesake = certified("customer@example.com"), certified("customer@example.com")
    x5t = b64url(hashlib.sha256(mine.der).digest())
    token = mint(cnf={"x5t#S256": x5t})
    doors = bound_doors(certificate_header="x-client-cert")
    for certificate, status in ((mine, 200), (namesake, 401), (certified("CN=customer@example.com"), 401)):
        shown = f":{base64.b64encode(certificate.der).decode()}:"
        assert doors.bearer(token, headers=[("x-client-cert", shown)]).status == status
        assert doors.ask(headers=[("x-client-cert", shown)]).status == 401


def test_cve_2026_22732_what_the_gate_adds_is_in_the_answer_whatever_the_app_writes() -> None:
    token = ES256.bound_token()
    doors = bound_doors(dpop=DPoP(nonce=True, secret=b"s" * 32))
    first = doors.ask(f"DPoP {token}", path="/api", headers=[("dpop", ES256.proof(token))])
    nonce = first.header("dpop-nonce")
    assert first.status == 401
    # The app writes its content-length itself.
    late = bound_doors(dpop=DPoP(nonce=True, secret=b"s" * 32), clock=lambda: NOW + 60)
    proof = ES256.proof(token, nonce=nonce, iat=int(NOW) + 60)
    answer = late.ask(f"DPoP {token}", path="/api", headers=[("dpop", proof)])
    assert (answer.status, answer.header("content-length")) == (200, str(len(answer.body)))
    assert answer.header("dpop-nonce") not in (None, nonce)


def test_cve_2026_22751_a_proof_is_good_once_however_many_bring_it_at_once() -> None:
    token = ES256.bound_token()
    doors = bound_doors(dpop=DPoP())
    sent = [("authorization", f"DPoP {token}"), ("dpop", ES256.proof(token))]
    statuses: dict[str, list[int]] = {"asgi": [], "wsgi": []}
    together = threading.Barrier(16)

    def bring(door: str) -> None:
        together.wait()
        if door == "wsgi":
            answer = ask_wsgi(doors.wsgi, sent, path="/api")
        else:
            answer = asyncio.run(ask_asgi(doors.asgi, sent, path="/api"))
        statuses[door].append(answer.status)

    threads = [threading.Thread(target=bring, args=(door,)) for door in statuses for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {door: sorted(each) for door, each in statuses.items()} == {door: [200] + [401] * 7 for door in statuses}
