"""An OroCommerce installation with its one or two applications: what its endpoints share."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlsplit

from ...settings.config import Client, Config, User
from ...settings.durations import seconds
from ...settings.realm import STOREFRONT
from ...site import Site, Sites
from ...web.session import Session, Sessions
from .accounts import Accounts
from .browser import WaitingRoom
from .mint import OroMint
from .versions import VERSIONS, Facts

_AUTHORIZE: Final = "/oauth2-token/authorize"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The storefront or the back-office: its people and clients, its pages, and who has logged in there."""

    site: Site
    mint: OroMint
    sessions: Sessions
    waiting: WaitingRoom = field(default_factory=WaitingRoom)
    login_path: str
    login_check_path: str

    @property
    def is_storefront(self) -> bool:
        """Is it the one that customers use?"""
        return self.site.realm.name == STOREFRONT

    @property
    def prefix(self) -> str:
        """What stands before its paths."""
        return self.site.paths.authorize.removesuffix(_AUTHORIZE)

    def user_named(self, name: str) -> User | None:
        """Who logs in with this name: the username in any case, or the e-mail address."""
        wanted = name.lower()
        names = ((user, {user.username.lower(), user.email.lower()} - {""}) for user in self.site.users)
        return next((user for user, known_as in names if wanted in known_as), None)


class Shop:
    """One installation; `facts` say which version it is of."""

    def __init__(self, config: Config, sites: Sites) -> None:
        self.facts: Final[Facts] = VERSIONS[config.oro_version or "6.1"]
        self.settings: Final = config.oro
        self.has_storefront: Final = not config.single
        self.accounts = Accounts()
        self.sites: Final = sites
        self._applications = {site.realm.name: self._application(site) for site in sites}

    def __iter__(self) -> Iterator[Application]:
        return iter(self._applications.values())

    @property
    def site(self) -> Site:
        """Any of its sites, for what all have in common."""
        return next(iter(self.sites))

    def reset(self) -> None:
        """Forget logins, and what was changed about accounts."""
        self.accounts.reset()
        for application in self:
            application.sessions.forget_all()
            application.waiting.clear()

    def carry_on(self, before: "Shop") -> None:
        """Go on with the logins, and with what was changed about accounts, of the one before."""
        self.accounts = before.accounts
        for name, application in self._applications.items():
            old = next((one for one in before if one.site.realm.name == name), None)
            if old is not None:
                application.sessions.carry_on(old.sessions)
                self._applications[name] = replace(application, waiting=old.waiting)

    def find_client(self, client_id: object) -> tuple[Application, Client] | None:
        """The client, if it is active and its application's Web API is on."""
        found = self.sites.of_client(client_id) if isinstance(client_id, str) else None
        if found is None:
            return None
        application, client = self._applications[found[0].realm.name], found[1]
        on = self.settings.storefront_api if application.is_storefront else self.settings.backoffice_api
        return (application, client) if on and self.accounts.is_active(client) else None

    def trouble_of(self, application: Application, subject: str) -> str | None:
        """What is wrong with the account whose tokens name this `sub`, nothing to say of one that was removed.

        Visitors have none, strangers are no trouble.
        """
        site = application.site
        if user := site.user_with_subject(subject):
            return self.accounts.trouble_of(site.realm.name, user)
        return "" if subject in {user.subject for user in site.store.roster.gone(site.realm.name)} else None

    def has_no_owner(self, application: Application, client: Client) -> bool:
        """Does the client act as somebody who is not there, or whose account is closed?"""
        owner = application.site.user(client.owner) if client.owner else None
        realm = application.site.realm.name
        return bool(client.owner) and (owner is None or self.accounts.trouble_of(realm, owner) is not None)

    def user_at(self, application: Application, session: Session) -> User | None:
        """Who is logged in, unless the account has been closed since."""
        user = application.site.user_of(session)
        closed = user is not None and self.accounts.trouble_of(application.site.realm.name, user) is not None
        return None if closed else user

    def is_dead(self, jti: str) -> bool:
        """Would the API refuse the token of this name: unknown, taken back, or of a client or user that is no more?"""
        token = self.site.store.access_tokens.find(jti)
        if token is None or self.site.store.access_tokens.is_spent(jti):
            return True
        found = self.find_client(token.client_id)
        if found is None or found[0].site.realm.name != token.realm:
            return True
        application, client = found
        if not token.subject:
            return self.has_no_owner(application, client)
        return self.trouble_of(application, token.subject) is not None

    def _application(self, site: Site) -> Application:
        prefix = site.paths.authorize.removesuffix(_AUTHORIZE)
        if self.facts.own_login_page:
            login = f"{prefix}/oauth2-token/login"
        else:
            login = "/customer/user/login" if site.realm.name == STOREFRONT else f"{prefix}/user/login"
        mint = site.mint
        if not isinstance(mint, OroMint):
            raise TypeError("the tokens of this dialect come from a mint of its own")
        return Application(
            site=site, mint=mint, sessions=_sessions(site), login_path=login, login_check_path=f"{login}-check"
        )


def _sessions(site: Site) -> Sessions:
    """The ordinary login pages lie elsewhere than authorize, so the cookie goes to all pages."""
    return Sessions(
        realm=site.realm.name,
        instance=hashlib.sha256(site.base_url.encode()).hexdigest()[:8],
        path=site.base_path or "/",
        secure=urlsplit(site.browser_base_url).scheme == "https",
        clock=site.clock,
        lifetime=seconds(site.config.session_lifetime),
    )
