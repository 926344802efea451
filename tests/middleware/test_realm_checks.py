"""What can be right in a realm's configuration; all else is refused by its name at start-up."""

import math
from typing import Any

import pytest
from both_doors import AUDIENCE, ISSUER, JWKS

from realmgate import ConfigurationError, Realm


def realm(**differs: Any) -> Realm:
    """A good realm that differs where told; `...` leaves an argument out."""
    settings = {"issuer": ISSUER, "audience": AUDIENCE, **differs}
    return Realm("storefront", **{name: value for name, value in settings.items() if value is not ...})


ORO = {"profile": "orocommerce", "issuer": None, "audience": (), "clients": ["1"], "keys": JWKS}


@pytest.mark.parametrize("argument", ["client_id", "scopes", "roles"])
def test_a_reading_of_claims_that_nobody_awaits_is_refused(argument: str) -> None:
    async def read(claims: Any) -> Any:
        raise AssertionError(claims)

    with pytest.raises(ConfigurationError, match=rf"Realm\('storefront', {argument}=…\): must be a plain function"):
        realm(**{argument: read})


@pytest.mark.parametrize("name", ["storefront", "a", "back office", "shop.example/api", "!", "~", "Über"[1:], "a,b=c"])
def test_a_name_may_be_what_a_quoted_string_holds_without_escaping(name: str) -> None:
    assert Realm(name, issuer=ISSUER, audience=AUDIENCE).name == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        " a",
        "a ",
        'a"b',
        "a\\b",
        "a\nb",
        "a\r\nSet-Cookie: x",
        "a\x00",
        "a\x7f",
        "ü",
        "a\u2028",
        "a\n",
        1,
        None,
        b"a",
    ],
)
def test_any_other_name_is_refused(name: Any) -> None:
    with pytest.raises(ConfigurationError, match="the name must be printable ASCII"):
        Realm(name, issuer=ISSUER, audience=AUDIENCE)


@pytest.mark.parametrize(
    ("differs", "expectation"),
    [
        pytest.param({"issuer": ...}, "issuer=…", id="no issuer"),
        pytest.param({"issuer": ""}, "issuer=…", id="an empty issuer"),
        pytest.param({"issuer": 1}, "issuer=…", id="an issuer that is a number"),
        pytest.param({"issuer": [ISSUER]}, "issuer=…", id="an issuer in a list"),
        pytest.param({"issuer": b"https://id.example"}, "issuer=…", id="an issuer in bytes"),
        pytest.param({"issuer": "http://id.example"}, "trust_mock=True", id="an issuer without TLS"),
        pytest.param({"issuer": "id.example"}, "not an https URL", id="an issuer that is no URL"),
        pytest.param({"issuer": "https:///path"}, "not an https URL", id="an issuer without a host"),
        pytest.param({"issuer": "ftp://id.example"}, "not an https URL", id="an issuer over FTP"),
        pytest.param({"issuer": "file:///etc/jwks"}, "not an https URL", id="an issuer in a file"),
        pytest.param({"issuer": "data:application/json,{}"}, "not an https URL", id="an issuer in itself"),
        pytest.param({"issuer": "https://id.example:port"}, "not a URL", id="an issuer with a port that is none"),
        pytest.param({"issuer": "https://[::1"}, "not a URL", id="an issuer with half an address"),
        pytest.param({"issuer": "https://id.example?x=1"}, "query", id="an issuer with a query"),
        pytest.param({"issuer": "https://id.example#x"}, "fragment", id="an issuer with a fragment"),
        pytest.param({"issuer": "https://u:p@id.example"}, "user", id="an issuer with a password"),
        pytest.param({"audience": ...}, "audience=…", id="no audience"),
        pytest.param({"audience": ""}, "audience=…", id="an empty audience"),
        pytest.param({"audience": ()}, "audience=…", id="no audience at all"),
        pytest.param({"audience": ("",)}, "audience=…", id="an empty one among audiences"),
        pytest.param({"audience": (1,)}, "audience=…", id="a number among audiences"),
        pytest.param({"audience": 1}, "audience=…", id="a number for an audience"),
        pytest.param({"audience": None}, "audience=…", id="None for an audience"),
        pytest.param({"audience": {"a": 1}}, "audience=…", id="a mapping for an audience"),
        pytest.param({"algorithms": ()}, "algorithms=…", id="no algorithm"),
        pytest.param({"algorithms": "RS256"}, "algorithms=…", id="an algorithm that is no tuple"),
        pytest.param({"algorithms": ("none",)}, "algorithms=…", id="none"),
        pytest.param({"algorithms": ("RS256", "HS256")}, "HMAC only with keys=Secret(…)", id="HMAC"),
        pytest.param({"algorithms": ("rs256",)}, "algorithms=…", id="an algorithm in small letters"),
        pytest.param({"algorithms": 256}, "algorithms=…", id="a number for algorithms"),
        pytest.param({"algorithms": None}, "algorithms=…", id="None for algorithms"),
        pytest.param({"leeway": -1}, "leeway=…", id="a leeway below zero"),
        pytest.param({"leeway": "5"}, "leeway=…", id="a leeway in text"),
        pytest.param({"leeway": True}, "leeway=…", id="a leeway that is a boolean"),
        pytest.param({"leeway": None}, "leeway=…", id="a leeway that is None"),
        pytest.param({"leeway": math.inf}, "leeway=…", id="a leeway without end"),
        pytest.param({"leeway": math.nan}, "leeway=…", id="a leeway that is no number"),
        pytest.param({"future_leeway": -0.1}, "future_leeway=…", id="a future leeway below zero"),
        pytest.param({"future_leeway": None}, "future_leeway=…", id="a future leeway that is None"),
        pytest.param({"max_lifetime": -1}, "max_lifetime=…", id="a lifetime below zero"),
        pytest.param({"max_lifetime": "1h"}, "max_lifetime=…", id="a lifetime in text"),
        pytest.param({"clients": "storefront-web"}, "clients=…", id="clients in text"),
        pytest.param({"clients": ()}, "clients=…", id="no clients"),
        pytest.param({"clients": (1,)}, "clients=…", id="a client that is a number"),
        pytest.param({"clients": 1}, "clients=…", id="clients that are a number"),
        pytest.param({"clients": {"web", ""}}, "clients=…", id="a client without a name"),
        pytest.param({"scopes": ["orders:read"]}, "scopes=…", id="scopes in a list"),
        pytest.param({"scopes": ""}, "scopes=…", id="scopes of a claim without a name"),
        pytest.param({"roles": {"admin"}}, "roles=…", id="roles in a set"),
        pytest.param({"client_id": 1}, "client_id=…", id="a client that is no claim"),
        pytest.param({"require": {"a": None}}, "require=…", id="a required null"),
        pytest.param({"require": {"a": 1.5}}, "require=…", id="a required float"),
        pytest.param({"require": {"a": ["b"]}}, "require=…", id="a required list"),
        pytest.param({"require": {1: "b"}}, "require=…", id="a required claim without a name"),
        pytest.param({"require": ["tenant"]}, "require=…", id="a required list of names"),
        pytest.param({"require": None}, "require=…", id="nothing for a mapping"),
        pytest.param({"deny_list": {"token-1"}}, "deny_list=…", id="a deny list that is a set"),
        *(
            pytest.param({name: value}, f"{name}=…", id=f"{name} that is {value!r}")
            for name in ("anonymous", "trust_mock", "sender_constrained")
            for value in ("false", "no", "", 0, 1, None)
        ),
        *(
            pytest.param({name: value}, f"{name}=…", id=f"{name} that is {value!r}")
            for name in ("client_id", "scopes", "roles")
            for value in ("", ["orders:read"], {"a"}, 7, True)
        ),
        pytest.param(
            {"issuer": f"{ISSUER}/.well-known/openid-configuration"}, "iss claim", id="the address of a document"
        ),
        pytest.param({"algorithms": ["HS256"]}, "keys=Secret", id="HMAC without a secret"),
        pytest.param({"profile": "JWT"}, "profile=…", id="an unknown profile"),
        pytest.param({**ORO, "issuer": ISSUER}, "clients=…", id="an issuer where none is"),
        pytest.param({**ORO, "audience": "x"}, "clients=…", id="an audience where the client is one"),
        pytest.param({**ORO, "clients": None}, "clients=…", id="no clients where they are the audience"),
        pytest.param({**ORO, "keys": ...}, "keys=…", id="no keys where no issuer has them"),
    ],
)
def test_what_cannot_be_right_is_refused_by_name(differs: dict[str, Any], expectation: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        realm(**differs)
    assert expectation in str(caught.value)
    assert "'storefront'" in str(caught.value)


def test_with_keys_of_its_own_an_issuer_may_be_any_text() -> None:
    assert realm(issuer="shop", keys=JWKS).issuer == "shop"
    assert realm(issuer="http://id.example", keys=JWKS).issuer == "http://id.example"
