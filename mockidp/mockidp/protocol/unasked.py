"""Who logs in without being asked, where the settings of client or realm say so: strict providers ask everybody."""

from ..settings.config import Client, User
from ..site import Site


def automatic(client: Client, site: Site) -> User | None:
    """Whom `auto_login` names: they are logged in when nobody is, and approve of everything; others are asked."""
    return site.user(client.auto_login or site.realm.auto_login)


def hinted_user(client: Client, login_hint: str, site: Site) -> User | None:
    """Whom the hint names, by username or e-mail address, where the client is trusted to say so."""
    if not client.trust_login_hint or not login_hint:
        return None
    name, _ = site.hinted(login_hint)
    if not name:  # the hint named a fault and nobody: not even somebody without an e-mail address
        return None
    return site.user(name) or next((user for user in site.users if user.email == name), None)


def approving(client: Client, login_hint: str, site: Site) -> tuple[User | None, ...]:
    """Who approves without seeing the consent page: those whom the settings log in, and nobody else."""
    return hinted_user(client, login_hint, site), automatic(client, site)


def unasked(client: Client, login_hint: str, site: Site) -> User | None:
    """Who logs in instead of seeing the login page: the hint goes first."""
    return hinted_user(client, login_hint, site) or automatic(client, site)
