"""From an issuer to its keys, with a world made by hand."""

import json
from typing import Any

import pytest
from both_doors import JWKS

from realmgate import Discovery
from realmgate.flow import Effect, Fetch, Fetched, FetchFailed, run
from realmgate.keys.discovery import addresses, discover
from realmgate.keys.sources import Loaded

ISSUER = "https://id.example/storefront"
OPENID = "https://id.example/storefront/.well-known/openid-configuration"
OAUTH = "https://id.example/.well-known/oauth-authorization-server/storefront"
KEYS = "https://keys.example/jwks"


class World:
    """What lies behind which address; anything else is not there."""

    def __init__(self, **documents: Any) -> None:
        self.documents = documents
        self.asked: list[str] = []

    def __call__(self, effect: Effect) -> Fetched:
        assert isinstance(effect, Fetch)
        assert (effect.method, effect.body, effect.headers) == ("GET", None, ())
        self.asked.append(effect.url)
        names = {OPENID: "openid", OAUTH: "oauth", KEYS: "keys"}
        found = self.documents.get(names.get(effect.url, ""))
        if isinstance(found, FetchFailed):
            raise found
        body = found if isinstance(found, bytes) else json.dumps(found).encode()
        return Fetched(status=404 if found is None else 200, headers=(), body=body, at=0.0)


def find(world: World, *, trust_mock: bool = False) -> str:
    return run(discover(ISSUER, trust_mock=trust_mock, timeout=1.0, attempt=0), world)


DOCUMENT = {"issuer": ISSUER, "jwks_uri": KEYS}


@pytest.mark.parametrize(
    ("issuer", "openid", "oauth"),
    [
        pytest.param("https://a.example", "", "", id="no path"),
        pytest.param("https://a.example/", "", "", id="a slash"),
        pytest.param("https://a.example/b", "/b", "/b", id="a path"),
        pytest.param("https://a.example/b/", "/b", "/b", id="a path and a slash"),
        pytest.param("https://a.example:8443/b/c", "/b/c", "/b/c", id="a longer path and a port"),
    ],
)
def test_the_document_lies_behind_the_issuer_s_path_or_before_it(issuer: str, openid: str, oauth: str) -> None:
    host = issuer.split("/")[2]
    assert addresses(issuer) == (
        f"https://{host}{openid}/.well-known/openid-configuration",
        f"https://{host}/.well-known/oauth-authorization-server{oauth}",
    )


def test_the_first_document_is_enough() -> None:
    world = World(openid=DOCUMENT, oauth={"issuer": "never asked"})
    assert find(world) == KEYS
    assert world.asked == [OPENID]


def test_the_second_document_is_asked_for_where_there_is_no_first() -> None:
    world = World(oauth=DOCUMENT)
    assert find(world) == KEYS
    assert world.asked == [OPENID, OAUTH]


def test_no_document_is_a_failure() -> None:
    with pytest.raises(FetchFailed, match="answered with status 404 and 404, not with 200"):
        find(World())


def test_a_failure_is_not_papered_over_by_the_second_address() -> None:
    world = World(openid=FetchFailed("no answer in time"), oauth=DOCUMENT)
    with pytest.raises(FetchFailed, match="no answer in time"):
        find(world)
    assert world.asked == [OPENID]


@pytest.mark.parametrize(
    "issuer",
    [
        *(None, "", 1, [ISSUER], ISSUER + "/", ISSUER.upper(), "https://id.example", "https://evil.example/storefront"),
        ISSUER.replace("https", "http"),
    ],
)
def test_a_document_that_names_another_issuer_is_nobody_s(issuer: Any) -> None:
    with pytest.raises(FetchFailed, match="names another issuer"):
        find(World(openid={**DOCUMENT, "issuer": issuer}))


@pytest.mark.parametrize("document", [b"", b"<html>", b"[]", b'"x"', b"{", b'{"issuer":"a","issuer":"b"}', b"\xff"])
def test_a_document_is_one_json_object(document: bytes) -> None:
    with pytest.raises(FetchFailed, match="something else than a JSON object"):
        find(World(openid=document))


@pytest.mark.parametrize("uri", [None, 1, [KEYS], {}])
def test_a_document_names_the_keys(uri: Any) -> None:
    with pytest.raises(FetchFailed, match="has no jwks_uri"):
        find(World(openid={**DOCUMENT, "jwks_uri": uri}))


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("", id="nothing"),
        pytest.param("jwks", id="a relative address"),
        pytest.param("/jwks", id="a path"),
        pytest.param("//keys.example/jwks", id="no scheme"),
        pytest.param("http://keys.example/jwks", id="no TLS"),
        pytest.param("http://127.0.0.1/jwks", id="no TLS on loopback"),
        pytest.param("file:///etc/passwd", id="a file"),
        pytest.param("ftp://keys.example/jwks", id="FTP"),
        pytest.param("data:application/json,{}", id="the keys themselves"),
        pytest.param("javascript:alert(1)", id="a script"),
        pytest.param("https://user:password@keys.example/jwks", id="a password"),
        pytest.param("https:///jwks", id="no host"),
        pytest.param("https://[::1", id="half an address"),
    ],
)
def test_keys_are_fetched_over_https_only(uri: str) -> None:
    with pytest.raises(FetchFailed, match="not an https URL"):
        find(World(openid={**DOCUMENT, "jwks_uri": uri}))


def test_a_mock_may_name_keys_over_http_and_nothing_worse() -> None:
    uri = "http://127.0.0.1:8800/jwks"
    assert find(World(openid={**DOCUMENT, "jwks_uri": uri}), trust_mock=True) == uri
    with pytest.raises(FetchFailed):
        find(World(openid={**DOCUMENT, "jwks_uri": "file:///etc/passwd"}), trust_mock=True)


def test_the_address_of_the_keys_may_have_a_query() -> None:
    assert find(World(openid={**DOCUMENT, "jwks_uri": KEYS + "?p=policy"})) == KEYS + "?p=policy"


def test_a_document_as_long_as_the_big_providers_write_it_is_read() -> None:
    lists = {f"something_supported_{number}": ["one", "two", {"three": 3}] for number in range(60)}
    assert find(World(openid={**DOCUMENT, **lists})) == KEYS


def test_the_source_asks_for_both_and_gives_the_keys() -> None:
    world = World(openid=DOCUMENT, keys=JWKS)
    loaded = run(Discovery(ISSUER).load(7), world)
    assert loaded == Loaded(jwks=JWKS, fresh_for=600.0)
    assert world.asked == [OPENID, KEYS]


def test_the_source_fails_where_the_keys_are_not() -> None:
    with pytest.raises(FetchFailed, match="the JWKS address answered with status 404, not with 200"):
        run(Discovery(ISSUER).load(0), World(openid=DOCUMENT))
