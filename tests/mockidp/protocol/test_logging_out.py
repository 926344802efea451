import pytest
from visitor import new_provider

from mockidp.errors import PageError
from mockidp.protocol.logging_out import read_logout
from mockidp.settings.config import Client, Config, Realm

OUT = "https://one.example/out"
ONE = Client(client_id="one", post_logout_redirect_uris=(OUT,))
SITE = new_provider(Config(realms=(Realm(name="shop", clients=(ONE, Client(client_id="two"))),))).sites.named("shop")
HINT = SITE.mint.id_token(subject="ann", client_id="one", lifetime=1, access_token="x", claims={})
STRANGE = SITE.mint.id_token(subject="ann", client_id="gone", lifetime=1, access_token="x", claims={})


def test_a_hint_says_who_and_for_whom() -> None:
    wanted = read_logout({"id_token_hint": HINT, "post_logout_redirect_uri": OUT, "state": "s"}, SITE)
    assert (wanted.client, wanted.subject, wanted.redirect_uri, wanted.state) == (ONE, "ann", OUT, "s")


def test_a_client_may_be_named_instead_and_then_nothing_is_proven() -> None:
    wanted = read_logout({"client_id": "one", "post_logout_redirect_uri": OUT}, SITE)
    assert (wanted.client, wanted.subject, wanted.redirect_uri) == (ONE, None, OUT)
    assert read_logout({"client_id": "one", "id_token_hint": HINT}, SITE).subject == "ann"


def test_nothing_need_be_said() -> None:
    wanted = read_logout({"logout_hint": "ann", "ui_locales": "de"}, SITE)
    assert (wanted.client, wanted.subject, wanted.redirect_uri, wanted.state) == (None, None, None, None)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"post_logout_redirect_uri": OUT}, 400),
        ({"post_logout_redirect_uri": OUT, "client_id": "two"}, 400),
        ({"post_logout_redirect_uri": OUT + "/", "client_id": "one"}, 400),
        ({"client_id": "nobody"}, 404),
        ({"id_token_hint": STRANGE}, 404),
        ({"id_token_hint": "x"}, 400),
        ({"id_token_hint": HINT, "client_id": "two"}, 400),
    ],
)
def test_everything_else_is_a_page(asked: dict[str, str], status: int) -> None:
    with pytest.raises(PageError) as caught:
        read_logout(asked, SITE)
    assert caught.value.status == status
