import pytest

from mockidp.headless.browser import Browser
from mockidp.headless.walk import Walk

INSIDE = "/id/oauth2-token/authorize?a=1"
BASES = ("https://shop.example/id", "http://idp:8800", "http://127.0.0.1:8800")


def first_step(url: str) -> str:
    def carry(walk: Walk) -> str:
        return next(walk).target

    return Browser(carry, *BASES).authorize(url)


@pytest.mark.parametrize("base", [*BASES, "/id"])
def test_every_address_of_the_provider_leads_to_the_page_that_browsers_open(base: str) -> None:
    assert first_step(f"{base}/oauth2-token/authorize?a=1#fragment") == INSIDE


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/oauth2-token/authorize",
        "http://idp:88001/",
        "http://idp:8800.evil.example/",
        "http://idp:8800@evil.example/",
        "",
    ],
)
def test_an_address_of_somebody_else_is_refused_with_ours(url: str) -> None:
    with pytest.raises(ValueError, match=r"which is at https://shop\.example/id"):
        first_step(url)


def test_the_refusal_does_not_repeat_the_query() -> None:
    with pytest.raises(ValueError, match=r"^((?!s3cret).)*$"):
        first_step("https://evil.example/?code=s3cret")


def test_what_an_address_may_not_hold_is_written_as_browsers_write_it() -> None:
    assert first_step("/authorize?state=ä b\r\nHost: x&c=%2F") == "/authorize?state=%C3%A4%20b%0D%0AHost:%20x&c=%2F"
