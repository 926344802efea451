import pytest
from visitor import new_provider

from mockidp.errors import PageError
from mockidp.protocol.identify import identify
from mockidp.settings.config import Client, Config, Realm

ONE, TWO = "https://one.example/cb", "https://two.example/cb"
CLIENTS = (
    Client(client_id="one", redirect_uris=(ONE,)),
    Client(client_id="two", redirect_uris=(ONE, TWO)),
    Client(client_id="none"),
)
SITE = new_provider(Config(realms=(Realm(name="shop", clients=CLIENTS),))).sites.named("shop")


@pytest.mark.parametrize(
    ("pairs", "address"),
    [
        ([("client_id", "one")], ONE),
        ([("client_id", "one"), ("redirect_uri", "")], ONE),
        ([("client_id", "one"), ("redirect_uri", ONE)], ONE),
        ([("redirect_uri", TWO), ("client_id", "two")], TWO),
    ],
)
def test_a_client_is_found_with_an_address_it_has_registered(pairs: list[tuple[str, str]], address: str) -> None:
    client, redirect_uri = identify(pairs, SITE)
    assert (client.client_id, redirect_uri) == (dict(pairs)["client_id"], address)


@pytest.mark.parametrize(
    ("pairs", "status"),
    [
        ([], 400),
        ([("client_id", "")], 400),
        ([("client_id", "nobody")], 404),
        ([("client_id", "one"), ("client_id", "one")], 400),
        ([("client_id", "one"), ("client_id", "two")], 400),
        ([("client_id", "none")], 400),
        ([("client_id", "none"), ("redirect_uri", ONE)], 400),
        ([("client_id", "two")], 400),
        ([("client_id", "one"), ("redirect_uri", TWO)], 400),
        ([("client_id", "one"), ("redirect_uri", ONE), ("redirect_uri", ONE)], 400),
        ([("client_id", "one"), ("redirect_uri", ""), ("redirect_uri", TWO)], 400),
    ],
)
def test_everything_else_is_a_page(pairs: list[tuple[str, str]], status: int) -> None:
    with pytest.raises(PageError) as caught:
        identify(pairs, SITE)
    assert caught.value.status == status


@pytest.mark.parametrize(("client_id", "registered"), [("two", f"{ONE}, {TWO}"), ("none", "it has registered none")])
def test_whoever_names_a_wrong_address_is_shown_the_right_ones(client_id: str, registered: str) -> None:
    with pytest.raises(PageError) as caught:
        identify([("client_id", client_id), ("redirect_uri", ONE + "/")], SITE)
    assert caught.value.hint.endswith(f": {registered}")
    assert ONE + "/" not in caught.value.hint
