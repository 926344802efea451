"""The login and consent pages: whatever comes from elsewhere is escaped, and no page needs a script."""

import pytest

from mockidp.dialects.orocommerce.pages import consent_page, login_page
from mockidp.settings.config import User

NASTY = '"><script>alert(1)</script>'


@pytest.fixture
def login() -> str:
    return login_page(
        realm_name="storefront",
        realm_title=NASTY,
        app_name=NASTY,
        action="/check",
        csrf_token="token",
        users=(User(username="ann", password=NASTY),),
        username=NASTY,
        error=NASTY,
        base_path="",
    )


@pytest.fixture
def consent() -> str:
    return consent_page(realm_name="backoffice", realm_title=NASTY, app_name=NASTY, csrf_token="token", base_path="")


def test_nothing_runs_in_the_login_page(login: str) -> None:
    assert "<script" not in login
    assert "&lt;script" in login


def test_nothing_runs_in_the_consent_page(consent: str) -> None:
    assert "<script" not in consent
    assert "&lt;script" in consent


def test_the_one_click_buttons_send_what_the_form_would(login: str) -> None:
    assert login.count('name="_csrf_token"') == 2
    assert '<input type="hidden" name="_username" value="ann">' in login


def test_an_error_is_tied_to_the_fields(login: str) -> None:
    assert login.count('aria-describedby="error"') == 2
    assert 'id="error"' in login
