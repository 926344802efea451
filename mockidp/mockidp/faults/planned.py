"""The faults that a configuration plans, as orders; what the catalogue does not know is refused with its place."""

from dataclasses import replace

from ..errors import ConfigError
from ..settings.config import Config
from ..settings.fault_settings import PlannedFault
from .order import Order, order
from .row import TokenFault


def planned(config: Config) -> tuple[Order, ...]:
    """The orders, in the order of the configuration; ConfigError names the place and what does not go together."""
    return tuple(_order(fault, f"faults[{at}]", config) for at, fault in enumerate(config.faults))


def _order(fault: PlannedFault, place: str, config: Config) -> Order:
    realms = [realm.name for realm in config.realms]
    if fault.realm is not None and fault.realm not in realms:
        raise ConfigError(f"there is no realm {fault.realm!r}; there are {', '.join(realms)}", place=f"{place}.realm")
    whom = {name: getattr(fault, name) for name in ("endpoint", "realm", "client", "user", "token")}
    try:
        due = order(fault.fault, fault.times, whom)  # type: ignore[arg-type]  # it is asked just this: are they names?
    except ValueError as error:
        raise ConfigError(str(error), place=f"{place}.fault") from None
    if isinstance(due.chosen.fault, TokenFault) and config.dialect != "standard":
        raise ConfigError("there are faults of tokens in the standard dialect only", place=f"{place}.fault")
    return replace(due, planned=True)
