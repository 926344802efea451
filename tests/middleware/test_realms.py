"""Realms that are proven apart, and tokens that try to be good in both."""

import asyncio
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from both_doors import ADMIN_AUDIENCE, AUDIENCE, ISSUER, JWKS, Doors, ask_asgi, ask_wsgi, mint

from realmgate import ConfigurationError, Realm, RealmOverlap, Realms, asgi, wsgi

DoorsTo = Callable[..., Doors]
DoorTo = Callable[..., Doors]
ReasonOf = Callable[[Doors, str], str]


def one(**differs: Any) -> Realm:
    return Realm("storefront", **{"issuer": ISSUER, "audience": AUDIENCE, "keys": JWKS, **differs})


def other(**differs: Any) -> Realm:
    return Realm("backoffice", **{"issuer": ISSUER, "audience": AUDIENCE, "keys": JWKS, **differs})


ELSEWHERE = "https://id.example/backoffice"
WEB, SPA = {"clients": ["web"]}, {"clients": ["spa"]}

APART = [
    pytest.param({}, {"issuer": ELSEWHERE}, id="issuers"),
    pytest.param({}, {"issuer": ISSUER + "/"}, id="issuers that differ by a slash"),
    pytest.param({}, {"audience": ADMIN_AUDIENCE}, id="audiences"),
    pytest.param({}, {"audience": (ADMIN_AUDIENCE, "b")}, id="an audience and a set"),
    pytest.param({"audience": ("a", "b")}, {"audience": ("c", "d")}, id="sets of audiences"),
    pytest.param(WEB, SPA, id="clients"),
    pytest.param({"clients": ["web", "cli"]}, SPA, id="sets of clients"),
    pytest.param({"require": {"tenant": "a"}}, {"require": {"tenant": "b"}}, id="a required claim"),
    pytest.param({"require": {"x": 1, "t": "a"}}, {"require": {"y": 1, "t": "b"}}, id="one of several required claims"),
    pytest.param({"require": {"staff": True}}, {"require": {"staff": False}}, id="true and false"),
    pytest.param({"require": {"level": 1}}, {"require": {"level": "1"}}, id="a number and text"),
    pytest.param({"profile": "jwt", **WEB}, SPA, id="clients, in two kinds of tokens"),
    pytest.param(
        {"profile": "jwt", "client_id": "azp", **WEB},
        {"profile": "jwt", "client_id": "azp", **SPA},
        id="clients over a claim of their own",
    ),
    pytest.param(
        {"profile": "orocommerce", "issuer": None, "audience": (), "clients": ["1"]},
        {"profile": "orocommerce", "issuer": None, "audience": (), "clients": ["2"]},
        id="clients that are the audience",
    ),
]

TOGETHER = [
    pytest.param({}, {}, id="nothing"),
    pytest.param({}, {"audience": (AUDIENCE, ADMIN_AUDIENCE)}, id="an audience that is among others"),
    pytest.param({"audience": ("a", "b")}, {"audience": ("b", "c")}, id="one audience of two"),
    pytest.param(WEB, {}, id="a client set on one side"),
    pytest.param({"clients": ["web", "spa"]}, SPA, id="a client in both sets"),
    pytest.param({"require": {"tenant": "a"}}, {}, id="a required claim on one side"),
    pytest.param({"require": {"tenant": "a"}}, {"require": {"tenant": "a"}}, id="the same required claim"),
    pytest.param({"require": {"tenant": "a"}}, {"require": {"level": 1}}, id="different required claims"),
    pytest.param({"require": {"level": 1}}, {"require": {"level": True}}, id="one and true"),
    pytest.param({"keys": JWKS}, {"keys": {"keys": [JWKS["keys"][0]]}}, id="keys, which do not count"),
    pytest.param({"algorithms": ("RS256",)}, {"algorithms": ("ES256",)}, id="algorithms, which do not count"),
    pytest.param({"profile": "rfc9068"}, {"profile": "jwt"}, id="profiles, which do not count"),
    pytest.param({"anonymous": True}, {"max_lifetime": 60}, id="settings, which do not count"),
    pytest.param({"profile": "jwt", **WEB}, {"profile": "jwt", "client_id": "azp", **SPA}, id="clients of two claims"),
    pytest.param(
        {"profile": "jwt", "audience": (), **WEB}, {"profile": "jwt", "clients": ["web"]}, id="any audience and one"
    ),
]


@pytest.mark.parametrize(("first", "second"), APART)
def test_realms_that_no_token_satisfies_both_stand_together(first: dict[str, Any], second: dict[str, Any]) -> None:
    for realms in permutations((one(**first), other(**second))):
        assert list(Realms(*realms)) == [realm.name for realm in realms]


@pytest.mark.parametrize(("first", "second"), TOGETHER)
def test_realms_that_one_token_could_satisfy_are_refused(first: dict[str, Any], second: dict[str, Any]) -> None:
    for realms in permutations((one(**first), other(**second))):
        with pytest.raises(RealmOverlap) as caught:
            Realms(*realms)
        text = str(caught.value)
        assert "'storefront'" in text
        assert "'backoffice'" in text
        assert ISSUER in text


def test_the_overlap_is_explained() -> None:
    with pytest.raises(RealmOverlap) as caught:
        Realms(one(audience=(AUDIENCE, "b", "a")), other(audience=("a", "c", "b")))
    assert str(caught.value) == (
        "realms 'storefront' and 'backoffice' overlap: both take tokens of the issuer https://id.example/storefront "
        "for the audience a, b, so one token would be good in both. Give them different audiences (or issuers, "
        "disjoint clients=, or contradicting require=); different keys or token types do not keep them apart"
    )


def test_every_pair_is_looked_at() -> None:
    third = Realm("third", issuer=ISSUER, audience=ADMIN_AUDIENCE, keys=JWKS)
    with pytest.raises(RealmOverlap, match="'backoffice' and 'third'"):
        Realms(one(), other(audience=ADMIN_AUDIENCE), third)


def test_realms_are_named_once_and_at_least_one_of_them() -> None:
    with pytest.raises(ConfigurationError, match=r"each name once, not \['storefront', 'storefront'\]"):
        Realms(one(), one(issuer=ELSEWHERE))
    with pytest.raises(ConfigurationError, match="at least one"):
        Realms()
    with pytest.raises(TypeError, match="one by one, not a dict"):
        Realms({"storefront": one()})  # type: ignore[arg-type]


def test_a_realm_is_found_by_its_name_only(shop: Realms) -> None:
    assert shop["storefront"].name == "storefront"
    assert (list(shop), len(shop)) == (["storefront", "backoffice"], 2)
    for name in ("Storefront", "elsewhere", 0, None):
        with pytest.raises(KeyError, match="only storefront, backoffice"):
            shop[name]  # type: ignore[index]


ADMIN = mint(aud=ADMIN_AUDIENCE, sub="admin", client_id="backoffice-web", scope="users:read")
BOTH = mint(aud=[AUDIENCE, ADMIN_AUDIENCE])


def test_a_token_of_one_realm_is_nothing_in_the_other_although_issuer_and_keys_are_shared(
    shop: Realms, doors_to: DoorsTo
) -> None:
    storefront, backoffice = doors_to(shop["storefront"]), doors_to(shop["backoffice"])
    for _ in range(2):
        assert storefront.bearer(mint()).json["realm"] == "storefront"
        assert backoffice.bearer(ADMIN).json["realm"] == "backoffice"
        assert storefront.bearer(ADMIN).status == 401
        assert backoffice.bearer(mint()).status == 401


def test_a_foreign_token_is_answered_like_any_bad_one_and_names_the_guarded_realm_only(
    shop: Realms, doors_to: DoorsTo
) -> None:
    storefront = doors_to(shop["storefront"])
    foreign, broken = storefront.bearer(ADMIN), storefront.bearer("a.b.c")
    assert foreign == broken
    assert 'realm="storefront"' in str(foreign.header("www-authenticate"))
    assert "backoffice" not in str(foreign)


@pytest.mark.parametrize(
    "audience", [[AUDIENCE, ADMIN_AUDIENCE], [ADMIN_AUDIENCE, "https://stranger.example", AUDIENCE]]
)
def test_a_token_for_both_realms_is_refused_by_both(
    shop: Realms, doors_to: DoorsTo, reason_of: ReasonOf, audience: list[str]
) -> None:
    token = mint(aud=audience)
    assert reason_of(doors_to(shop["storefront"]), token) == "audience of a sibling realm"
    assert doors_to(shop["backoffice"]).bearer(token).status == 401


def test_siblings_are_known_also_where_another_process_guards_them(doors_to: DoorsTo, reason_of: ReasonOf) -> None:
    alone = doors_to(Realms(one())["storefront"])
    assert alone.bearer(BOTH).status == 200
    listed = doors_to(Realms(one(), other(issuer=ELSEWHERE, audience=(ADMIN_AUDIENCE, "third")))["storefront"])
    assert reason_of(listed, BOTH) == "audience of a sibling realm"
    assert reason_of(listed, mint(aud=[AUDIENCE, "third"])) == "audience of a sibling realm"


def test_an_audience_that_a_sibling_of_another_issuer_shares_is_not_foreign(doors_to: DoorsTo) -> None:
    shop = Realms(one(audience=(AUDIENCE, "shared")), other(issuer=ELSEWHERE, audience=("shared", ADMIN_AUDIENCE)))
    assert doors_to(shop["storefront"]).bearer(mint(aud=["shared", AUDIENCE])).status == 200
    assert doors_to(shop["storefront"]).bearer(mint(aud=["shared", ADMIN_AUDIENCE])).status == 401
    assert doors_to(shop["backoffice"]).bearer(mint(aud="shared", iss=ELSEWHERE)).status == 200
    assert doors_to(shop["backoffice"]).bearer(mint(aud="shared")).status == 401


@pytest.mark.parametrize(
    ("first", "second", "claims"),
    [
        pytest.param(WEB, SPA, ({"client_id": "web"}, {"client_id": "spa"}), id="clients"),
        pytest.param(
            {"require": {"tenant": "a"}}, {"require": {"tenant": "b"}}, ({"tenant": "a"}, {"tenant": "b"}), id="a claim"
        ),
        pytest.param({}, {"issuer": ELSEWHERE}, ({}, {"iss": ELSEWHERE}), id="issuers"),
    ],
)
def test_what_keeps_realms_apart_on_paper_does_so_at_the_door(
    doors_to: DoorsTo, first: dict[str, Any], second: dict[str, Any], claims: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    shop = Realms(one(**first), other(**second))
    for mine, name in zip(claims, shop, strict=True):
        answers = {realm: doors_to(shop[realm]).bearer(mint(**mine)).status for realm in shop}
        assert answers == {realm: 200 if realm == name else 401 for realm in shop}


def test_nobody_gets_through_where_anonymous_is_said_and_only_without_credentials(door_to: DoorTo) -> None:
    doors = door_to(anonymous=True)
    nobody = {"subject": "", "realm": "storefront", "client_id": "", "scopes": [], "is_authenticated": False}
    for missing in ([], [""], ["Bearer"], ["Basic dXNlcjpwYXNz"]):
        assert doors.ask(*missing).json == nobody
    assert doors.bearer(mint()).json["is_authenticated"] is True
    for token in ("a.b.c", mint(exp=1), mint(iss="x"), ADMIN, mint(cnf={})):
        assert doors.bearer(token).status == 401
    for malformed in (["Bearer a,b"], ["Bearer a", "Bearer b"], ["Bearer é"], ["", ""]):
        assert doors.ask(*malformed).status == 400


def test_a_revoked_token_is_refused_at_first_sight_and_later(door_to: DoorTo, reason_of: ReasonOf) -> None:
    revoked: set[str] = set()
    doors = door_to(deny_list=revoked.__contains__)
    token = mint(jti="stolen")
    assert doors.bearer(token).status == 200
    assert doors.bearer(token).status == 200
    revoked.add("stolen")
    assert reason_of(doors, token) == "revoked"
    assert reason_of(doors, mint(jti="stolen", sub="somebody")) == "revoked"
    assert doors.bearer(mint(jti="other")).status == 200
    revoked.clear()
    assert doors.bearer(token).status == 200


def test_only_tokens_that_are_good_otherwise_are_asked_about(door_to: DoorTo) -> None:
    asked: list[str] = []
    doors = door_to(deny_list=asked.append)
    for token in (mint(exp=1), mint(aud="x"), mint()[:-4] + "AAAA", "x"):
        assert doors.bearer(token).status == 401
    assert asked == []
    assert doors.bearer(mint(jti="one")).status == 200
    assert asked == ["one", "one"]


@pytest.mark.parametrize("error", [RuntimeError("secret of the database"), OSError(), KeyError("x")])
def test_a_deny_list_that_fails_lets_nobody_through(
    door_to: DoorTo, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    failing = [False]

    def deny_list(_jti: str) -> bool:
        if failing[0]:
            raise error
        return False

    doors = door_to(deny_list=deny_list)
    assert doors.bearer(mint()).status == 200
    failing[0] = True
    for token in (mint(), mint(jti="another")):
        answer = doors.bearer(token)
        assert (answer.status, answer.header("retry-after")) == (503, "1")
    assert type(error).__name__ in caplog.text
    assert "secret of the database" not in caplog.text


def test_an_asynchronous_deny_list_is_awaited_at_the_asgi_door() -> None:
    async def deny_list(jti: str) -> bool:
        await asyncio.sleep(0)
        if jti == "broken":
            raise OSError
        return jti == "stolen"

    gate = asgi.RealmGate(app, realm=Realms(one(deny_list=deny_list))["storefront"], clock=lambda: 1_800_000_000.0)
    for _ in range(2):
        statuses = [asyncio.run(ask_asgi(gate, [("authorization", f"Bearer {mint(jti=jti)}")])).status for jti in JTIS]
        assert statuses == [200, 401, 503]


JTIS = ("good", "stolen", "broken")


async def app(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def asynchronous(_jti: str) -> bool:
    return False


class Asynchronous:
    async def __call__(self, _jti: str) -> bool:
        return False


@pytest.mark.parametrize("deny_list", [asynchronous, Asynchronous()])
def test_an_asynchronous_deny_list_is_refused_at_the_wsgi_door_when_it_is_built(deny_list: Any) -> None:
    shop = Realms(one(deny_list=deny_list))
    with pytest.raises(ConfigurationError, match="the WSGI door cannot await"):
        wsgi.RealmGate(lambda *_: [], realm=shop["storefront"])
    with pytest.raises(ConfigurationError, match="the WSGI door cannot await"):
        wsgi.RealmMap(lambda *_: [], {"/api": shop["storefront"]}, elsewhere="refuse")


def test_a_deny_list_that_turns_out_to_be_asynchronous_lets_nobody_through_at_the_wsgi_door() -> None:
    def disguised(jti: str) -> Any:
        return asynchronous(jti)

    shop = Realms(one(deny_list=disguised))
    gate = wsgi.RealmGate(lambda *_: [], realm=shop["storefront"], clock=lambda: 1_800_000_000.0)
    assert ask_wsgi(gate, [("authorization", f"Bearer {mint()}")]).status == 503
