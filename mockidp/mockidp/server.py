"""`MockIdp`: a provider that really listens, in a thread of its own, for as long as a `with` block or a test run."""

import logging
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, Unpack
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from .captured.journal import IssuedToken
from .captured.request_inbox import Inbox
from .clock import Clock
from .config_sources.overrides import Overrides, overridden
from .control.door import Door
from .control.guard import Guard
from .control.state import State, state
from .environment import environment
from .faults.plan import Faults
from .members import Clients, Users
from .provider import Provider, build_app
from .serving.listener import Listener, Nowhere
from .serving.loopback import is_loopback
from .settings.config import Config
from .settings.durations import Duration
from .signing.keys import AllKeys

if TYPE_CHECKING:
    from .dialects.orocommerce.accounts import Accounts
    from .headless.browser import Browser
    from .headless.walk import Walk
    from .serving.tls import Tls

logger: Final = logging.getLogger("mockidp")
REMOTE_WARNING: Final = (
    "listening on %s, so whoever reaches this machine can get tokens for anybody: this is a mock, with public passwords"
)


class MockIdp:
    """A mock identity provider on an address of its own, which is fixed when this is built.

    It answers between `start` and `stop`, or inside a `with` block; after `stop` it can be started again, at the same
    address and with the same keys. Settings given by name (`access_token_lifetime="2s"`) come on top of `config`.
    Port 0 takes a free one, and None none at all: then there is no socket, and `app` answers in this process only.
    An address that other machines reach needs `allow_remote`. With a `control_token`, whoever controls it over HTTP has
    to know that; without, only programs of this machine can.
    """

    def __init__(
        self,
        config: Config | None = None,
        *,
        host: str = "127.0.0.1",
        port: int | None = 0,
        allow_remote: bool = False,
        clock: Clock | None = None,
        control_token: str | None = None,
        **overrides: Unpack[Overrides],
    ) -> None:
        if not is_loopback(host) and not allow_remote:
            raise ValueError(f"other machines can reach {host}: use 127.0.0.1, or say allow_remote=True if you mean it")
        self._overrides = overrides
        self.config: Config = overridden(config or Config(), overrides)
        self._host = host
        self._listener: Listener | Nowhere = Nowhere() if port is None else Listener(self._host, port)
        self._running = False
        self._tls: Tls | None = None
        if self.config.tls:
            from .serving.tls import tls_of  # noqa: PLC0415  # few need certificates, and nobody should wait for more

            self._tls = tls_of(self.config, self.local_url)
        self.provider = Provider(self.config, base_url=self.config.base_url or self.local_url, clock=clock)
        self.provider.ca_file = self.ca_file
        guard = Guard(addresses=(self.provider.base_url, self.provider.browser_base_url), token=control_token)
        self._control = Door(build_app(self.provider), provider=self.provider, guard=guard)
        self.app: ASGIApp = self._control

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<MockIdp {self.base_url} {'running' if self._running else 'stopped'}>"

    def start(self) -> Self:
        """Answer from now on; CannotListen if another process has taken the address since the last `stop`."""
        if self._running:
            return self
        if isinstance(self._listener, Listener) and self._listener.closed:
            self._listener = Listener(self._host, self._listener.port)
        if not is_loopback(self._host):
            logger.warning(REMOTE_WARNING, self._host)
        self.provider.stopping.clear()
        self._control.waiting.begin()
        self._listener.start(self.app, self._tls.server_side() if self._tls else None)
        self._running = True
        return self

    def stop(self) -> None:
        """Answer no more; what was issued and remembered stays, for the next `start`."""
        self.provider.stopping.set()
        self.provider.requests.interrupt()
        self._control.waiting.let_go()
        self._listener.stop()
        self._running = False

    def configure(self, config: Config) -> tuple[str, ...]:
        """Go by another configuration from now on; the places that stay as they were. ConfigError changes nothing."""
        with self.provider.changing:
            stays = self.provider.configure(overridden(config, self._overrides))
            self.config, self._control.app = self.provider.config, build_app(self.provider)
        self.provider.journal.happened()  # not earlier: whoever hears of it may ask for what is new in it
        return stays

    def reset(self) -> None:
        """Forget every code, token, session, fault, request and jump of the clock.

        Address and first keys stay, so that caches stay right.
        """
        self.provider.reset()

    @property
    def local_url(self) -> str:
        """Where it listens, as a URL without a slash at the end; without a port, an address that leads nowhere."""
        return self._listener.url("https" if self.config.tls else "http")

    @property
    def ca_file(self) -> str | None:
        """With `tls`, the file with the certificate that clients need to trust this provider (PEM); else None.

        It stays in `keys_dir`, or goes when this object does.
        """
        return str(self._tls.ca_file) if self._tls else None

    @property
    def base_url(self) -> str:
        """How clients and browsers reach it: `local_url`, unless the configuration says otherwise."""
        return self.provider.base_url

    @property
    def clock(self) -> Clock:
        """The clock that all issuing and expiring goes by; share it with a gate in the same process."""
        return self.provider.clock

    @property
    def keys(self) -> AllKeys:
        """The signing keys of each realm, by its name; `rotate()` gives all realms new ones."""
        return self.provider.keys

    @property
    def faults(self) -> Faults:
        """What is going to go wrong: `next`, `always`, `clear`, and the `catalogue` of all there is."""
        return self.provider.faults

    @property
    def requests(self) -> Inbox:
        """What clients really sent: `take` and `wait_for`."""
        return self.provider.requests

    @property
    def users(self) -> Users:
        """The users of each realm, by its name; `add` and `remove` last until `reset`."""
        return self.provider.users

    @property
    def clients(self) -> Clients:
        """The clients of each realm, by its name; `add` and `remove` last until `reset`."""
        return self.provider.clients

    @property
    def tokens(self) -> tuple[IssuedToken, ...]:
        """The last 200 tokens that were issued, the oldest first."""
        return self.provider.tokens

    def state(self, *, since: int = 0) -> State:
        """Everything at once: clock, faults, keys, and the requests and tokens after this number."""
        return state(self.provider, since)

    def issuer(self, realm: str) -> str:
        """The issuer of this realm, as its tokens name it."""
        return self.provider.issuer(realm)

    def token(
        self,
        realm: str,
        *,
        subject: str | None = None,
        client: str | None = None,
        scope: str = "",
        audience: str | list[str] | None = None,
        claims: Mapping[str, Any] | None = None,
        expires_in: Duration | None = None,
        not_before: float | None = None,
        fault: str | None = None,
    ) -> str:
        """A signed access token without any ceremony, by default for the realm's first user; as `Provider.token`."""
        return self.provider.token(
            realm,
            subject=subject,
            client=client,
            scope=scope,
            audience=audience,
            claims=claims,
            expires_in=expires_in,
            not_before=not_before,
            fault=fault,
        )

    def authorize(self, url: str, *, user: str | None = None, password: str | None = None, consent: bool = True) -> str:
        """Follow an authorize address to the client's own, with the code: by a new browser, running or not.

        As `Browser.authorize`; `consent=False` denies. Its own requests are in `requests`, too.
        """
        return self.browser().authorize(url, user=user, password=password, consent=consent)

    def browser(self) -> "Browser":
        """A browser without a screen, where nobody is logged in yet."""
        from .headless.browser import Browser  # noqa: PLC0415  # few need it

        return Browser(self._carry, self.provider.browser_base_url, self.base_url, self.local_url)

    def env(self, *, realm: str | None = None, client: str | None = None) -> dict[str, str]:
        """What an app under test needs to know, as environment variables; of one realm, or of all."""
        return environment(self.provider, realm=realm, client=client)

    def keys_of(self, realm: str) -> Callable[[], dict[str, Any]]:
        """A callable that gives the realm's public keys of that moment, for a gate in the same process: no sockets."""
        return self.provider.sites.named(realm).mint.keys.jwks

    def revoked(self, realm: str) -> Callable[[str], bool]:
        """A function that says of a `jti` whether its token has been taken back, for `deny_list` of a gate here."""
        return self.provider.revoked(realm)

    @property
    def accounts(self) -> "Accounts":
        """Disables, locks and deactivates while it runs; only in the dialect of OroCommerce."""
        if self.provider.shop is None:
            raise RuntimeError('there are accounts to change only with MockIdp(dialect="orocommerce")')
        return self.provider.shop.accounts

    def _carry(self, walk: "Walk") -> str:
        from .headless.carried_out import in_process, over_socket  # noqa: PLC0415  # few need it

        base = urlsplit(self.provider.browser_base_url)
        if not self._running or isinstance(self._listener, Nowhere):
            return in_process(walk, self.app, base)
        return over_socket(walk, self.local_url, base, self._tls.client_side() if self._tls else None)
