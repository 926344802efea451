"""One provider: all its state, the tokens a test asks it for, and the app that answers for it."""

import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from .absent import absent
from .captured.journal import IssuedToken, Journal
from .captured.request_inbox import Inbox
from .clock import Clock
from .document_routes import document_routes, page_files
from .endpoints.start import start
from .faults.plan import Faults
from .faulty_answers import Interference
from .late_routes import LateRoutes
from .members import Clients, Users, give_way
from .memory.store import MemoryStore, Store
from .passing_lifetimes import PassingLifetimes
from .recording import Recording
from .reloading import Reloading
from .serving.health import Health
from .settings.config import Config
from .settings.durations import seconds
from .settings.fixed_settings import with_fixed
from .signing.keys import AllKeys
from .signing.token_draft import seal
from .site import Sites
from .standing import Lasting, Standing, stand
from .web.refusals import refusals

if TYPE_CHECKING:
    from .dialects.orocommerce.shop import Shop


class Provider:
    """Configuration, clock, keys and memory of one instance.

    `base_url` is how clients reach it, and browsers too, unless the configuration has another address for them.
    """

    def __init__(
        self, config: Config, *, base_url: str, clock: Clock | None = None, store: Store | None = None
    ) -> None:
        self.base_url: Final = base_url.rstrip("/")
        self.clock: Final = clock or Clock()
        self.store: Final[Store] = store or MemoryStore()
        self.faults: Final = Faults({}, lying_tokens=config.dialect == "standard")
        self.ca_file: str | None = None  # set by who serves it over TLS
        self.stopping: Final = threading.Event()
        self._warming: threading.Thread | None = None
        self.lifetimes: Final = PassingLifetimes()
        self.journal: Final = Journal()
        self.requests: Final = Inbox(self.journal)
        self.keys: Final = AllKeys({})
        self._lasting = Lasting(
            base_url=self.base_url,
            clock=self.clock,
            store=self.store,
            faults=self.faults,
            lifetimes=self.lifetimes,
            journal=self.journal,
        )
        self.source: Reloading | None = None  # set by who serves it from a file
        self.changing: Final = threading.RLock()
        self._take(stand(config, self._lasting))

    @property
    def config(self) -> Config:
        """The configuration as it is now."""
        return self._standing.config

    @property
    def browser_base_url(self) -> str:
        """How browsers reach it, without a slash at the end."""
        return self._standing.browser_base_url

    @property
    def sites(self) -> Sites:
        """Its realms, as they are now."""
        return self._standing.sites

    @property
    def shop(self) -> "Shop | None":
        """The installation, in the dialect of OroCommerce."""
        return self._standing.shop

    def configure(self, config: Config) -> tuple[str, ...]:
        """Go by another configuration from now on; the places that stay as they are while it runs.

        Codes, tokens, logins, keys, clock, captured requests, what tests asked to go wrong, and people and clients that
        came later stay, too, unless one of their name is configured now. ConfigError where it cannot be; then
        everything is as before. The app that answers for the provider goes on with the configuration it was built with:
        see `build_app`. Whoever has built the new one tells the journal.
        """
        with self.changing:
            effective, stays = with_fixed(config, self.config)
            self._take(stand(effective, self._lasting, self._standing))
            give_way(self.store, effective.realms)
        return stays

    def _take(self, standing: Standing) -> None:
        self._standing = standing
        self.keys.become(standing.keys)
        self.faults.become(standing.foreign, standing.planned, partial(absent, standing.sites))
        self.users = Users(standing.sites, self.journal)
        self.clients = Clients(standing.sites, self.journal)

    def issuer(self, realm: str) -> str:
        """The issuer identifier of the realm."""
        return self.sites.named(realm).issuer

    def token(
        self,
        realm: str,
        *,
        subject: str | None = None,
        client: str | None = None,
        scope: str = "",
        audience: str | list[str] | None = None,
        claims: Mapping[str, Any] | None = None,
        expires_in: float | str | None = None,
        not_before: float | None = None,
        fault: str | None = None,
    ) -> str:
        """A signed access token without any ceremony.

        `subject` and `client` default to the realm's first ones; ConfigError where it has no users. `expires_in`
        defaults to its lifetime; a number may be zero or negative, for a token that has expired. `not_before` is a
        point in time, in seconds. `claims` come on top, and `fault` is how it lies, by the catalogue.
        """
        site = self.sites.named(realm)
        subject = site.first_subject if subject is None else subject
        client_id = client or (site.clients[0].client_id if site.clients else "mockidp")
        lifetime: float = site.lifetime("access_token", site.client(client_id))
        if expires_in is not None:
            lifetime = seconds(expires_in) if isinstance(expires_in, str) else expires_in
        user = site.user_with_subject(subject)
        added = site.added_claims(
            "access_token", client_id=client_id, user=user, subject=subject, scope=scope, asked={}
        )
        if audience is not None:
            added.pop("aud", None)
        return site.mint.access_token(
            subject=subject,
            client_id=client_id,
            scope=scope,
            lifetime=lifetime,
            audience=audience,
            claims={**added, **({} if not_before is None else {"nbf": not_before}), **(claims or {})},
            sealed=seal if fault is None else self.faults.lie(fault, realm),
        )

    @property
    def tokens(self) -> tuple[IssuedToken, ...]:
        """The last tokens that were issued, the oldest first."""
        return self.journal.issued

    def reset(self) -> None:
        """Forget every code, refresh token, revocation, login and jump of the clock; issuers and first keys stay."""
        self.store.clear()
        self.clock.reset()
        self.keys.reset()
        self.faults.reset()
        self.requests.clear()
        self.lifetimes.clear()
        for site in self.sites:
            site.sessions.forget_all()
        if self.shop is not None:
            self.shop.reset()
        self.journal.forget()

    def warm_up(self) -> threading.Thread:
        """Make and load in the background, once, what the first token would wait for; the thread that does it."""
        if self._warming is None:
            self._warming = threading.Thread(target=self._warm_up, name="mockidp-keys", daemon=True)
            self._warming.start()
        return self._warming

    def _warm_up(self) -> None:
        self.keys.warm_up()
        if self.shop is None:
            from . import routes  # noqa: F401, PLC0415  # which are loaded late

    def trouble(self) -> str:
        """Why no request should come now; nothing, where one may. Whoever asks has the keys made, if they are not."""
        if self.stopping.is_set():
            return "stopping"
        if not self.keys.made:
            self.warm_up()
            return "making keys"
        return ""

    def revoked(self, realm: str) -> Callable[[str], bool]:
        """A function that says of a `jti` whether its token has been taken back, for a resource server of the realm."""
        self.sites.named(realm)
        return self._is_revoked

    def _is_revoked(self, jti: str) -> bool:
        """By the configuration as it is when somebody asks, not as it was when the function was given out."""
        if self.shop is not None:
            return self.shop.is_dead(jti)
        return self.store.is_revoked(jti) or self.store.is_revoked(jti.partition(".")[0])


def build_app(provider: Provider) -> Starlette:
    """The provider as an ASGI app, which talks one dialect."""
    found = _standard_routes(provider) if provider.shop is None else _oro_routes(provider, provider.shop)
    by_request = provider.config.faults_by_request
    app = Starlette(
        routes=found,
        exception_handlers=refusals(urlsplit(provider.browser_base_url).path),
        middleware=[
            Middleware(Health, trouble=provider.trouble),
            Middleware(Recording, inbox=provider.requests, journal=provider.journal),
            Middleware(Interference, faults=provider.faults, sites=provider.sites, by_request=by_request),
        ],
    )
    app.router.redirect_slashes = False
    return app


def _standard_routes(provider: Provider) -> list[BaseRoute]:
    sites, documents = provider.sites, list(document_routes(provider.sites))

    def everything() -> Iterator[BaseRoute]:
        from .routes import routes  # noqa: PLC0415  # this is what is late

        yield from routes(sites)  # the token endpoint is the first of them
        yield from documents

    return [*documents, LateRoutes(everything)]


def _oro_routes(provider: Provider, shop: "Shop") -> list[BaseRoute]:
    from .dialects.orocommerce import routes as oro  # noqa: PLC0415  # a dialect is loaded by whoever speaks it

    first = Route("/", partial(start, sites=provider.sites, card=partial(oro.card, shop=shop)))
    return [first, *oro.routes(shop), *page_files()]
