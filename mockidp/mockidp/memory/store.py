"""What a provider remembers between two requests: codes, refresh tokens, and which approvals were taken back.

A value handed out to a client is spent at most once, and a spent one leaves a tombstone: who brings it a second time is
recognised. Everything is bounded; when a drawer is full, the oldest goes first.
"""

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Final, Generic, Protocol, TypeVar

from ..settings.realm import Client
from .approval import Approval
from .devices import Devices, MemoryDevices
from .roster import Roster

REGISTERED_CLIENTS: Final = 100  # they all stand on the start page
CAPACITY: Final = 10_000  # per drawer: far above what a test suite has under way, a few megabytes when full


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationCode:
    """A code and what it is bound to; an address that the request named must be repeated (RFC 6749 §4.1.3)."""

    value: str = field(repr=False)
    approval: Approval
    redirect_uri: str
    redirect_uri_named: bool
    code_challenge: str | None
    code_challenge_method: str | None
    expires_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedRequest:
    """An authorization request by the name that a browser carries; `opened` ones go on until they are answered."""

    value: str = field(repr=False)
    realm: str
    client_id: str
    asked: tuple[tuple[str, str], ...] = field(repr=False)
    opened: bool
    expires_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    """One refresh token of the chain that an approval began."""

    value: str = field(repr=False)
    approval: Approval
    issued_at: float
    expires_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """An access token that its resource server asks about, by its `jti`; spent means taken back."""

    value: str
    realm: str
    client_id: str
    subject: str


class Voucher(Protocol):
    """Something with a secret value that is good for one use."""

    @property
    def value(self) -> str:
        """What the client holds."""
        ...


V = TypeVar("V", bound=Voucher)


class Drawer(Protocol[V]):
    """Vouchers of one kind."""

    def put(self, voucher: V) -> None:
        """Remember it."""

    def find(self, value: str) -> V | None:
        """The voucher, spent or not; None for one never issued or long forgotten."""
        ...

    def is_spent(self, value: str) -> bool:
        """Has it been used?"""
        ...

    def spend(self, value: str) -> bool:
        """Use it, in one step: True for exactly one caller, however many try at once."""
        ...


class Store(Protocol):
    """Everything that has to outlive a request."""

    @property
    def codes(self) -> Drawer[AuthorizationCode]:
        """Authorization codes."""
        ...

    @property
    def refresh_tokens(self) -> Drawer[RefreshToken]:
        """Refresh tokens."""
        ...

    @property
    def access_tokens(self) -> Drawer[AccessToken]:
        """Access tokens, in a dialect that knows them one by one."""
        ...

    @property
    def pushed_requests(self) -> Drawer[PushedRequest]:
        """Authorization requests that clients pushed."""
        ...

    @property
    def devices(self) -> Devices:
        """Devices that wait for a person's word."""
        ...

    @property
    def roster(self) -> Roster:
        """Users and clients that came or went."""
        ...

    def register(self, realm: str, client: Client) -> None:
        """Remember a client that registered itself with the realm."""

    def unregister(self, realm: str, client_id: str) -> None:
        """Forget one that did."""

    def registered(self, realm: str) -> tuple[Client, ...]:
        """Those that did, the oldest first."""
        ...

    def revoke(self, name: str) -> None:
        """Take back one access token by its `jti`, or by its id an approval and all that came or will come from it."""

    def is_revoked(self, name: str) -> bool:
        """Was the token, or the approval, taken back?"""
        ...

    def clear(self) -> None:
        """Forget everything."""


class MemoryDrawer(Generic[V]):
    """A drawer in this process. Safe to share between threads."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        self._vouchers: OrderedDict[str, V] = OrderedDict()
        self._spent: set[str] = set()

    def put(self, voucher: V) -> None:
        """Remember it, and forget the oldest beyond the capacity."""
        with self._lock:
            self._vouchers[voucher.value] = voucher
            while len(self._vouchers) > self._capacity:
                forgotten, _ = self._vouchers.popitem(last=False)
                self._spent.discard(forgotten)

    def find(self, value: str) -> V | None:
        """The voucher, spent or not."""
        with self._lock:
            return self._vouchers.get(value)

    def is_spent(self, value: str) -> bool:
        """Has it been used?"""
        with self._lock:
            return value in self._spent

    def spend(self, value: str) -> bool:
        """Use it: True for exactly one caller."""
        with self._lock:
            if value not in self._vouchers or value in self._spent:
                return False
            self._spent.add(value)
            return True

    def clear(self) -> None:
        """Forget every voucher."""
        with self._lock:
            self._vouchers.clear()
            self._spent.clear()


class MemoryStore:
    """A store in this process."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.codes: Final[MemoryDrawer[AuthorizationCode]] = MemoryDrawer(capacity)
        self.refresh_tokens: Final[MemoryDrawer[RefreshToken]] = MemoryDrawer(capacity)
        self.access_tokens: Final[MemoryDrawer[AccessToken]] = MemoryDrawer(capacity)
        self.pushed_requests: Final[MemoryDrawer[PushedRequest]] = MemoryDrawer(capacity)
        self.devices: Final = MemoryDevices(capacity)
        self.roster: Final = Roster()
        self._capacity = capacity
        self._lock = threading.Lock()
        self._revoked: OrderedDict[str, None] = OrderedDict()
        self._registered: deque[tuple[str, Client]] = deque(maxlen=REGISTERED_CLIENTS)

    def register(self, realm: str, client: Client) -> None:
        """Remember a client, and forget the oldest beyond the capacity."""
        with self._lock:
            self._registered.append((realm, client))

    def unregister(self, realm: str, client_id: str) -> None:
        """Forget a client that registered itself."""
        with self._lock:
            left = [(at, client) for at, client in self._registered if (at, client.client_id) != (realm, client_id)]
            self._registered = deque(left, maxlen=REGISTERED_CLIENTS)

    def registered(self, realm: str) -> tuple[Client, ...]:
        """The realm's, the oldest first."""
        with self._lock:
            return tuple(client for at, client in self._registered if at == realm)

    def revoke(self, name: str) -> None:
        """Take back one access token by its `jti`, or by its id an approval and all that came or will come from it."""
        with self._lock:
            self._revoked[name] = None
            while len(self._revoked) > self._capacity:
                self._revoked.popitem(last=False)

    def is_revoked(self, name: str) -> bool:
        """Was the token, or the approval, taken back?"""
        with self._lock:
            return name in self._revoked

    def clear(self) -> None:
        """Forget everything."""
        self.codes.clear()
        self.refresh_tokens.clear()
        self.pushed_requests.clear()
        self.devices.clear()
        self.access_tokens.clear()
        self.roster.clear()
        with self._lock:
            self._revoked.clear()
            self._registered.clear()
