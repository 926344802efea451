"""One fault that a test asked for: what, for whom, and how often."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import get_args

from .catalogue import Chosen, choose
from .row import Endpoint, EndpointFault, TokenFault, TokenKind, Whom


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A fault that is due; `times` None means until it is cleared. `planned` ones stand in the configuration.

    `warning` says which client or user it is for is not there at this moment; None where all are. `clearings` is how
    often all had been cleared when it was carried out.
    """

    fault: str
    realm: str | None = None
    client: str | None = None
    user: str | None = None
    endpoint: Endpoint | None = None
    token: TokenKind | None = None
    times: int | None = 1
    warning: str | None = field(default=None, compare=False)
    chosen: Chosen = field(repr=False, compare=False)
    planned: bool = field(default=False, repr=False, compare=False)
    clearings: int = field(default=0, repr=False, compare=False)

    def lies_about(self, token: TokenKind, *, realm: str, client: str, users: Collection[str]) -> bool:
        """Is this kind of token, issued to this client for a user of these names, to lie?"""
        return (
            self.token == token
            and self.realm in {None, realm}
            and self.client in {None, client}
            and (self.user is None or self.user in users)
        )

    def interferes_at(self, endpoint: str, *, realm: str | None, client: str | None) -> bool:
        """Is this endpoint's answer to this client to go wrong?"""
        return (
            isinstance(self.chosen.fault, EndpointFault)
            and self.endpoint in {None, endpoint}
            and self.realm in {None, realm}
            and self.client in {None, client}
        )

    def once_less(self) -> "tuple[Order, ...]":
        """What is left of it when it was carried out."""
        if self.times is None:
            return (self,)
        return (replace(self, times=self.times - 1),) if self.times > 1 else ()


def order(fault: str, times: int | None, whom: Whom) -> Order:
    """The order; ValueError says what does not go together."""
    chosen = choose(fault)
    if times is not None and times < 1:
        raise ValueError(f"times is how often it is to happen, at least once, not {times}")
    endpoint = whom.get("endpoint")
    if endpoint is not None and endpoint not in get_args(Endpoint):
        raise ValueError(f"there is no endpoint {endpoint!r}; there are {', '.join(get_args(Endpoint))}")
    row = chosen.fault
    checked = _of_endpoint(row, whom) if isinstance(row, EndpointFault) else _of_token(row, whom)
    return Order(fault=fault, times=times, chosen=chosen, **checked)


def token_of(fault: TokenFault, wanted: TokenKind | None = None) -> TokenKind:
    """The kind of token that is to lie: the wanted one, else the first that can lie so."""
    kind = wanted or fault.tokens[0]
    if kind not in fault.tokens:
        raise ValueError(f"{fault.name} is a fault of {' and '.join(fault.tokens)}, not of {kind!r}")
    return kind


def _of_token(fault: TokenFault, whom: Whom) -> Whom:
    if whom.get("endpoint") not in {None, "token"}:
        raise ValueError(f"{fault.name} is a fault of tokens, and they come from the endpoint 'token'")
    return {**whom, "endpoint": None, "token": token_of(fault, whom.get("token"))}


def _of_endpoint(fault: EndpointFault, whom: Whom) -> Whom:
    if whom.get("token") or whom.get("user"):
        raise ValueError(f"{fault.name} is a fault of an endpoint: it knows neither token nor user")
    endpoint, only = whom.get("endpoint"), fault.endpoint
    if only is not None and endpoint not in {None, only}:
        raise ValueError(f"{fault.name} is a fault of the endpoint {only!r}, not of {endpoint!r}")
    return {**whom, "endpoint": only or endpoint}
