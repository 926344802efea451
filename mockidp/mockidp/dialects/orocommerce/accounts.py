"""Which clients and people may do anything at this moment: what is configured, unless somebody has changed it since."""

import threading
from typing import Final, Literal, get_args

from ...settings.config import Client, User

Status = Literal["enabled", "disabled", "locked"]

TROUBLE: Final = {"disabled": "Account is disabled.", "locked": "Account is locked."}


class Accounts:
    """The state of accounts and clients, which a test may change while the provider runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users: dict[tuple[str, str], Status] = {}
        self._clients: dict[str, bool] = {}

    def set_user(self, realm: str, username: str, status: Status) -> None:
        """Give an account another status from now on; ValueError where there is no such status."""
        if status not in get_args(Status):
            raise ValueError(f"expected {', '.join(get_args(Status))}, not {status!r}")
        with self._lock:
            self._users[realm, username] = status

    def set_client(self, client_id: str, *, active: bool) -> None:
        """Activate or deactivate a client from now on."""
        with self._lock:
            self._clients[client_id] = active

    def reset(self) -> None:
        """As configured again."""
        with self._lock:
            self._users.clear()
            self._clients.clear()

    def is_active(self, client: Client) -> bool:
        """Is it switched on?"""
        return self._clients.get(client.client_id, client.active)

    def trouble_of(self, realm: str, user: User) -> str | None:
        """What is wrong with an account, in OroCommerce's words; None for nothing."""
        configured = "disabled" if not user.enabled else "locked" if user.locked else "enabled"
        return TROUBLE.get(self._users.get((realm, user.username), configured))
