"""Claim by claim: missing, of the wrong JSON type, and at the very second, through both doors."""

from collections.abc import Callable
from typing import Any

import jwt
import pytest
from both_doors import AUDIENCE, ISSUER, KEYS, NOW, Doors, mint

from realmgate.claims import number, text, words
from realmgate.errors import TokenRejected

DoorTo = Callable[..., Doors]
ReasonOf = Callable[[Doors, str], str]
NOON = int(NOW)


def raw(payload: str) -> str:
    """A token, well signed, whose payload is exactly this text."""
    key = KEYS["RS256"]
    return jwt.api_jws.encode(
        payload.encode(), key.private, algorithm="RS256", headers={"typ": "at+jwt", "kid": key.kid}
    )


def minted(claim: str, value: Any) -> str:
    differs: dict[str, Any] = {claim: value}
    return mint(**differs)


@pytest.mark.parametrize("claim", ["exp", "iat", "sub", "client_id", "jti"])
def test_a_required_claim_must_be_there(doors: Doors, reason_of: ReasonOf, claim: str) -> None:
    assert reason_of(doors, minted(claim, ...)) == f"missing claim; {claim}"


NO_NUMBERS = [
    pytest.param(None, id="null"),
    pytest.param(True, id="a boolean"),
    pytest.param("1800000100", id="a number as text"),
    pytest.param("", id="empty text"),
    pytest.param([1_800_000_100], id="a list"),
    pytest.param({"seconds": 1}, id="an object"),
    pytest.param(10**400, id="an integer that no float holds"),
]


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", NO_NUMBERS)
def test_a_time_is_a_number_and_nothing_that_looks_like_one(
    doors: Doors, reason_of: ReasonOf, claim: str, value: Any
) -> None:
    assert reason_of(doors, minted(claim, value)) == f"malformed claim; {claim}"


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", ["1e400", "-1e400", "NaN", "Infinity", "-Infinity", "9" * 5000, "01"])
def test_a_number_that_no_float_holds_is_no_json_here(
    doors: Doors, reason_of: ReasonOf, claim: str, value: str
) -> None:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "client_id": "x", "jti": "x", "iat": NOON, "exp": NOON + 60}
    members = ",".join(
        f'"{name}":"{each}"' if isinstance(each, str) else f'"{name}":{each}'
        for name, each in claims.items()
        if name != claim
    )
    assert doors.bearer(raw(f'{{{members},"{claim}":{NOON if claim != "exp" else NOON + 60}}}')).status == 200
    assert reason_of(doors, raw(f'{{{members},"{claim}":{value}}}')) == "malformed token"


@pytest.mark.parametrize("value", [NOON + 0.001, NOON + 1, NOON + 1.5, 1e300, 10**300])
def test_a_time_may_be_fractional_or_far_away(doors: Doors, value: float) -> None:
    assert doors.bearer(mint(exp=value)).status == 200


@pytest.mark.parametrize("value", [NOON, NOON - 0.001, NOON - 1, 0, -1, -1e300, -(10**300)])
def test_on_or_after_its_end_a_token_is_expired(doors: Doors, reason_of: ReasonOf, value: float) -> None:
    assert reason_of(doors, mint(exp=value)) == "expired"


def test_leeway_moves_the_end_by_exactly_its_seconds(door_to: DoorTo, reason_of: ReasonOf) -> None:
    doors = door_to(leeway=10)
    assert doors.bearer(mint(exp=NOON - 9)).status == 200
    assert doors.bearer(mint(exp=NOON - 9.5)).status == 200
    assert reason_of(doors, mint(exp=NOON - 10)) == "expired"


@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_a_start_may_lie_five_seconds_ahead_and_no_more(doors: Doors, reason_of: ReasonOf, claim: str) -> None:
    for value in (NOON - 10**6, NOON, NOON + 4.999, NOON + 5):
        assert doors.bearer(minted(claim, value)).status == 200
    for value in (NOON + 5.001, NOON + 6, 1e300):
        assert reason_of(doors, minted(claim, value)) == "not yet valid"


@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_future_leeway_moves_the_start_by_exactly_its_seconds(door_to: DoorTo, reason_of: ReasonOf, claim: str) -> None:
    strict, lax = door_to(future_leeway=0), door_to(future_leeway=60.5)
    assert strict.bearer(minted(claim, NOON)).status == 200
    assert reason_of(strict, minted(claim, NOON + 0.001)) == "not yet valid"
    assert lax.bearer(minted(claim, NOON + 60.5)).status == 200
    assert reason_of(lax, minted(claim, NOON + 61)) == "not yet valid"


def test_neither_leeway_is_the_other_s(door_to: DoorTo, reason_of: ReasonOf) -> None:
    assert reason_of(door_to(leeway=100, future_leeway=0), mint(nbf=NOON + 1)) == "not yet valid"
    assert reason_of(door_to(leeway=0, future_leeway=100), mint(exp=NOON - 1)) == "expired"


def test_a_lifetime_is_bounded_where_the_realm_says_so(door_to: DoorTo, reason_of: ReasonOf) -> None:
    doors = door_to(max_lifetime=600)
    assert doors.bearer(mint(iat=NOON, exp=NOON + 600)).status == 200
    assert reason_of(doors, mint(iat=NOON, exp=NOON + 601)) == "lives too long"
    assert reason_of(doors, mint(iat=NOON - 10**6, exp=NOON + 1)) == "lives too long"
    assert reason_of(doors, mint(iat=-1e308, exp=1e308)) == "lives too long"


def test_a_token_that_does_not_say_how_long_it_lives_lives_too_long(door_to: DoorTo, reason_of: ReasonOf) -> None:
    token = mint(header={"typ": "JWT"}, iat=...)
    assert door_to(profile="jwt").bearer(token).status == 200
    assert reason_of(door_to(profile="jwt", max_lifetime=600), token) == "missing claim; iat"


@pytest.mark.parametrize("claim", ["sub", "client_id", "jti"])
@pytest.mark.parametrize(
    "value",
    [
        pytest.param("", id="empty"),
        pytest.param(1, id="a number"),
        pytest.param(True, id="a boolean"),
        pytest.param(["x"], id="a list"),
        pytest.param({"x": "y"}, id="an object"),
        pytest.param("x\r\nSet-Cookie: a=b", id="a header inside"),
        pytest.param("x\x00", id="NUL"),
        pytest.param("x\x1b[2J", id="a terminal's escape"),
        pytest.param("x\x7f", id="DEL"),
        pytest.param("x\u2028y", id="a line separator"),
        pytest.param("x\u202ey", id="writing turned around"),
    ],
)
def test_an_identifier_is_text_that_prints(doors: Doors, reason_of: ReasonOf, claim: str, value: Any) -> None:
    assert reason_of(doors, minted(claim, value)) == f"malformed claim; {claim}"


def test_an_identifier_that_is_null_is_not_there(doors: Doors, reason_of: ReasonOf) -> None:
    assert reason_of(doors, mint(sub=None)) == "missing claim; sub"


@pytest.mark.parametrize("subject", ["Ünïcødé", "名前", "with space", "a" * 5000, "emoji 🛒", 'quote"back\\slash', "-"])
def test_a_subject_may_be_any_text_that_prints(doors: Doors, subject: str) -> None:
    assert doors.bearer(mint(sub=subject)).json["subject"] == subject


@pytest.mark.parametrize("value", [None, 1, True, ["orders:read"], {"orders:read": True}])
def test_a_scope_is_text(doors: Doors, reason_of: ReasonOf, value: Any) -> None:
    assert reason_of(doors, mint(scope=value)) == "malformed claim; scope"


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [
        pytest.param(..., [], id="no scope"),
        pytest.param("", [], id="empty"),
        pytest.param("  ", [], id="only spaces"),
        pytest.param("a b a", ["a", "b"], id="one of them twice"),
        pytest.param(" a   b ", ["a", "b"], id="many spaces"),
        pytest.param("Admin", ["Admin"], id="with its case"),
        pytest.param("a,b", ["a,b"], id="a comma, which separates nothing"),
        pytest.param("a\xa0b", ["a\xa0b"], id="a no-break space, which separates nothing"),
        pytest.param("a\tb\nc\x1fd\u2003e", ["a\tb\nc\x1fd\u2003e"], id="other blanks, which separate nothing"),
    ],
)
def test_scopes_are_what_stands_between_spaces(doors: Doors, scope: Any, scopes: list[str]) -> None:
    assert doors.bearer(mint(scope=scope)).json["scopes"] == scopes


WANTED: dict[str, Any] = {"tenant": "acme", "level": 1, "staff": True}


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        pytest.param("tenant", ..., id="missing"),
        pytest.param("tenant", None, id="null"),
        pytest.param("tenant", "Acme", id="another case"),
        pytest.param("tenant", ["acme"], id="in a list"),
        pytest.param("level", True, id="a boolean for one"),
        pytest.param("level", 1.0, id="a float for one"),
        pytest.param("level", "1", id="text for one"),
        pytest.param("level", 2, id="two for one"),
        pytest.param("staff", 1, id="one for true"),
        pytest.param("staff", "true", id="text for true"),
        pytest.param("staff", False, id="false for true"),
        pytest.param("staff", 1.0, id="a float for true"),
    ],
)
def test_a_required_value_is_compared_with_its_type(
    door_to: DoorTo, reason_of: ReasonOf, claim: str, value: Any
) -> None:
    doors = door_to(require=WANTED)
    assert doors.bearer(mint(**WANTED)).status == 200
    assert reason_of(doors, mint(**{**WANTED, claim: value})) == f"required claim differs; {claim}"


def test_zero_and_false_are_values_that_can_be_required(door_to: DoorTo, reason_of: ReasonOf) -> None:
    doors = door_to(require={"level": 0, "staff": False})
    assert doors.bearer(mint(level=0, staff=False)).status == 200
    assert reason_of(doors, mint(level=False, staff=False)) == "required claim differs; level"
    assert reason_of(doors, mint(level=0, staff=0)) == "required claim differs; staff"
    assert reason_of(doors, mint()) == "required claim differs; level"


@pytest.mark.parametrize(
    "cnf",
    [{"jkt": "x"}, {"x5t#S256": "x"}, {"kid": "x"}, {"jwk": {}}, {"unheard-of": 1}, {}, None, [], "", True],
)
def test_a_token_that_is_bound_in_any_way_is_no_bearer_token(doors: Doors, reason_of: ReasonOf, cnf: Any) -> None:
    assert reason_of(doors, mint(cnf=cnf)) == "bound token presented as bearer"


@pytest.mark.parametrize("value", [0, 1, -1, 1.5, 2**63, 1e300])
def test_a_number_stays_what_it_is(value: float) -> None:
    assert number(value, "exp") == value


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_a_number_is_finite(value: float) -> None:
    with pytest.raises(TokenRejected):
        number(value, "exp")


def test_words_are_found_in_text_and_in_lists() -> None:
    assert words("a b", "scopes") == words(["a", "b"], "scopes") == words(("b", "a"), "scopes") == {"a", "b"}
    assert words(None, "scopes") == words("", "scopes") == words([], "scopes") == frozenset()
    for other in (1, True, {"a": 1}, ["a", 1], [["a"]], [None]):
        with pytest.raises(TokenRejected):
            words(other, "scopes")


def test_text_says_something() -> None:
    assert text("x", "sub") == "x"
    for other in ("", None, 1, True, ["x"], "a\tb"):
        with pytest.raises(TokenRejected):
            text(other, "sub")
