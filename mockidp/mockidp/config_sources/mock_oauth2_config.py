"""The configuration of navikt's mock-oauth2-server, as its documentation and source have it (version 6)."""

from typing import Any

import msgspec
from msgspec import Struct


class _Theirs(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """The base of their structs: names as they write them."""


class RequestMapping(_Theirs, frozen=True, kw_only=True):
    """Claims for token requests with such a parameter."""

    request_param: str
    match: str = "*"
    claims: dict[str, Any] = msgspec.field(default_factory=dict)
    type_header: str = "JWT"


class TokenCallback(_Theirs, frozen=True, kw_only=True):
    """An issuer, how long its tokens live (in seconds), and what they say."""

    issuer_id: str
    request_mappings: tuple[RequestMapping, ...] = ()
    token_expiry: int = 3600


class KeyProvider(_Theirs, frozen=True, kw_only=True):
    """Keys."""

    initial_keys: str | None = None
    algorithm: str = "RS256"


class TokenProvider(_Theirs, frozen=True, kw_only=True):
    """Keys and clock."""

    key_provider: KeyProvider = KeyProvider()
    system_time: str | None = None


class HttpServer(_Theirs, frozen=True, kw_only=True):
    """Which server answers, and whether over TLS."""

    type: str = "MockWebServerWrapper"
    ssl: dict[str, Any] | None = None


class TheirConfig(_Theirs, frozen=True, kw_only=True):
    """Everything that they configure."""

    interactive_login: bool = False
    login_page_path: str | None = None
    static_assets_path: str | None = None
    rotate_refresh_token: bool | None = None
    token_provider: TokenProvider | None = None
    token_callbacks: tuple[TokenCallback, ...] = ()
    http_server: str | HttpServer | None = None
