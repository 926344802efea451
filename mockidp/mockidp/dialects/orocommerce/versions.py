"""In what the versions of OroCommerce differ: one row of facts for each, the newest patch of its line."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

_DAY: Final = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What holds in one version.

    * `own_login_page`: OAuth has a login page of its own; later ones send people to the ordinary one.
    * `consent_csrf`: the form token of the consent page is checked.
    * `skip_consent`: a client can be allowed to go without consent.
    * `public_clients_checked`: at the token endpoint, grants and redirect address of a public client are checked, and
      it may refresh.
    * `basic_auth`: HTTP Basic at the token endpoint does not end in a server error.
    * `cors_headers`: what a preflight allows; more can be configured where they are `cors_headers_configurable`.
    * `visitor_number`: a visitor's `sub` also holds a number.
    * `visitor_authorization`: visitors can go through the authorization code flow.
    * `password_switch`: logging in by password can be switched off.
    * `metadata`: the server describes itself and its resources (RFC 8414, RFC 9728).
    * `refresh_token_lifetime`: seconds, where nothing is configured.
    """

    own_login_page: bool
    consent_csrf: bool
    skip_consent: bool
    public_clients_checked: bool
    basic_auth: bool
    cors_headers: tuple[str, ...]
    cors_headers_configurable: bool
    visitor_number: bool
    visitor_authorization: bool
    password_switch: bool
    metadata: bool
    refresh_token_lifetime: int


VERSIONS: Final = MappingProxyType(
    {
        "5.0": Facts(
            own_login_page=True,
            consent_csrf=True,
            skip_consent=False,
            public_clients_checked=False,
            basic_auth=False,
            cors_headers=("Content-Type",),
            cors_headers_configurable=False,
            visitor_number=True,
            visitor_authorization=False,
            password_switch=False,
            metadata=False,
            refresh_token_lifetime=210 * _DAY,
        ),
        "5.1": Facts(
            own_login_page=True,
            consent_csrf=False,
            skip_consent=True,
            public_clients_checked=True,
            basic_auth=True,
            cors_headers=("Authorization", "Content-Type"),
            cors_headers_configurable=True,
            visitor_number=False,
            visitor_authorization=False,
            password_switch=False,
            metadata=False,
            refresh_token_lifetime=210 * _DAY,
        ),
        "6.0": Facts(
            own_login_page=True,
            consent_csrf=False,
            skip_consent=True,
            public_clients_checked=True,
            basic_auth=True,
            cors_headers=("Authorization", "Content-Type"),
            cors_headers_configurable=True,
            visitor_number=False,
            visitor_authorization=False,
            password_switch=True,
            metadata=True,
            refresh_token_lifetime=210 * _DAY,
        ),
        "6.1": Facts(
            own_login_page=False,
            consent_csrf=False,
            skip_consent=True,
            public_clients_checked=True,
            basic_auth=True,
            cors_headers=("Authorization", "Content-Type"),
            cors_headers_configurable=True,
            visitor_number=False,
            visitor_authorization=True,
            password_switch=True,
            metadata=True,
            refresh_token_lifetime=30 * _DAY,
        ),
    }
)
