"""The login and consent pages with OroCommerce's fields and words, in our look: rows A5 and A8."""

from collections.abc import Sequence

from ...settings.config import User
from ...web.pages import look_of, render


def login_page(
    *,
    realm_name: str,
    realm_title: str,
    app_name: str,
    action: str,
    csrf_token: str,
    users: Sequence[User],
    username: str,
    error: str,
    base_path: str,
) -> str:
    """Ask who is there: posts `_username`, `_password` and `_csrf_token`."""
    return render(
        "orocommerce/login.html",
        look=look_of(realm_name),
        realm_title=realm_title,
        app_name=app_name,
        action=action,
        csrf_token=csrf_token,
        users=users,
        username=username,
        error=error,
        base_path=base_path,
    )


def consent_page(*, realm_name: str, realm_title: str, app_name: str, csrf_token: str, base_path: str) -> str:
    """Ask whether the client may: posts `grantAccess` and `_csrf_token` to the address that it stands at."""
    return render(
        "orocommerce/consent.html",
        look=look_of(realm_name),
        realm_title=realm_title,
        app_name=app_name,
        csrf_token=csrf_token,
        base_path=base_path,
    )
