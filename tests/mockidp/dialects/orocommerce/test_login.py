"""The login pages: for whom they are there, what they ask, and where they lead."""

import pytest
from oro import Oro, action_of, is_page, token_in
from oro_rows import ALL, OWN_LOGIN, V61, covers

PATHS = {"storefront": "/oauth2-token/login", "backoffice": "/admin/oauth2-token/login"}
REALMS = pytest.mark.parametrize("realm", ["storefront", "backoffice"])


@covers("A4", versions=OWN_LOGIN)
@REALMS
def test_who_comes_from_nowhere_finds_no_login_page(version: str, realm: str) -> None:
    assert is_page(Oro(version).http.get(PATHS[realm]), 404)


@covers("A4", versions=OWN_LOGIN)
@pytest.mark.parametrize(
    ("realm", "client"),
    [
        ("storefront", None),
        ("storefront", ""),
        ("storefront", "nobody"),
        ("storefront", "backoffice-web"),
        ("backoffice", "storefront-web"),
        ("backoffice", "nobody"),
    ],
)
def test_without_a_client_of_this_application_there_is_no_login_page(
    version: str, realm: str, client: str | None
) -> None:
    oro = Oro(version)
    asked = oro.http.get(oro.address(realm), params=oro.asking(**({} if client is None else {"client": client})))
    if client is None:
        asked = oro.http.get(oro.address(realm), params={"response_type": "code"})

    assert asked.headers["location"] == PATHS[realm]
    assert is_page(oro.http.get(PATHS[realm]), 404)


@covers("A5", versions=OWN_LOGIN)
@REALMS
def test_the_login_page_has_orocommerces_fields_and_words(version: str, realm: str) -> None:
    oro = Oro(version)
    page = oro.http.get(oro.ask(f"{realm}-web").headers["location"])

    assert is_page(page, 200)
    assert action_of(page) == f"{PATHS[realm]}-check"
    assert 'name="_username"' in page.text
    assert 'name="_password"' in page.text
    assert 'id="_submit" name="_submit">Log in</button>' in page.text
    assert 'Sign in to continue to "The &#34;web&#34;".' in page.text
    assert token_in(page)
    assert "alert-error" not in page.text


@covers("A6", versions=OWN_LOGIN)
@REALMS
def test_a_good_login_leads_back_to_what_was_asked_for(version: str, realm: str) -> None:
    oro = Oro(version)
    asked = oro.ask(f"{realm}-web", state="a b")
    back = oro.submit_login(
        oro.http.get(asked.headers["location"]),
        **(
            {"_username": "ann@example.com", "_password": "ann"}
            if realm == "storefront"
            else {"_username": "admin", "_password": "admin"}
        ),
    )

    assert back.status_code == 302
    assert back.headers["location"] == f"{oro.address(realm)}?{asked.request.url.query.decode()}"
    assert is_page(oro.http.get(back.headers["location"]), 200)


@covers("A7", versions=OWN_LOGIN)
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"_username": "ann@example.com", "_password": "wrong"}, "Invalid credentials."),
        ({"_username": "admin", "_password": "admin"}, "Invalid credentials."),
        ({"_username": "", "_password": ""}, "Invalid credentials."),
        ({"_username": "off@example.com", "_password": "off"}, "Account is disabled."),
        ({"_username": "locked@example.com", "_password": "locked"}, "Account is locked."),
        ({"_username": "ann@example.com", "_password": "ann", "_csrf_token": "forged"}, "Invalid CSRF token."),
    ],
)
def test_a_bad_login_leads_back_to_the_login_page_which_says_why(
    version: str, typed: dict[str, str], said: str
) -> None:
    oro = Oro(version)
    refused = oro.submit_login(oro.http.get(oro.ask().headers["location"]), **typed)

    assert refused.status_code == 302
    assert refused.headers["location"] == PATHS["storefront"]
    page = oro.http.get(PATHS["storefront"])
    assert f'<div class="alert alert-error" role="alert" id="error"><div>{said}</div></div>' in page.text
    assert f'name="_username" value="{typed["_username"]}"' in page.text
    assert oro.ask().status_code == 302


@covers("A3", versions=V61)
@REALMS
def test_the_ordinary_login_page_is_there_for_everybody_and_leads_on(version: str, realm: str) -> None:
    oro = Oro(version)
    path = {"storefront": "/customer/user/login", "backoffice": "/admin/user/login"}[realm]

    page = oro.http.get(path)

    assert is_page(page, 200)
    assert "Sign in to continue" not in page.text
    assert oro.log_in(realm).headers["location"].startswith(f"{oro.address(realm)}?")
    assert is_page(oro.ask(f"{realm}-web"), 200)


@pytest.mark.parametrize("version", ALL)
def test_a_login_at_one_application_is_none_at_the_other(version: str) -> None:
    oro = Oro(version)
    oro.log_in("storefront")

    assert oro.ask("backoffice-web").status_code == 302


@pytest.mark.parametrize("version", ALL)
def test_people_may_log_in_with_their_mail_address_and_in_any_case(version: str) -> None:
    oro = Oro(version)

    assert (
        oro.log_in("backoffice", "Admin@Example.com", "admin").headers["location"].startswith(oro.address("backoffice"))
    )
    assert is_page(oro.ask("backoffice-web"), 200)


@pytest.mark.parametrize("version", ALL)
def test_a_login_has_a_new_session(version: str) -> None:
    oro = Oro(version)
    before = oro.ask().headers["set-cookie"]

    assert oro.log_in().headers["set-cookie"] != before


def test_what_was_typed_is_escaped() -> None:
    oro = Oro("6.0")
    oro.submit_login(oro.http.get(oro.ask().headers["location"]), _username='"><script>', _password="x")

    assert "<script>" not in oro.http.get(PATHS["storefront"]).text
