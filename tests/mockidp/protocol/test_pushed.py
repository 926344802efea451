import pytest
from visitor import new_provider

from mockidp.errors import PageError
from mockidp.memory.store import PushedRequest
from mockidp.protocol.pushed import PREFIX, find_pushed, push, reopened
from mockidp.provider import Provider

ASKED = [("client_id", "storefront-web"), ("scope", "openid")]


@pytest.fixture
def provider() -> Provider:
    return new_provider()


@pytest.fixture
def pushed(provider: Provider) -> PushedRequest:
    return push("storefront-web", ASKED, provider.sites.named("storefront"), lifetime=60)


def query(pushed: PushedRequest, client_id: str = "storefront-web") -> list[tuple[str, str]]:
    return [("client_id", client_id), ("request_uri", pushed.value)]


def test_a_query_that_names_no_pushed_request_is_an_ordinary_one(provider: Provider) -> None:
    site = provider.sites.named("storefront")
    for asked in ([], ASKED, [("request_uri", "https://a.example/")], [("request_uri", "")]):
        assert find_pushed(asked, site) is None


def test_one_that_names_it_finds_it(provider: Provider, pushed: PushedRequest) -> None:
    found = find_pushed([*query(pushed), ("scope", "other")], provider.sites.named("storefront"))
    assert found == pushed
    assert found.asked == tuple(ASKED)
    assert pushed.value not in repr(pushed)


def test_it_is_good_only_for_its_client_at_its_realm(provider: Provider, pushed: PushedRequest) -> None:
    storefront, backoffice = (provider.sites.named(name) for name in ("storefront", "backoffice"))
    bad = [
        (query(pushed), backoffice),
        (query(pushed, "storefront-spa"), storefront),
        ([("request_uri", pushed.value)], storefront),
        ([*query(pushed), ("client_id", "storefront-web")], storefront),
        ([*query(pushed), ("request_uri", pushed.value)], storefront),
        ([("client_id", "storefront-web"), ("request_uri", PREFIX + "x")], storefront),
        ([("client_id", "storefront-web"), ("request_uri", PREFIX)], storefront),
    ]
    for asked, site in bad:
        with pytest.raises(PageError):
            find_pushed(asked, site)


def test_it_is_good_for_its_lifetime(provider: Provider, pushed: PushedRequest) -> None:
    site = provider.sites.named("storefront")
    provider.clock.advance(seconds=59)
    assert find_pushed(query(pushed), site)
    provider.clock.advance(seconds=1)
    with pytest.raises(PageError):
        find_pushed(query(pushed), site)


def test_it_is_opened_once_and_goes_on_under_another_name(provider: Provider, pushed: PushedRequest) -> None:
    site = provider.sites.named("storefront")
    assert reopened(pushed, [("client_id", "storefront-web")], site)
    for again in (lambda: find_pushed(query(pushed), site), lambda: reopened(pushed, ASKED, site)):
        with pytest.raises(PageError):
            again()
