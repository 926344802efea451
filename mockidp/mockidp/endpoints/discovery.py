"""What a client can do here, for those who ask (OIDC Discovery §3, RFC 8414 §2): generated from what is enabled."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..settings.realm import ALL_METHODS, DEVICE_CODE, REGISTRABLE
from ..site import Site
from ..web.responses import PUBLIC_DOCUMENT


async def discovery(_request: Request, site: Site) -> Response:
    """Answer with the issuer's metadata."""
    return JSONResponse(metadata(site), headers=PUBLIC_DOCUMENT)


def metadata(site: Site) -> dict[str, Any]:
    """The issuer's metadata. What is not listed here does not work, and what is listed does."""
    clients, grants = site.own_clients, _grants(site)
    issuer_url = site.url(site.paths.issuer)
    return {
        "issuer": site.issuer,
        "authorization_endpoint": site.page_url(site.paths.authorize),
        "token_endpoint": site.url("/oauth2-token"),
        "userinfo_endpoint": f"{issuer_url}/userinfo",
        "jwks_uri": f"{issuer_url}/jwks",
        **_introspection(site),
        "revocation_endpoint": f"{issuer_url}/revoke",
        "revocation_endpoint_auth_methods_supported": _auth_methods(site),
        **({"device_authorization_endpoint": f"{issuer_url}/device"} if DEVICE_CODE in grants else {}),
        "pushed_authorization_request_endpoint": f"{issuer_url}/par",
        "require_pushed_authorization_requests": _all_must_push(site),
        **({"registration_endpoint": f"{issuer_url}/register"} if site.config.registration else {}),
        "end_session_endpoint": site.page_url(f"{site.paths.issuer}/logout"),
        "scopes_supported": site.scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": grants,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(site.mint.keys.algorithms),
        "token_endpoint_auth_methods_supported": _auth_methods(site),
        "code_challenge_methods_supported": [
            "S256",
            *(["plain"] if any(client.allow_plain_pkce for client in clients) else []),
        ],
        "claims_supported": [
            *("iss", "aud", "sub", "iat", "exp", "auth_time", "nonce", "at_hash"),
            *("name", "preferred_username", "email", "email_verified"),
        ],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }


def _introspection(site: Site) -> dict[str, Any]:
    """Only those who can keep a secret may ask about tokens; where nobody can, nothing is said of it."""
    methods = [method for method in _auth_methods(site) if method != "none"]
    address = site.url(f"{site.paths.issuer}/introspect")
    named = {"introspection_endpoint": address, "introspection_endpoint_auth_methods_supported": methods}
    return named if methods else {}


def _grants(site: Site) -> list[str]:
    """Those of the realm's clients, and those that a client may register itself for."""
    theirs = {name for client in site.own_clients for name in client.grant_types}
    return sorted(theirs | set(REGISTRABLE if site.config.registration else ()))


def _auth_methods(site: Site) -> list[str]:
    theirs = {method for client in site.own_clients for method in client.auth_methods}
    return [method for method in ALL_METHODS if site.config.registration or method in theirs]


def _all_must_push(site: Site) -> bool:
    must = [client.require_par for client in site.own_clients if "authorization_code" in client.grant_types]
    return bool(must) and all(must) and not site.config.registration
