"""What an app under test needs to know of a provider, as environment variables."""

from collections.abc import Iterable, Iterator

from .environment_formats import CA_VARIABLES
from .errors import ConfigError
from .provider import Provider
from .settings.config import Client
from .site import Site


def environment(provider: Provider, *, realm: str | None = None, client: str | None = None) -> dict[str, str]:
    """The variables of one realm or of all, in a fixed order; those that would be empty are left out.

    `client` is the one that the app is, by default each realm's first; it also says which realm is meant. Over
    TLS, the usual variables name the file of its authority. Raises ConfigError for a realm or client that is not there,
    and for realms whose variables would be the same.
    """
    found: dict[str, str] = {"MOCKIDP_URL": provider.base_url}
    chosen = list(_chosen(provider, realm, client))
    expect_own_variables(site.realm.name for site, _ in chosen)
    for site, app in chosen:
        prefix = f"MOCKIDP_{variable_name(site.realm.name)}"
        found |= {f"{prefix}_{name}": value for name, value in _of(site, app, provider).items() if value}
    return found | (dict.fromkeys(CA_VARIABLES, provider.ca_file) if provider.ca_file else {})


def variable_name(realm: str) -> str:
    """The realm's name, as variables have it."""
    return realm.upper().replace("-", "_")


def expect_own_variables(realms: Iterable[str]) -> None:
    """Refuse realms whose variables would be the same, such as `a-b` and `a_b`: one would go by the other's."""
    known: dict[str, str] = {}
    for realm in realms:
        other = known.setdefault(variable_name(realm), realm)
        if other != realm:
            raise ConfigError(
                f"{other!r} and {realm!r} would both be MOCKIDP_{variable_name(realm)}_…: choose one, or rename one",
                place="realm",
            )


def _chosen(provider: Provider, realm: str | None, client: str | None) -> Iterator[tuple[Site, Client | None]]:
    try:
        sites = [provider.sites.named(realm)] if realm is not None else list(provider.sites)
    except LookupError as unknown:
        raise ConfigError(str(unknown), place="realm") from None
    if client is None:
        yield from ((site, next(iter(site.clients), None)) for site in sites)
        return
    found = [(site, one) for site in sites for one in site.clients if one.client_id == client]
    if not found:
        there = ", ".join(one.client_id for site in sites for one in site.clients)
        raise ConfigError(f"there is no client {client!r}; there are {there}", place="client")
    yield from found


def _of(site: Site, client: Client | None, provider: Provider) -> dict[str, str]:
    client_id = client.client_id if client else ""
    return {
        **(_standard(site) if provider.shop is None else _orocommerce(site, provider, client_id)),
        "AUTHORIZATION_ENDPOINT": site.page_url(site.paths.authorize),
        "TOKEN_ENDPOINT": site.url("/oauth2-token"),
        "CLIENT_ID": client_id,
        "CLIENT_SECRET": (client.client_secret if client else "") or "",
        "REDIRECT_URI": next(iter(client.redirect_uris), "") if client else "",
        "SCOPE": client.scope if client else "",
    }


def _standard(site: Site) -> dict[str, str]:
    return {
        "ISSUER": site.issuer,
        "AUDIENCE": site.realm.audience,
        "DISCOVERY": site.url(f"{site.paths.issuer}/.well-known/openid-configuration"),
        "JWKS_URI": site.url(f"{site.paths.issuer}/jwks"),
    }


def _orocommerce(site: Site, provider: Provider, client_id: str) -> dict[str, str]:
    """Its tokens name no issuer, and the client for an audience; only some versions have a document."""
    from .dialects.orocommerce.discovery import SERVERS  # noqa: PLC0415  # a dialect is loaded by whoever speaks it
    from .dialects.orocommerce.routes import JWKS  # noqa: PLC0415

    described = provider.shop is not None and provider.shop.facts.metadata
    return {
        "ISSUER": site.issuer if described else "",
        "AUDIENCE": client_id,
        "DISCOVERY": site.url(f"{SERVERS}{site.paths.issuer}") if described else "",
        "JWKS_URI": site.url(JWKS),
    }
