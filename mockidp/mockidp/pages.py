"""What people see: the pages of the provider, rendered to HTML text.

No page needs JavaScript, and none asks another host for anything: the content security policy that the endpoints send
with them (`default-src 'none'; style-src 'self'; img-src 'self' data:`) lets in nothing but our own stylesheet.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .config import Client, User

HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class RealmCard:
    """A realm as the start page shows it; the addresses are pairs of a label and an URL."""

    name: str
    title: str
    issuer: str
    addresses: tuple[tuple[str, str], ...]
    users: Sequence[User]
    clients: Sequence[Client]


def login_page(
    *,
    realm_title: str,
    client_name: str,
    action: str,
    csrf_token: str,
    users: Sequence[User],
    username: str = "",
    error: str = "",
    realm_name: str = "",
) -> str:
    """Ask who is there: posts `username` and `password`, or `as` from a one-click button; `csrf_token` with either."""
    return _render("login.html", **locals())


def consent_page(
    *,
    realm_title: str,
    client_name: str,
    user_name: str,
    scopes: Sequence[str],
    action: str,
    csrf_token: str,
    realm_name: str = "",
) -> str:
    """Ask whether the client may: posts `decision` (`approve` or `deny`) and `csrf_token`."""
    return _render("consent.html", **locals())


def error_page(*, status: int, title: str, message: str, hint: str = "") -> str:
    """Tell a person what went wrong, where there is no client that we could tell."""
    return _render("error.html", **locals())


def start_page(*, base_url: str, realms: Sequence[RealmCard]) -> str:
    """Show what this is, every address, and the demo users and clients with their secrets."""
    return _render("start.html", **locals())


@cache
def stylesheet() -> bytes:
    """The one stylesheet, served at `/mockidp.css`."""
    return (HERE / "static" / "mockidp.css").read_bytes()


def _render(template: str, **values: object) -> str:
    return _environment().get_template(template).render(values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    # The link names the content, so that a browser may keep the file for ever.
    environment.globals["stylesheet"] = f"/mockidp.css?v={hashlib.sha256(stylesheet()).hexdigest()[:12]}"
    return environment
