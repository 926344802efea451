"""When two addresses are one, and that nothing else ever is. RFC 3986 §6.2."""

import string
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realmgate.resource import NoPlace, address_among, metadata_address, metadata_path, normal_path, place_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://shop.example", "https://shop.example/"),
        ("https://shop.example:443/a", "https://shop.example/a"),
        ("http://shop.example:80/a", "http://shop.example/a"),
        ("HTTPS://SHOP.example/a", "https://shop.example/a"),
        ("https://shop.example/%7Ea", "https://shop.example/~a"),
        ("https://shop.example/%c3%9f", "https://shop.example/%C3%9F"),
        ("https://shop.example/a?b=c", "https://shop.example/a"),
        ("https://shop.example/a#b", "https://shop.example/a"),
        ("https://shop.example/a/./b/../c", "https://shop.example/a/c"),
        ("https://shop.example/../a", "https://shop.example/a"),
        ("https://[::1]:443/a", "https://[::1]/a"),
    ],
)
def test_addresses_that_are_one(one: str, other: str) -> None:
    assert place_of(one) == place_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://shop.example/a", "http://shop.example/a"),
        ("https://shop.example/a", "https://shop.example:8443/a"),
        ("http://shop.example:443/a", "https://shop.example/a"),
        ("https://shop.example/a", "https://shop.example/A"),
        ("https://shop.example/a", "https://shop.example/a/"),
        ("https://shop.example/a", "https://shop.example//a"),
        ("https://shop.example/a%3Fb", "https://shop.example/a?b"),
        ("https://shop.example/a;b", "https://shop.example/a"),
        ("https://shop.example/%2561", "https://shop.example/a"),
        ("https://shop.example./a", "https://shop.example/a"),
        ("https://shop.example:0/a", "https://shop.example/a"),
    ],
)
def test_addresses_that_are_two(one: str, other: str) -> None:
    assert place_of(one) != place_of(other)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/",
        "shop.example",
        "//shop.example/a",
        "https:/shop.example/a",
        "https:///a",
        "https://",
        "ftp://shop.example/a",
        "wss://shop.example/a",
        "file:///etc/passwd",
        "https://user@shop.example/a",
        "https://user:pass@shop.example/a",
        "https://@shop.example/a",
        "https://shop.example:0x1bb/a",
        "https://shop.example:65536/a",
        "https://shop.example:-1/a",
        "https://[::1/a",
        "https://shop.example/%ff",
        "https://shop.example/\n",
        "https://shop.example/a\tb",
        " https://shop.example/a",
        "https://shop.example/a ",
        "https://shop.example/\\a",
        "https://shop.example/größe",
        "https://shöp.example/a",
        "https://shop.example/a\x00",
    ],
)
def test_what_is_no_address_is_none(url: str) -> None:
    with pytest.raises(NoPlace):
        place_of(url)


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_any_path_finds_itself_again_however_it_is_escaped(path: str) -> None:
    path = "/" + path.lstrip("/")
    expected = normal_path(path)
    for safe in ("/", "/~!$&'()*+,;=:@", ""):
        escaped = quote(path, safe=safe)
        if escaped.startswith("/"):
            assert place_of(f"https://shop.example{escaped}")[1] == expected


@given(st.text(string.printable, max_size=40))
def test_no_text_makes_it_fail_in_another_way(text: str) -> None:
    for url in (text, f"https://{text}", f"https://shop.example/{text}"):
        try:
            origin, path = place_of(url)
        except NoPlace:
            continue
        assert origin.scheme in ("http", "https")
        assert origin.host
        assert path.startswith("/")


@pytest.mark.parametrize(
    ("audience", "address"),
    [
        (("https://shop.example/api",), "https://shop.example/api"),
        (("https://shop.example",), "https://shop.example"),
        (("http://shop.example/api",), None),
        (("https://shop.example/api", "https://shop.example/v2"), None),
        (("https://shop.example/api?v=2",), None),
        (("https://shop.example/api#v2",), None),
        (("storefront-api",), None),
        (("api://7c0a",), None),
        ((), None),
    ],
)
def test_an_audience_is_an_address_only_if_it_is_the_one(audience: tuple[str, ...], address: str | None) -> None:
    assert address_among(audience) == address


def test_the_metadata_lies_below_the_well_known_part() -> None:
    assert metadata_path("https://shop.example/a/b") == "/.well-known/oauth-protected-resource/a/b"
    assert metadata_address("https://shop.example:8443/") == (
        "https://shop.example:8443/.well-known/oauth-protected-resource"
    )
