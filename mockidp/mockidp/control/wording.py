"""A sentence about each argument of an operation, which the commands' help and the OpenAPI show."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .operation import Operation

# By name, since the same name means the same everywhere; where it does not, the operation stands in front.
_SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "active": "Whether the client may do anything; in the dialect of OroCommerce only.",
        "algorithm": "What the new key is for; by default, what the current one is for.",
        "allow_plain_pkce": "Whether a code challenge may be sent as it is (RFC 7636).",
        "at": "The time to stand still at, in seconds since 1970 or as 2030-01-01T12:00:00Z; by default, now.",
        "audience": "Whom the token is meant for; by default, the realm's audience.",
        "authorize.user": "The username of whoever logs in; by default, whom the page suggests.",
        "authorize.password": "A password to type in; by default, one click logs in.",
        "auto_login": "The username of whoever is logged in and approves without a page.",
        "claims": "More claims, as a JSON object.",
        "client": "A client by its id.",
        "client_id": "The name of the client.",
        "client_secret": "Its secret; without one, it is a public client.",
        "consent": "Whether the person approves.",
        "days": "That many days; negative is back.",
        "email": "The address in the claim `email`.",
        "enabled": "Whether the account can be used; in the dialect of OroCommerce only.",
        "endpoint": "The endpoint whose answers are to go wrong; by default, any.",
        "expires_in": "How long the token lives, in seconds or as 5m; negative is over already.",
        "fault": "A fault by its name in the catalogue, such as expired or status=429.",
        "form": "Fields of the form that the request has to have, as a JSON object of texts.",
        "grant_types": "A grant that the client may use.",
        "header": "Headers that the request has to have, as a JSON object of texts.",
        "hours": "That many hours; negative is back.",
        "kid": "The key that is dropped; by default, the current one.",
        "lifetimes": 'How long its codes and tokens live, as a JSON object such as {"access_token": "5m"}.',
        "localhost_any_port": "Whether its redirect addresses on localhost may have any port (RFC 8252).",
        "locked": "Whether the account is locked; in the dialect of OroCommerce only.",
        "method": "The method of the request that is waited for, such as POST.",
        "minutes": "That many minutes; negative is back.",
        "name": "What people read; by default, the username or the id.",
        "not_before": "When the token begins to be good, in seconds since 1970.",
        "now": "The time it is to be, in seconds since 1970 or as 2030-01-01T12:00:00Z.",
        "owner": "The username as whom the client acts by itself; in the dialect of OroCommerce only.",
        "password": "The password that they log in with.",
        "path": "The path of the request that is waited for, such as /oauth2-token.",
        "post_logout_redirect_uris": "An address that a logout may lead back to.",
        "realm": "A realm by its name, such as storefront.",
        "redirect_uris": "An address that a login may lead back to.",
        "require_par": "Whether it has to push its authorization requests (RFC 9126).",
        "require_pkce": "Whether it has to send a code challenge; by default, a public client has to.",
        "scope": "Scopes with spaces between them.",
        "seconds": "That many seconds; negative is back.",
        "since": "The number of the last state that was seen.",
        "skip_consent": "Whether nobody is asked to approve; in the dialect of OroCommerce only.",
        "subject": "The subject (`sub`) of the tokens.",
        "timeout": "Seconds to wait for a request, at most 60.",
        "times": "How often it is to happen.",
        "token": "The kind of token that is to lie; by default, the first that can.",
        "token_endpoint_auth_method": "The one way in which its secret may come; by default, either.",
        "trust_login_hint": "Whether whom its `login_hint` names is logged in without a page.",
        "url": "The authorize address that the app redirects to.",
        "user": "A user by username or subject.",
        "username": "The name that they log in with.",
        "wait": "Seconds to wait for a newer state, at most 60.",
    }
)


def sentence(operation: Operation, field: str) -> str:
    """What the argument is; KeyError where nobody has written that down."""
    return _SENTENCES.get(f"{operation.name}.{field}") or _SENTENCES[field]
