"""What an operator is told of each decision, through both doors, and what nobody is ever told."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from both_doors import ADMIN_AUDIENCE, AUDIENCE, ISSUER, JWKS, KEYS, NOW, Doors, asgi_app, ask_asgi, mint, wsgi_app
from starlette.testclient import TestClient

import realmgate
from realmgate import Realm, RealmGate, RealmMap, Realms, requires, wsgi
from realmgate.decision import Decision, Outcome
from realmgate.reasons import Reason

SECRET = "s3cret-of-the-token"
PACKAGE = Path(realmgate.__file__).parent


class Listener:
    """Notes decisions, and insists that both doors tell the same."""

    def __init__(self) -> None:
        self.heard: list[Decision] = []

    def __call__(self, decision: Decision) -> None:
        self.heard.append(decision)

    def both(self) -> Decision:
        """What the two doors told of one request each, which may differ in duration only."""
        one, other = self.heard
        self.heard = []
        assert 0 <= one.duration < 5
        fields = [name for name in Decision.__struct_fields__ if name != "duration"]
        assert [getattr(one, name) for name in fields] == [getattr(other, name) for name in fields]
        return one


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def doors(doors_to: Callable[..., Doors], shop: Realms, listener: Listener) -> Doors:
    return doors_to(shop["storefront"], on_decision=listener)


@pytest.mark.parametrize(
    ("authorization", "reason", "kid"),
    [
        pytest.param((), Reason.NO_CREDENTIALS, None, id="nothing"),
        pytest.param((f"Basic {SECRET}",), Reason.OTHER_SCHEME, None, id="another scheme"),
        pytest.param((f"Bearer {SECRET},",), Reason.SEVERAL_CREDENTIALS, None, id="a comma"),
        pytest.param((f"Bearer {SECRET}",), Reason.MALFORMED, None, id="no token"),
        pytest.param((f"Bearer {mint(sub=SECRET, exp=int(NOW))}",), Reason.EXPIRED, "key-RS256", id="expired"),
        pytest.param((f"Bearer {mint(sub=SECRET, iss=SECRET)}",), Reason.WRONG_ISSUER, "key-RS256", id="issuer"),
        pytest.param((f"Bearer {mint(aud=ADMIN_AUDIENCE)}",), Reason.WRONG_AUDIENCE, "key-RS256", id="other realm"),
        pytest.param((f"Bearer {mint(header={'kid': SECRET})}",), Reason.UNKNOWN_KEY, None, id="unknown kid"),
        pytest.param(
            (f"Bearer {mint(key=KEYS['RS256'].private, header={'kid': 'key-ES256'})}",),
            Reason.UNKNOWN_KEY,
            "key-ES256",
            id="a known kid of another kind of key",
        ),
    ],
)
def test_a_refusal_is_told_without_a_byte_of_the_token(
    doors: Doors, listener: Listener, authorization: tuple[str, ...], reason: Reason, kid: str | None
) -> None:
    # A first good token, so that the keys are known.
    doors.bearer(mint(jti="first"))
    listener.heard = []
    assert doors.ask(*authorization).status in {400, 401}
    told = listener.both()
    assert (told.realm, told.outcome, told.reason, told.issuer) == ("storefront", Outcome.REFUSED, reason, ISSUER)
    assert told.kid == kid
    assert told.remembered is False
    assert SECRET not in repr(told)


def test_an_admission_is_told_with_its_key_and_whether_it_was_remembered(doors: Doors, listener: Listener) -> None:
    for remembered in (False, True, True):
        assert doors.bearer(mint()).status == 200
        told = listener.both()
        assert (told.outcome, told.reason, told.kid) == (Outcome.ADMITTED, None, "key-RS256")
        assert told.remembered is remembered


def test_a_remembered_token_that_is_asked_about_again_still_counts_as_remembered(
    doors_to: Callable[..., Doors], listener: Listener
) -> None:
    revoked: set[str] = set()
    realms = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, deny_list=revoked.__contains__))
    doors = doors_to(realms["storefront"], on_decision=listener)
    token = mint()
    assert [doors.bearer(token).status and listener.both().remembered for _ in range(2)] == [False, True]
    revoked.add("token-1")
    assert doors.bearer(token).status == 401
    assert listener.both().reason is Reason.REVOKED


def test_an_outage_is_not_the_callers_fault(doors_to: Callable[..., Doors], listener: Listener) -> None:
    def no_keys() -> Any:
        raise OSError

    realms = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=no_keys))
    assert doors_to(realms["storefront"], on_decision=listener).bearer(mint()).status == 503
    told = listener.both()
    assert (told.outcome, told.reason, told.kid) == (Outcome.UNAVAILABLE, Reason.KEYS_UNAVAILABLE, None)


def test_nobody_in_particular_is_told_as_such(doors_to: Callable[..., Doors], listener: Listener) -> None:
    realms = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, anonymous=True))
    doors = doors_to(realms["storefront"], on_decision=listener)
    assert doors.ask().status == 200
    assert listener.both().outcome is Outcome.ANONYMOUS
    assert doors.bearer(mint(exp=int(NOW))).status == 401
    assert listener.both().outcome is Outcome.REFUSED


def test_a_handler_that_wants_more_makes_a_second_decision(shop: Realms, listener: Listener) -> None:
    @requires("orders:write")
    async def write(request: Any) -> None:
        pytest.fail("let in")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        from starlette.requests import Request  # noqa: PLC0415

        response = await write(Request(scope, receive))
        await response(scope, receive, send)

    client = TestClient(RealmGate(app, realm=shop["storefront"], clock=lambda: NOW, on_decision=listener))
    assert client.get("/", headers={"authorization": f"Bearer {mint()}"}).status_code == 403
    assert [(told.outcome, told.reason) for told in listener.heard] == [
        (Outcome.ADMITTED, None),
        (Outcome.REFUSED, Reason.SCOPE_INSUFFICIENT),
    ]


def test_a_realm_map_tells_also_of_paths_that_are_no_realms(shop: Realms, listener: Listener) -> None:
    table = {"/api": shop["storefront"], "/admin": shop["backoffice"]}
    options: dict[str, Any] = {"elsewhere": "refuse", "clock": lambda: NOW, "on_decision": listener}
    doors = Doors(asgi=RealmMap(asgi_app, table, **options), wsgi=wsgi.RealmMap(wsgi_app, table, **options))
    cases = [
        ("/api/x", 200, "storefront", None),
        ("/admin/x", 401, "backoffice", Reason.WRONG_AUDIENCE),
        ("/elsewhere", 404, "", Reason.ELSEWHERE),
        ("/api/../admin", 400, "", Reason.AMBIGUOUS_PATH),
    ]
    for path, status, realm, reason in cases:
        assert doors.bearer(mint(), path=path).status == status
        told = listener.both()
        assert (told.realm, told.reason) == (realm, reason)


def test_where_a_realm_map_is_open_nobody_has_decided_anything(shop: Realms, listener: Listener) -> None:
    options: dict[str, Any] = {"elsewhere": "open", "clock": lambda: NOW, "on_decision": listener}
    table = {"/api": shop["storefront"]}
    doors = Doors(asgi=RealmMap(asgi_app, table, **options), wsgi=wsgi.RealmMap(wsgi_app, table, **options))
    assert doors.ask(path="/elsewhere").status == 200
    assert listener.heard == []


@pytest.mark.parametrize(("token", "status"), [(mint(), 200), (mint(exp=int(NOW)), 401), (mint(jti="again"), 200)])
def test_a_listener_that_fails_changes_no_decision(
    doors_to: Callable[..., Doors], shop: Realms, caplog: pytest.LogCaptureFixture, token: str, status: int
) -> None:
    def fail(decision: Decision) -> None:
        raise RuntimeError(SECRET)

    assert doors_to(shop["storefront"], on_decision=fail).bearer(token).status == status
    assert "on_decision failed: RuntimeError" in caplog.text
    assert SECRET not in caplog.text


def test_a_request_that_is_given_up_is_no_decision(listener: Listener) -> None:
    realm = Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, deny_list=asks_for_ever)
    gate = RealmGate(asgi_app, realm=Realms(realm)["storefront"], clock=lambda: NOW, on_decision=listener)

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ask_asgi(gate, [("authorization", f"Bearer {mint()}")]), 0.01)

    asyncio.run(give_up())
    assert listener.heard == []


async def asks_for_ever(_: str) -> bool:
    await asyncio.Event().wait()
    raise AssertionError


def test_nothing_listens_where_nobody_wants_to_be_told(shop: Realms) -> None:
    assert type(RealmGate(None, realm=shop["storefront"]).gate).__name__ == "Gate"
    assert type(RealmGate(None, realm=shop["storefront"], on_decision=print).gate).__name__ == "WatchedGate"
