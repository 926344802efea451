import pytest
from visitor import new_provider

from mockidp.protocol.sign_in import STALE, WRONG, ask_who, find_who
from mockidp.web.session import Session

SITE = new_provider().sites.named("storefront")
SESSION = Session.anonymous()
CASEY = SITE.user("customer@example.com")
TOKEN = SITE.sessions.form_token(SESSION, "login")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({"username": "customer@example.com", "password": "customer"}, CASEY),
        ({"as": "customer@example.com"}, CASEY),
        ({"username": "customer@example.com", "password": "wrong"}, WRONG),
        ({"username": "nobody", "password": ""}, WRONG),
        ({"as": "admin"}, WRONG),
        ({}, WRONG),
    ],
)
def test_a_form_proves_or_names_a_user_of_the_realm_or_nobody(typed: dict[str, str], found: object) -> None:
    assert find_who({"csrf_token": TOKEN, **typed}, SESSION, SITE) == found


@pytest.mark.parametrize(
    "token",
    ["", "x", SITE.sessions.form_token(SESSION, "consent"), SITE.sessions.form_token(Session.anonymous(), "login")],
)
def test_a_form_that_was_not_ours_proves_nothing(token: str) -> None:
    assert find_who({"csrf_token": token, "as": "customer@example.com"}, SESSION, SITE) == STALE


def test_the_page_says_who_wants_to_know_and_sends_the_form_where_it_is_told() -> None:
    client = SITE.realm.clients[0]
    asked, again = (ask_who(SESSION, client, "/here?x=1", SITE, error=error) for error in ("", WRONG))
    assert (asked.status_code, again.status_code) == (200, 400)
    for response in (asked, again):
        assert b'action="/here?x=1"' in response.body
        assert client.name.encode() in response.body
        assert SITE.sessions.cookie in response.headers["set-cookie"]
