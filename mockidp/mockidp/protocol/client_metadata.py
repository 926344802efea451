"""What a client says about itself when it registers, and the client that comes of it (RFC 7591 §2).

What we do not understand is ignored, as the RFC demands; what we understand and cannot do is refused.
"""

import json
import secrets
from typing import Any, Final, Literal

import msgspec
from authlib.oauth2.rfc7591 import InvalidClientMetadataError, InvalidRedirectURIError
from msgspec import Struct

from ..errors import ConfigError
from ..settings.expectations import expect_redirect_uri
from ..settings.realm import Client, RegistrableGrant
from ..site import Site

_BASIC: Final = "client_secret_basic"
_PUBLIC: Final = "none"

MOST_URIS: Final = 20
LONGEST: Final = 2000  # characters of a name or an address


class Metadata(Struct, frozen=True, kw_only=True):
    """The members that mean something here; each has its registered name."""

    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    token_endpoint_auth_method: Literal["client_secret_basic", "client_secret_post", "none"] = _BASIC
    grant_types: tuple[RegistrableGrant, ...] = ("authorization_code",)
    response_types: tuple[Literal["code"], ...] | None = None
    client_name: str | None = None
    scope: str | None = None
    id_token_signed_response_alg: str | None = None
    subject_type: Literal["public"] = "public"
    require_pushed_authorization_requests: bool = False


def read_metadata(body: bytes) -> Metadata:
    """The metadata in a JSON body; raises `invalid_client_metadata` for what cannot be understood or done."""
    try:
        members = json.loads(body.decode("utf-8"), object_pairs_hook=_once)
        json.dumps(members, ensure_ascii=False).encode("utf-8")  # JSON may spell half a surrogate pair
        return msgspec.convert(members, Metadata)
    except msgspec.ValidationError as error:
        # msgspec names the member and what was expected there, and quotes at most what stood there of an enumeration.
        place = str(error).rpartition("`$.")[2].partition("`")[0].partition("[")[0]
        named = place if place in Metadata.__struct_fields__ else "The body"
        raise InvalidClientMetadataError(f"{named} is not of a kind that is supported here.") from None
    except (ValueError, RecursionError):
        raise InvalidClientMetadataError("The body is not a JSON object with each member once.") from None


def new_client(metadata: Metadata, site: Site) -> Client:
    """A client of the realm as it wants to be, with a name and a secret of our making; raises where it cannot be."""
    _check_addresses(metadata)
    _check_consistency(metadata, site)
    client_id = f"registered-{secrets.token_urlsafe(12)}"
    method = metadata.token_endpoint_auth_method
    return Client(
        client_id=client_id,
        client_secret=None if method == _PUBLIC else secrets.token_urlsafe(32),
        token_endpoint_auth_method=None if method == _PUBLIC else method,
        name=metadata.client_name or client_id,
        redirect_uris=metadata.redirect_uris,
        post_logout_redirect_uris=metadata.post_logout_redirect_uris,
        grant_types=metadata.grant_types,
        scope=_scope(metadata, site),
        require_par=metadata.require_pushed_authorization_requests,
    )


def _check_addresses(metadata: Metadata) -> None:
    both = {"redirect_uris": metadata.redirect_uris, "post_logout_redirect_uris": metadata.post_logout_redirect_uris}
    for name, uris in both.items():
        try:
            for uri in uris:
                expect_redirect_uri(name, uri)
        except ConfigError as problem:
            raise InvalidRedirectURIError(f"{name}: {problem.problem}.") from None
        if len(set(uris)) != len(uris) or len(uris) > MOST_URIS or any(len(uri) > LONGEST for uri in uris):
            raise InvalidRedirectURIError(f"{name}: too many, too long, or one of them twice.")
    if "authorization_code" in metadata.grant_types and not metadata.redirect_uris:
        raise InvalidRedirectURIError("redirect_uris: a client with the grant authorization_code needs one.")


def _check_consistency(metadata: Metadata, site: Site) -> None:
    grants, name = metadata.grant_types, metadata.client_name or "x"
    codes: tuple[str, ...] = ("code",) if "authorization_code" in grants else ()
    problems = {
        "grant_types: one of them twice, or none.": len(set(grants)) != len(grants) or not grants,
        "response_types: they must go with grant_types.": metadata.response_types not in {None, codes},
        "grant_types: client_credentials needs a client that can keep a secret.": (
            "client_credentials" in grants and metadata.token_endpoint_auth_method == _PUBLIC
        ),
        "client_name: too long, or with characters that cannot be shown.": len(name) > LONGEST
        or not name.isprintable(),
        "id_token_signed_response_alg: this issuer has another one.": (
            metadata.id_token_signed_response_alg not in {None, site.realm.algorithm}
        ),
        "scope: there is no such scope here.": not set(_scope(metadata, site).split()) <= set(site.scopes),
    }
    for problem, there in problems.items():
        if there:
            raise InvalidClientMetadataError(problem)


def _scope(metadata: Metadata, site: Site) -> str:
    """What it asks for; a client that does not say gets all that there is."""
    named = site.scopes if metadata.scope is None else metadata.scope.split(" ")
    return " ".join(dict.fromkeys(name for name in named if name))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is given twice")
    return members
