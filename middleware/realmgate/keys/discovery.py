"""From an issuer's name to the address of its keys. OpenID Connect Discovery 1.0 §4, RFC 8414 §3."""

from urllib.parse import urlsplit, urlunsplit

from ..addresses import check_address
from ..errors import ConfigurationError
from ..flow import Fetch, Fetched, FetchFailed, Flow
from ..jose.strict_json import NotStrictJson, parse_object


def discover(issuer: str, *, trust_mock: bool, timeout: float, attempt: int) -> Flow[str]:
    """Return the ``jwks_uri`` of an issuer, asking the OpenID Connect address first and then RFC 8414's.

    Raises `FetchFailed` where neither gives a document that names exactly this issuer.
    """
    statuses: list[str] = []
    for url in addresses(issuer):
        fetched: Fetched = yield Fetch(url=url, timeout=timeout, attempt=attempt)
        if fetched.status == 200:  # noqa: PLR2004 - the one good status
            return _jwks_uri(fetched.body, issuer, trust_mock=trust_mock)
        statuses.append(str(fetched.status))
    raise FetchFailed(f"discovery answered with status {' and '.join(statuses)}, not with 200")


def addresses(issuer: str) -> tuple[str, ...]:
    """Where the document may lie: behind the issuer's path (OpenID Connect), or before it (RFC 8414 §3.1)."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    return tuple(
        urlunsplit((parts.scheme, parts.netloc, where, "", ""))
        for where in (f"{path}/.well-known/openid-configuration", f"/.well-known/oauth-authorization-server{path}")
    )


def _jwks_uri(body: bytes, issuer: str, *, trust_mock: bool) -> str:
    try:
        document = parse_object(body)
    except NotStrictJson:
        raise FetchFailed("discovery answered with something else than a JSON object") from None
    # Compared whole, or one issuer could speak for another (RFC 8414 §3.3).
    if document.get("issuer") != issuer:
        raise FetchFailed("the discovery document names another issuer")
    uri = document.get("jwks_uri")
    if not isinstance(uri, str):
        raise FetchFailed("the discovery document has no jwks_uri")
    try:
        # Entra ID puts a query into it.
        check_address(uri, trust_mock=trust_mock, place="jwks_uri", query=True)
    except ConfigurationError:
        raise FetchFailed("the jwks_uri of the discovery document is not an https URL") from None
    return uri
