import math
from typing import Any

import pytest
from both_doors import AUDIENCE, ISSUER, JWKS

from realmgate import CallableKeys, ConfigurationError, Discovery, JwksFile, JwksUri, Realm, Realms, StaticJwks
from realmgate.flow import FetchFailed, run
from realmgate.keys.sources import NoKeys, source_of


def realm(**differs: Any) -> Realm:
    return Realm("storefront", **{"issuer": ISSUER, "audience": AUDIENCE, **differs})


def function() -> dict[str, Any]:
    return JWKS


class OwnSource:
    inline = True
    cooldown = 0.0
    max_stale = math.inf

    def load(self, attempt: int) -> Any:
        raise NotImplementedError(attempt)


OWN = OwnSource()


@pytest.mark.parametrize(
    ("keys", "source"),
    [
        pytest.param(None, Discovery(ISSUER), id="nothing: discovery"),
        pytest.param("https://keys.example/jwks", JwksUri("https://keys.example/jwks"), id="an address"),
        pytest.param(JWKS, StaticJwks(JWKS), id="a key set"),
        pytest.param(JWKS["keys"][0], StaticJwks({"keys": [JWKS["keys"][0]]}), id="a key"),
        pytest.param(function, CallableKeys(function), id="a function"),
        pytest.param(JwksFile("keys.json"), JwksFile("keys.json"), id="a source"),
        pytest.param(OWN, OWN, id="a source of one's own"),
    ],
)
def test_what_keys_stand_for(keys: Any, source: Any) -> None:
    assert source_of(realm(keys=keys)) == source


@pytest.mark.parametrize("kind", [JwksUri, Discovery])
@pytest.mark.parametrize("argument", ["timeout", "cooldown", "min_age", "max_age", "default_age", "max_stale"])
@pytest.mark.parametrize("value", [-1, math.inf, math.nan, "5", None])
def test_times_are_seconds(kind: type[JwksUri], argument: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=rf"{kind.__name__}\({argument}=…\)"):
        kind("https://id.example", **{argument: value})


@pytest.mark.parametrize("kind", [JwksUri, Discovery])
@pytest.mark.parametrize(
    "url", ["http://id.example", "file:///etc/passwd", "ftp://id.example", "data:,x", "", "x", "https://u@id.example"]
)
def test_addresses_are_https(kind: type[JwksUri], url: str) -> None:
    with pytest.raises(ConfigurationError):
        kind(url)


def test_a_key_set_s_address_may_have_a_query_and_an_issuer_s_may_not() -> None:
    assert JwksUri("https://id.example/keys?p=policy").url.endswith("?p=policy")
    with pytest.raises(ConfigurationError, match="query"):
        Discovery("https://id.example?p=policy")


def rings(**realms: dict[str, Any]) -> list[Any]:
    shop = Realms(*(Realm(name, **{"issuer": ISSUER, "audience": name, **differs}) for name, differs in realms.items()))
    return [shop[name].keyring for name in shop]


@pytest.mark.parametrize(
    "keys",
    [None, "https://keys.example/jwks", JWKS, function, JwksUri("https://keys.example/jwks"), JwksFile("keys.json")],
)
def test_realms_with_the_same_source_share_its_keys(keys: Any) -> None:
    one, other = rings(a={"keys": keys}, b={"keys": keys})
    assert one is other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({}, {"issuer": ISSUER + "/x"}, id="two issuers"),
        pytest.param({}, {"keys": ISSUER}, id="an issuer and a key set at one address"),
        pytest.param({"keys": "https://a.example"}, {"keys": "https://b.example"}, id="two addresses"),
        pytest.param({"keys": JWKS}, {"keys": {"keys": JWKS["keys"][:1]}}, id="two key sets"),
        pytest.param({"keys": function}, {"keys": lambda: JWKS}, id="two functions"),
        pytest.param({"keys": JWKS}, {"keys": JWKS, "trust_mock": True}, id="trust in a mock"),
        pytest.param({"keys": OwnSource()}, {"keys": OwnSource()}, id="two sources of one's own"),
    ],
)
def test_realms_with_different_sources_share_nothing(one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = rings(a=one, b=other)
    assert first is not second


def test_a_source_that_cannot_be_told_from_another_is_shared_by_nobody() -> None:
    class Unhashable(OwnSource):
        __hash__ = None  # type: ignore[assignment]

    source = Unhashable()
    first, second = rings(a={"keys": source}, b={"keys": source})
    assert first is not second


def test_where_there_are_no_keys_nobody_finds_any() -> None:
    with pytest.raises(FetchFailed, match="there are no keys here"):
        run(NoKeys().load(0), print)


def test_an_outage_of_a_source_that_can_be_down_is_bounded() -> None:
    """A file that is gone revokes its keys as a server that is gone does: after a day."""
    day = 86400.0
    assert JwksFile("keys.json").max_stale == JwksUri("https://id.example/jwks").max_stale == day
    assert Discovery("https://id.example").max_stale == day


@pytest.mark.parametrize(
    "keys",
    [
        "keys.json",
        "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----",
        "hunter2 hunter2 hunter2 hunter2",
        b"x" * 32,
    ],
)
def test_what_is_no_source_is_not_repeated_in_the_refusal(keys: Any) -> None:
    with pytest.raises(ConfigurationError, match="must be the https URL of a JWKS") as caught:
        source_of(realm(keys=keys))
    assert "hunter2" not in str(caught.value)
    assert "MCow" not in str(caught.value)


@pytest.mark.parametrize("kind", [JwksUri, Discovery])
@pytest.mark.parametrize("value", ["false", "", 0, None])
def test_a_mock_is_trusted_by_true_alone(kind: type[JwksUri], value: Any) -> None:
    with pytest.raises(ConfigurationError, match="trust_mock"):
        kind("https://id.example", trust_mock=value)


@pytest.mark.parametrize("path", [None, "", 7, b"keys.json", ["keys.json"]])
def test_a_file_is_named_by_a_path(path: Any) -> None:
    with pytest.raises(ConfigurationError, match="path of a file"):
        JwksFile(path)


@pytest.mark.parametrize("function", [None, JWKS, "function"])
def test_a_function_can_be_called(function: Any) -> None:
    with pytest.raises(ConfigurationError, match="a function that returns"):
        CallableKeys(function)


async def awaited(*_: Any) -> Any:
    raise AssertionError


class Awaited:
    """An object that is called as a function, and has to be awaited."""

    async def __call__(self) -> Any:
        raise AssertionError


@pytest.mark.parametrize("function", [awaited, Awaited()])
def test_a_function_that_nobody_awaits_is_refused_at_start_up_with_the_cure(function: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"must be a plain function.*'https://id\.example/jwks'"):
        Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=function))
