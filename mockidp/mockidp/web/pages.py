"""What people see: the pages of the provider, rendered to HTML text.

No page needs JavaScript, and none asks another host for anything: the content security policy that the endpoints send
with them (`default-src 'none'; style-src 'self'; img-src 'self' data:`) lets in nothing but our own stylesheet.
`base_path` is the path that a proxy puts before ours.

Jinja2 is loaded by the first page, which takes some 30 ms for that: most who ask are programs, and see none.
"""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..settings.config import Client, User
from .wording import breakable, curl, in_words, initials

if TYPE_CHECKING:
    from jinja2 import Environment

HERE: Final = Path(__file__).parent

OWN_LOOKS: Final = ("storefront", "backoffice")
OTHER_LOOKS: Final = ("ochre", "sky", "rose", "olive")

LINKS: Final = ("Discovery", "JWKS", "Device codes")  # the addresses that a browser can open as they are


@dataclass(frozen=True, slots=True, kw_only=True)
class RealmCard:
    """A realm as the start page shows it; the addresses are pairs of a label and a URL.

    `secretive` are the clients that made their secrets themselves, so those are nobody else's to see.
    """

    name: str
    title: str
    issuer: str
    addresses: tuple[tuple[str, str], ...]
    users: Sequence[User]
    clients: Sequence[Client]
    secretive: frozenset[str] = frozenset()

    @property
    def open_clients(self) -> Sequence[Client]:
        """Those whose secrets everybody may see."""
        return [client for client in self.clients if client.client_id not in self.secretive]

    @property
    def look(self) -> str:
        """The name of its colours and its shape in the stylesheet."""
        return look_of(self.name)


def login_page(
    *,
    realm_name: str,
    realm_title: str,
    client_name: str,
    action: str,
    csrf_token: str,
    users: Sequence[User],
    username: str = "",
    error: str = "",
    base_path: str = "",
) -> str:
    """Ask who is there: posts `username` and `password`, or `as` from a one-click button; `csrf_token` with either."""
    return render(
        "login.html",
        look=look_of(realm_name),
        realm_title=realm_title,
        client_name=client_name,
        action=action,
        csrf_token=csrf_token,
        users=users,
        username=username,
        error=error,
        base_path=base_path,
    )


def consent_page(
    *,
    realm_name: str,
    realm_title: str,
    client_name: str,
    user_name: str,
    scopes: Sequence[str],
    action: str,
    csrf_token: str,
    user_code: str = "",
    base_path: str = "",
) -> str:
    """Ask whether the client may: posts `decision` (`approve` or `deny`) and `csrf_token`.

    `user_code` is what the device shows, if it is for a device.
    """
    return render(
        "consent.html",
        look=look_of(realm_name),
        realm_title=realm_title,
        client_name=client_name,
        user_name=user_name,
        scopes=scopes,
        action=action,
        csrf_token=csrf_token,
        user_code=user_code,
        base_path=base_path,
    )


def logout_page(
    *,
    realm_name: str,
    realm_title: str,
    client_name: str,
    user_name: str,
    action: str,
    csrf_token: str,
    base_path: str = "",
) -> str:
    """Ask whether the person wants to log out: posts `decision` (`logout` or `stay`) and `csrf_token`."""
    return render(
        "logout.html",
        look=look_of(realm_name),
        realm_title=realm_title,
        client_name=client_name,
        user_name=user_name,
        action=action,
        csrf_token=csrf_token,
        base_path=base_path,
    )


def logged_out_page(*, realm_name: str, realm_title: str, user_name: str = "", base_path: str = "") -> str:
    """Tell a person that nobody is logged in any more, or, by name, that they still are."""
    look = look_of(realm_name)
    return render("logged_out.html", look=look, realm_title=realm_title, user_name=user_name, base_path=base_path)


def device_page(
    *, realm_name: str, realm_title: str, action: str, user_code: str = "", error: str = "", base_path: str = ""
) -> str:
    """Ask for the code that a device shows: gets `user_code`."""
    return render(
        "device.html",
        look=look_of(realm_name),
        realm_title=realm_title,
        action=action,
        user_code=user_code,
        error=error,
        base_path=base_path,
    )


def device_done_page(*, realm_name: str, realm_title: str, approved: bool, base_path: str = "") -> str:
    """Tell a person that the device has its answer."""
    look = look_of(realm_name)
    return render("device_done.html", look=look, realm_title=realm_title, approved=approved, base_path=base_path)


def error_page(*, status: int, title: str, message: str, hint: str = "", base_path: str = "") -> str:
    """Tell a person what went wrong where no client can be told; it looks the same for every realm and for none."""
    return render("error.html", status=status, title=title, message=message, hint=hint, base_path=base_path)


def start_page(*, base_url: str, realms: Sequence[RealmCard], base_path: str = "") -> str:
    """Show what this is, every address, and the demo users and clients with their secrets."""
    commands = {realm.name: curl(f"{base_url}/oauth2-token", realm.open_clients) for realm in realms}
    return render("start.html", base_url=base_url, realms=realms, commands=commands, links=LINKS, base_path=base_path)


@cache
def stylesheet() -> bytes:
    """The one stylesheet, served at `/mockidp.css`."""
    return (HERE / "static" / "mockidp.css").read_bytes()


def look_of(realm_name: str) -> str:
    """Give each realm colours that stay: the two of the shop their own, any other one of four by its name."""
    if realm_name in OWN_LOOKS:
        return realm_name
    return OTHER_LOOKS[zlib.crc32(realm_name.encode()) % len(OTHER_LOOKS)]


def render(template: str, **values: object) -> str:
    """A template with its values filled in."""
    return _environment().get_template(template).render(values)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415  # see the docstring of this file

    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"breakable": breakable, "initials": initials, "in_words": in_words}
    # The link names the content, so that a browser may keep the file for ever.
    environment.globals["stylesheet"] = f"mockidp.css?v={hashlib.sha256(stylesheet()).hexdigest()[:12]}"
    return environment
