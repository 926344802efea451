"""What an OroCommerce installation has in its configuration, as far as a client of its OAuth server can tell."""

import re
from typing import Final, Literal

from msgspec import Struct

from .expectations import expect, expect_unique

OroVersion = Literal["5.0", "5.1", "6.0", "6.1"]

_ORIGIN: Final = re.compile(r"\*|[a-z][a-z0-9+.-]*://[^/?#\s]+")
_PATH: Final = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_FIELD: Final = re.compile(r"[A-Za-z0-9-]+")


class ProtectedResource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A resource whose metadata is served (RFC 9728), by its path."""

    path: str
    name: str = ""
    scopes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        expect(bool(_PATH.fullmatch(self.path)), "path", "a path that starts with / and does not end with it")


class OroSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Switches of an installation. Unlike in a fresh OroCommerce, both Web APIs are on.

    * `storefront_api`, `backoffice_api`: the Web API features; with one off, that application's clients are unknown.
    * `storefront_password_login`, `backoffice_password_login`: whether the password grant may be used (from 6.0).
    * `refresh_token`, `authorization_code`: whether these grants are there at all.
    * `keys`: whether the signing keys are installed.
    * `cors_origins`, `cors_headers`, `cors_max_age` (seconds): CORS at the token endpoint; `*` is every origin.
    * `protected_resources`: what metadata there is (from 6.0).
    """

    storefront_api: bool = True
    backoffice_api: bool = True
    storefront_password_login: bool = True
    backoffice_password_login: bool = True
    refresh_token: bool = True
    authorization_code: bool = True
    keys: bool = True
    cors_origins: tuple[str, ...] = ()
    cors_headers: tuple[str, ...] = ()
    cors_max_age: int = 600
    protected_resources: tuple[ProtectedResource, ...] = ()

    def __post_init__(self) -> None:
        for at, origin in enumerate(self.cors_origins):
            expect(
                bool(_ORIGIN.fullmatch(origin)), f"cors_origins[{at}]", "an origin such as https://app.example, or *"
            )
        for at, header in enumerate(self.cors_headers):
            expect(bool(_FIELD.fullmatch(header)), f"cors_headers[{at}]", "the name of a header")
        expect(self.cors_max_age >= 0, "cors_max_age", "seconds, zero or more")
        expect_unique("protected_resources", (resource.path for resource in self.protected_resources))
