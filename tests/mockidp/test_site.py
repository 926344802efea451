import pytest
from visitor import BASE, new_provider

from mockidp.settings.config import Client, Config
from mockidp.site import Site

SHOP = Config(base_url=f"{BASE}/inside/", browser_base_url="https://login.example/auth/")


@pytest.fixture
def site() -> Site:
    return new_provider(SHOP, f"{BASE}/inside/").sites.named("storefront")


def test_addresses_for_clients_and_for_browsers_end_up_at_the_same_path(site: Site) -> None:
    assert site.url("/x") == f"{BASE}/inside/x"
    assert site.page_url("/x") == "https://login.example/auth/x"
    assert site.path("/x") == "/auth/x"


def test_clients_that_registered_themselves_are_the_realms_too_and_only_this_realms(site: Site) -> None:
    provider = new_provider()
    storefront, backoffice = provider.sites
    client = Client(client_id="registered-1", scope="nothing:new")
    provider.store.register("storefront", client)
    assert storefront.client("registered-1") is client
    assert storefront.clients == (*storefront.realm.clients, client)
    assert backoffice.client("registered-1") is None
    assert provider.sites.of_client("registered-1") == (storefront, client)
    assert "nothing:new" not in storefront.scopes


def test_people_are_found_by_name_and_by_subject(site: Site) -> None:
    casey = site.user("customer@example.com")
    assert casey is not None
    assert site.user_with_subject(casey.subject) is casey
    assert site.user("admin") is None
    assert site.user_of(site.sessions.log_in(casey.username, casey.subject)) is casey
    assert site.user_of(site.sessions.log_in(casey.username, "another")) is None, (
        "who came by the name is somebody else"
    )


def test_a_token_is_good_until_it_or_its_approval_is_taken_back(site: Site) -> None:
    tokens = [
        site.mint.access_token(subject="ann", client_id="x", scope="", lifetime=60, approval_id="a1") for _ in range(2)
    ]
    first, second = (site.claims_of(token) for token in tokens)
    assert first is not None
    assert second is not None
    site.store.revoke(first.jti)
    assert [site.claims_of(token) for token in tokens] == [None, second]
    site.store.revoke("a1")
    assert site.claims_of(tokens[1]) is None


def test_a_realm_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(LookupError, match="no realm 'x'; there are storefront, backoffice"):
        new_provider().sites.named("x")
