import socket
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from sockets import free_port
from terminal import run, served

from mockidp import ConfigError, MockIdp
from mockidp.control.guard import Asking, Guard
from mockidp.control.problems import Refused

EVERYWHERE = "0.0.0.0"  # noqa: S104  # what other machines reach
SECRET = "let-me-control.you_1~+/="
PATHS = [("GET", "/_mockidp/state"), ("GET", "/_mockidp/openapi.json"), ("POST", "/_mockidp/reset")]


@pytest.fixture(scope="module")
def idp() -> Iterator[MockIdp]:
    with MockIdp() as running:
        yield running


@pytest.fixture(scope="module")
def guarded() -> Iterator[MockIdp]:
    with MockIdp(control_token=SECRET) as running:
        yield running


def own_address() -> str:
    """An address of this machine that is not loopback: whoever comes to it comes from it, as from another machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
            address: str = probe.getsockname()[0]
        except OSError:
            address = "127.0.0.1"
    if address.startswith("127."):
        pytest.skip("this machine has no address but loopback")
    return address


def status(idp: MockIdp, method: str, path: str, base: str = "", **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body: dict[str, str] | None = {} if method == "POST" else None
    answer = requests.request(
        method, (base or idp.base_url) + path, json=body, headers=named, timeout=10, allow_redirects=False
    )
    assert not any(name.lower().startswith("access-control") for name in answer.headers)
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code


def raw(idp: MockIdp, request: bytes) -> bytes:
    """What answers these very bytes."""
    with socket.create_connection(("127.0.0.1", int(idp.local_url.rpartition(":")[2])), timeout=30) as connection:
        connection.sendall(request)
        return connection.recv(65536)


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_programs_of_this_machine_may(idp: MockIdp, method: str, path: str) -> None:
    assert status(idp, method, path) == 200
    assert status(idp, method, path, base=idp.base_url.replace("127.0.0.1", "localhost")) == 200


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize(
    "host",
    [
        "attacker.example",
        "attacker.example:{port}",
        "127.0.0.1.attacker.example:{port}",
        "localhost.attacker.example",
        "127.0.0.1@attacker.example",
        "attacker.example#127.0.0.1",
        "localhost.",
        "0.0.0.0:{port}",
        "127.1:{port}",
        "2130706433:{port}",
        "[::ffff:8.8.8.8]:{port}",
        "127.0.0.1:{port}:80",
        "127.0.0.1, attacker.example",
    ],
)
def test_a_name_that_was_made_to_lead_here_is_none_of_ours(idp: MockIdp, method: str, path: str, host: str) -> None:
    assert status(idp, method, path, Host=host.format(port=idp.base_url.rpartition(":")[2])) == 403


@pytest.mark.parametrize("hosts", [b"Host: 127.0.0.1\r\nHost: attacker.example\r\n", b"", b"Host:\r\n"])
def test_no_host_and_two_hosts_are_none_of_ours(idp: MockIdp, hosts: bytes) -> None:
    answer = raw(idp, b"GET /_mockidp/state HTTP/1.0\r\n" + hosts + b"\r\n")
    assert answer.split()[1] in {b"400", b"403"}
    assert b"forgotten" not in answer


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize(
    "origin",
    ["http://attacker.example", "null", "http://127.0.0.1:1", "https://{host}", "http://localhost", "file://", ""],
)
def test_a_page_of_another_origin_may_not(idp: MockIdp, method: str, path: str, origin: str) -> None:
    host = idp.base_url.removeprefix("http://")
    assert status(idp, method, path, Origin=origin.format(host=host)) == 403


@pytest.mark.parametrize(
    ("site", "read", "done"),
    [
        ("cross-site", 403, 403),
        ("same-site", 403, 403),
        ("none", 200, 403),
        ("same-origin", 200, 200),
        ("new", 403, 403),
    ],
)
def test_what_a_browser_says_about_where_it_comes_from_counts(idp: MockIdp, site: str, read: int, done: int) -> None:
    assert status(idp, "GET", "/_mockidp/state", Sec_Fetch_Site=site) == read
    assert status(idp, "POST", "/_mockidp/reset", Sec_Fetch_Site=site) == done


def test_its_own_pages_may(idp: MockIdp) -> None:
    assert status(idp, "POST", "/_mockidp/reset", Origin=idp.base_url, Sec_Fetch_Site="same-origin") == 200


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json", "application/json2", ""],
)
def test_what_a_form_can_send_is_not_json(idp: MockIdp, kind: str) -> None:
    idp.clock.freeze(5)
    answer = requests.post(f"{idp.base_url}/_mockidp/clock/reset", b"{}", headers={"Content-Type": kind}, timeout=10)
    assert (answer.status_code, idp.clock.frozen) == (415, True)


def test_two_content_types_are_none(idp: MockIdp) -> None:
    host = idp.base_url.removeprefix("http://").encode()
    types = b"Content-Type: application/json\r\nContent-Type: text/plain\r\n"
    asked = b"POST /_mockidp/reset HTTP/1.1\r\nHost: " + host + b"\r\nContent-Length: 2\r\n" + types + b"\r\n{}"
    assert raw(idp, asked).split()[1] == b"415"


def test_a_question_before_the_request_is_answered_with_no(idp: MockIdp) -> None:
    asked = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "content-type"}
    assert status(idp, "OPTIONS", "/_mockidp/reset", Origin="http://attacker.example", **asked) == 403
    assert status(idp, "OPTIONS", "/_mockidp/reset", **asked) == 405


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize(
    "header",
    ["Forwarded", "Via", "X_Real_Ip", "X_Forwarded_For", "X_Forwarded_Host", "X_Forwarded_Proto", "x_forwarded_"],
)
def test_through_a_proxy_it_needs_the_token(idp: MockIdp, method: str, path: str, header: str) -> None:
    assert status(idp, method, path, **{header: "127.0.0.1"}) == 403


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_from_another_machine_it_needs_the_token_that_there_is_not(method: str, path: str) -> None:
    address = own_address()
    with MockIdp(host=EVERYWHERE, allow_remote=True) as idp:
        there = f"http://{address}:{idp.base_url.rpartition(':')[2]}"
        assert requests.get(there, timeout=10).status_code == 200
        assert status(idp, method, path, there) == 403
        assert status(idp, method, path, there, Host="127.0.0.1") == 403
        assert status(idp, method, path, there, Host="localhost", Authorization="Bearer ") == 403
        assert status(idp, method, path) == 200


def test_from_another_machine_it_may_with_the_token() -> None:
    address = own_address()
    port = free_port()
    there = f"http://{address}:{port}"
    with MockIdp(host=EVERYWHERE, port=port, allow_remote=True, base_url=there, control_token=SECRET) as idp:
        assert status(idp, "POST", "/_mockidp/reset", there) == 401
        assert status(idp, "POST", "/_mockidp/reset", there, Authorization=f"Bearer {SECRET}") == 200


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {SECRET}x",
        f"Bearer {SECRET[:-1]}",
        f"Basic {SECRET}",
        SECRET,
        f"Bearer, {SECRET}",
    ],
)
def test_where_there_is_a_token_everybody_needs_it(
    guarded: MockIdp, method: str, path: str, authorization: str
) -> None:
    answer = requests.request(
        method, guarded.base_url + path, json={}, headers={"Authorization": authorization}, timeout=10
    )
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="mockidp control"'
    assert SECRET not in answer.text


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_who_knows_the_token_may_also_through_a_proxy(guarded: MockIdp, method: str, path: str) -> None:
    assert status(guarded, method, path) == 401
    assert status(guarded, method, path, Authorization=f"bearer {SECRET}", X_Forwarded_For="192.0.2.7") == 200


def test_the_token_does_not_help_a_page_of_another_origin(guarded: MockIdp) -> None:
    proof = {"Authorization": f"Bearer {SECRET}"}
    assert status(guarded, "GET", "/_mockidp/state", Origin="http://attacker.example", **proof) == 403
    assert status(guarded, "GET", "/_mockidp/state", Host="attacker.example", **proof) == 403


def test_two_tokens_are_none(guarded: MockIdp) -> None:
    proof = f"Authorization: Bearer {SECRET}\r\n".encode()
    answer = raw(guarded, b"GET /_mockidp/state HTTP/1.1\r\nHost: localhost\r\n" + proof + proof + b"\r\n")
    assert answer.split()[1] == b"401"


@pytest.mark.parametrize("token", ["", " ", "with blank", "caf\N{LATIN SMALL LETTER E WITH ACUTE}", "a\nb", "a=b"])
def test_a_token_that_no_header_can_carry_is_refused_at_the_start(token: str) -> None:
    with pytest.raises(ConfigError, match="control_token: expected letters"):
        MockIdp(control_token=token)


def test_nothing_shows_the_token(guarded: MockIdp) -> None:
    guard = Guard(addresses=(), token=SECRET)
    assert SECRET not in repr(guard) + repr(guarded)


def asking(**differs: Any) -> Asking:
    return Asking(
        **{"headers": (("host", "localhost"),), "scheme": "http", "peer": "127.0.0.1", "reads": True, **differs}
    )


@pytest.mark.parametrize("peer", [None, "testclient", "192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", ""])
def test_a_peer_that_is_not_this_machine_for_sure_is_another(peer: str | None) -> None:
    with pytest.raises(Refused, match="--control-token"):
        Guard(addresses=()).check(asking(peer=peer))


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_has_several_addresses(peer: str) -> None:
    Guard(addresses=()).check(asking(peer=peer))


@pytest.mark.parametrize("host", ["id.example", "ID.example:8443", "localhost", "[::1]:8800"])
def test_the_host_of_an_own_address_is_one_of_ours(host: str) -> None:
    Guard(addresses=("https://id.example/mock",)).check(asking(headers=(("host", host),)))


def test_a_page_behind_a_proxy_that_ends_tls_has_the_origin_of_the_address() -> None:
    headers = (("host", "id.example"), ("origin", "https://id.example"))
    Guard(addresses=("https://id.example/mock",)).check(asking(headers=headers))


def test_the_command_line_sets_and_sends_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    with served("--control-token", SECRET) as (_, welcome):
        at = ["--at", welcome.split("listens on ")[1].split(". ")[0]]
        refused = run("clock", *at)
        assert refused.returncode == 2
        assert "give it with --control-token or $MOCKIDP_CONTROL_TOKEN" in refused.stderr
        assert run("clock", *at, "--control-token", SECRET).returncode == 0
        monkeypatch.setenv("MOCKIDP_CONTROL_TOKEN", SECRET)
        assert run("clock", *at).returncode == 0
        assert run("token", "storefront", *at).returncode == 0


def test_the_environment_sets_the_token_and_an_empty_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKIDP_CONTROL_TOKEN", SECRET)
    with served() as (_, welcome):
        base = welcome.split("listens on ")[1].split(". ")[0]
        assert requests.get(f"{base}/_mockidp/clock", timeout=10).status_code == 401
    monkeypatch.setenv("MOCKIDP_CONTROL_TOKEN", "")
    refused = run("serve", "--port", "0")
    assert refused.returncode == 2
    assert "control_token: expected letters" in refused.stderr
