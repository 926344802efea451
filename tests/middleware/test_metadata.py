"""What clients may know before they log in, where they look for it, and that no gate stands before it. RFC 9728."""

import asyncio
from typing import Any

import pytest
from both_doors import AUDIENCE, ISSUER, JWKS, Answer, asgi_app, ask_asgi, ask_wsgi, wsgi_app
from proofs import bound_doors
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route

from realmgate import AuditFailed, ConfigurationError, DPoP, Realm, RealmGate, RealmMap, Realms

WELL_KNOWN = "/.well-known/oauth-protected-resource"


def realm(name: str = "storefront", **differs: Any) -> Realm:
    return Realm(name, **{"issuer": ISSUER, "audience": AUDIENCE, "keys": JWKS, **differs})


def ask(path: str, *realms: Realm, method: str = "GET") -> Answer:
    """Through both doors, from an app that would answer with 500."""
    shop = Realms(*(realms or (realm(),)))
    app = Starlette(routes=[*shop.metadata_routes(), Route("/{rest:path}", fail)])
    through_asgi = asyncio.run(ask_asgi(app, [], path=path, method=method))
    through_wsgi = ask_wsgi(shop.metadata(fail_wsgi), [], path=path, method=method)
    assert through_asgi == through_wsgi
    return through_asgi


async def fail(request: Any) -> Any:
    raise PassedOn


def fail_wsgi(environ: Any, start_response: Any) -> Any:
    raise PassedOn


class PassedOn(Exception):
    pass


def test_the_metadata_of_a_plain_realm_says_where_to_get_tokens() -> None:
    answer = ask(f"{WELL_KNOWN}/api")
    assert answer.status == 200
    assert answer.header("content-type") == "application/json"
    assert answer.header("cache-control") == "public, max-age=3600"
    assert answer.json == {
        "resource": AUDIENCE,
        "authorization_servers": [ISSUER],
        "bearer_methods_supported": ["header"],
    }


def test_the_metadata_of_a_realm_with_everything_says_everything() -> None:
    rich = realm(
        audience="storefront-api",
        resource="https://shop.example:8443/api/v1",
        resource_name="Storefront API",
        scopes_supported=["orders:read", "orders:write"],
        dpop=DPoP(required=True, algorithms=("ES256", "EdDSA")),
        certificate_header="x-client-cert",
    )
    assert ask(f"{WELL_KNOWN}/api/v1", rich).json == {
        "resource": "https://shop.example:8443/api/v1",
        "authorization_servers": [ISSUER],
        "bearer_methods_supported": ["header"],
        "scopes_supported": ["orders:read", "orders:write"],
        "resource_name": "Storefront API",
        "tls_client_certificate_bound_access_tokens": True,
        "dpop_signing_alg_values_supported": ["ES256", "EdDSA"],
        "dpop_bound_access_tokens_required": True,
    }


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        ("https://shop.example", WELL_KNOWN),
        ("https://shop.example/", WELL_KNOWN),
        ("https://shop.example/a/b", f"{WELL_KNOWN}/a/b"),
        ("https://shop.example/a/", f"{WELL_KNOWN}/a/"),
        ("https://shop.example/Gr%C3%B6%C3%9Fe", f"{WELL_KNOWN}/Größe"),
    ],
)
def test_the_well_known_part_goes_before_the_path(resource: str, path: str) -> None:
    assert ask(path, realm(resource=resource)).json["resource"] == resource


@pytest.mark.parametrize(
    "path", ["/", "/api", WELL_KNOWN, f"{WELL_KNOWN}/api/", f"{WELL_KNOWN}/API", f"/api{WELL_KNOWN}"]
)
def test_other_paths_are_passed_on(path: str) -> None:
    with pytest.raises(PassedOn):
        ask(path)


def test_a_head_request_gets_the_headers_alone() -> None:
    path = f"{WELL_KNOWN}/api"
    assert ask(path, method="HEAD") == Answer(200, ask(path).headers, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_metadata_can_only_be_read(method: str) -> None:
    answer = ask(f"{WELL_KNOWN}/api", method=method)
    assert answer.status == 405
    assert answer.header("allow") == "GET, HEAD"


def test_each_realm_has_metadata_of_its_own() -> None:
    both = (realm(), realm("backoffice", audience="https://shop.example/admin/api"))
    assert ask(f"{WELL_KNOWN}/api", *both).json["resource"] == AUDIENCE
    assert ask(f"{WELL_KNOWN}/admin/api", *both).json["resource"] == "https://shop.example/admin/api"


def test_metadata_without_an_address_is_refused_at_start_up() -> None:
    shop = Realms(realm(), realm("backoffice", audience="backoffice-api"))
    for serve in (shop.metadata_routes, lambda: shop.metadata(wsgi_app)):
        with pytest.raises(ConfigurationError, match=r"Realm\('backoffice', resource=…\): metadata needs the address"):
            serve()
    assert [route.path for route in shop.metadata_routes("storefront")] == [f"{WELL_KNOWN}/api"]
    with pytest.raises(KeyError, match="no realm 'storefornt'"):
        shop.metadata(wsgi_app, "storefornt")


def test_two_realms_cannot_have_their_metadata_at_one_path() -> None:
    shop = Realms(realm(), realm("partners", audience="https://partners.example/api"))
    with pytest.raises(ConfigurationError, match="as that of 'storefront' does"):
        shop.metadata_routes()


def test_an_audit_knows_that_metadata_is_public() -> None:
    shop = Realms(realm())
    gate = Middleware(RealmGate, realm=shop["storefront"])
    api = Mount("/api", routes=[Route("/orders", fail)], middleware=[gate])
    shop.audit(Starlette(routes=[api, *shop.metadata_routes()]))
    shop.audit(
        RealmMap(
            Starlette(routes=[Route("/api", fail), *shop.metadata_routes()]),
            {"/api": shop["storefront"]},
            elsewhere="open",
        )
    )
    with pytest.raises(AuditFailed, match=r"metadata of storefront\): lies behind a gate"):
        shop.audit(Starlette(routes=[api.routes[0], *shop.metadata_routes()], middleware=[gate]))


@pytest.mark.parametrize("sent", [[], ["Bearer"], ["Basic x"], ["Bearer x"], ["Bearer a", "Bearer b"]])
def test_every_challenge_points_to_the_metadata_of_a_realm_with_an_address(sent: list[str]) -> None:
    doors = bound_doors(resource="https://shop.example/api", dpop=DPoP())
    challenges = [value for name, value in doors.ask(*sent).headers if name == "www-authenticate"]
    assert len(challenges) == 2
    for challenge in challenges:
        assert challenge.endswith(f', resource_metadata="https://shop.example{WELL_KNOWN}/api"')


def test_without_an_address_nothing_is_pointed_to() -> None:
    assert "resource_metadata" not in str(bound_doors().ask().headers)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("resource", "http://shop.example/api"),
        ("resource", "shop.example/api"),
        ("resource", "/api"),
        ("resource", ""),
        ("resource", "https://shop.example/api#part"),
        ("resource", 'https://shop.example/"api"'),
        ("resource", "https://shop.example/größe"),
        ("resource", "https://user@shop.example/api"),
        ("resource", 7),
        ("scopes_supported", "orders:read"),
        ("scopes_supported", [""]),
        ("scopes_supported", None),
        ("scopes_supported", 7),
        ("resource_name", b"Shop"),
    ],
)
def test_what_cannot_be_right_is_refused_at_start_up(argument: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=rf"Realm\('storefront', {argument}=…\)"):
        realm(**{argument: value})


def test_in_development_an_address_may_be_http() -> None:
    assert realm(resource="http://127.0.0.1:8900/api", trust_mock=True).origin == ("http", "127.0.0.1", 8900)


def test_metadata_stands_before_an_app_that_is_guarded_whole() -> None:
    shop = Realms(realm())
    app = Starlette(routes=[*shop.metadata_routes(), Mount("/", app=RealmGate(asgi_app, realm=shop["storefront"]))])
    assert asyncio.run(ask_asgi(app, [], path=f"{WELL_KNOWN}/api")).status == 200
    assert asyncio.run(ask_asgi(app, [], path="/api")).status == 401
