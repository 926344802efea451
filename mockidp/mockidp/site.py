"""One realm as it stands on this server: its people and clients, its addresses, its keys, its memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .clock import Clock
from .errors import ConfigError
from .faults.plan import Faults, hinted
from .memory.approval import Approval
from .memory.store import Store
from .passing_lifetimes import PassingLifetimes
from .settings.claims_rules import ClaimsIn, Occasion, claims_for, filled_claims
from .settings.config import Client, Config, Lifetime, Paths, Realm, User
from .settings.durations import seconds
from .signing.mint import Claims, Mint
from .web.session import Session, Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything that an endpoint of the realm may need; `base_url` and its like end without a slash."""

    config: Config
    realm: Realm
    base_url: str
    browser_base_url: str
    base_path: str
    issuer: str
    paths: Paths
    mint: Mint
    sessions: Sessions
    store: Store
    clock: Clock
    faults: Faults
    passing: PassingLifetimes

    def url(self, path: str) -> str:
        """The absolute address of a path on this server, for clients."""
        return self.base_url + path

    def page_url(self, path: str) -> str:
        """The same for browsers, which may have to come another way."""
        return self.browser_base_url + path

    def path(self, path: str) -> str:
        """The same without the host, for browsers that have come already."""
        return self.base_path + path

    def lifetime(self, of: Lifetime, client: Client | None = None, *, default: int | None = None) -> int:
        """Seconds that it lives, when issued to this client now."""
        passing = self.passing.get(of)
        return self.config.lifetime(of, self.realm, client, default=default) if passing is None else passing

    @property
    def device_interval(self) -> int:
        """Seconds that a device should leave between two questions."""
        return seconds(self.config.device_interval)

    @property
    def users(self) -> tuple[User, ...]:
        """The realm's users at this moment."""
        return self.store.roster.users(self.realm)

    @property
    def first_subject(self) -> str:
        """Whom a token speaks of if nobody says; ConfigError where the realm has no users."""
        if not self.users:
            raise ConfigError(
                f"realm {self.realm.name!r} has no users, so say for whom: with a subject", place="subject"
            )
        return self.users[0].subject

    @property
    def own_clients(self) -> tuple[Client, ...]:
        """The realm's clients at this moment, without those that registered themselves."""
        return self.store.roster.clients(self.realm)

    @property
    def clients(self) -> tuple[Client, ...]:
        """The realm's clients, and those that registered themselves."""
        return (*self.own_clients, *self.store.registered(self.realm.name))

    @property
    def scopes(self) -> list[str]:
        """Everything that a client of the realm may ask for."""
        return sorted({name for client in self.own_clients for name in client.scope.split()})

    def client(self, client_id: str) -> Client | None:
        """The realm's client of this id."""
        return next((client for client in self.clients if client.client_id == client_id), None)

    def user(self, username: str) -> User | None:
        """The realm's user of this name."""
        return next((user for user in self.users if user.username == username), None)

    def user_of(self, session: Session) -> User | None:
        """Who is logged in; somebody else who came by the same name is not."""
        user = None if session.username is None else self.user(session.username)
        return user if user and user.subject == session.subject else None

    def who_approved(self, approval: Approval) -> User | None:
        """The realm's user who did; somebody else who came by the same name did not."""
        user = self.user(approval.username)
        return user if user and user.subject == approval.subject else None

    def hinted(self, login_hint: str) -> tuple[str, str]:
        """The user that a `login_hint` names, and the fault that it asks for, where that is allowed."""
        return hinted(login_hint) if self.config.faults_by_request else (login_hint, "")

    def user_with_subject(self, subject: str) -> User | None:
        """The realm's user whose tokens name this `sub`."""
        return next((user for user in self.users if user.subject == subject), None)

    def told_as(self, user: User, *, client_id: str, scope: str, asked: Mapping[str, str]) -> str:
        """The user's `sub` in tokens for this client, which a rule of the realm may have made another."""
        if not any("sub" in rule.set for rule in self.realm.claims):
            return user.subject
        told = self.added_claims(
            "id_token", client_id=client_id, user=user, subject=user.subject, scope=scope, asked=asked
        )
        return str(told.get("sub", user.subject))

    def user_in(self, claims: Claims) -> User | None:
        """The realm's user whom this token speaks of."""
        return next((user for user in self.users if self._speaks_of(claims, user)), None)

    def _speaks_of(self, claims: Claims, user: User) -> bool:
        return claims.sub == self.told_as(user, client_id=claims.client_id, scope=claims.scope, asked={})

    def added_claims(
        self,
        token: ClaimsIn,
        *,
        client_id: str,
        user: User | None,
        subject: str,
        scope: str,
        asked: Mapping[str, str],
    ) -> dict[str, Any]:
        """What the user's own claims and the realm's rules add; `asked` are the parameters of the client's requests."""
        own = user.claims if user else {}
        if not own and not self.realm.claims:  # which is nearly always
            return {}
        about = Occasion(
            token=token,
            realm=self.realm.name,
            issuer=self.issuer,
            client_id=client_id,
            subject=subject,
            username=user.username if user else "",
            scope=scope,
            grant_type=asked.get("grant_type", ""),
            parameters=asked,
            now=self.clock(),
        )
        return {**filled_claims(own, about), **claims_for(self.realm.claims, about)}

    def claims_of(self, access_token: str) -> Claims | None:
        """The claims of an access token of this realm that is good now: not expired, not taken back, its user there."""
        claims = self.mint.claims_of(access_token)
        if claims is None or self.store.is_revoked(claims.approval_id) or self.store.is_revoked(claims.jti):
            return None
        gone = self.store.roster.gone(self.realm.name)
        return None if any(self._speaks_of(claims, user) for user in gone) else claims


class Sites:
    """All realms of a server. The token endpoint is shared, so there the client tells which realm is meant."""

    def __init__(self, sites: tuple[Site, ...]) -> None:
        self.by_name: Final = {site.realm.name: site for site in sites}

    def __iter__(self) -> Iterator[Site]:
        return iter(self.by_name.values())

    def named(self, realm: str) -> Site:
        """The site of this realm; LookupError names those there are."""
        if realm not in self.by_name:
            raise LookupError(f"there is no realm {realm!r}; there are {', '.join(self.by_name)}")
        return self.by_name[realm]

    def of_client(self, client_id: str) -> tuple[Site, Client] | None:
        """The client and the site it belongs to."""
        found = ((site, site.client(client_id)) for site in self)
        return next(((site, client) for site, client in found if client is not None), None)
