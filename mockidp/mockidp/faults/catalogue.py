"""Every fault there is, by name, and how one is written: its name, and a number where it takes one (`delay=0.5`)."""

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Final

from .answer_faults import ANSWER_FAULTS
from .claim_lies import CLAIM_LIES
from .endpoint_faults import ENDPOINT_FAULTS
from .header_lies import HEADER_LIES
from .id_token_lies import ID_TOKEN_LIES
from .key_lies import KEY_LIES
from .row import EndpointFault, Fault
from .shape_lies import SHAPE_LIES
from .type_lies import TYPE_LIES

ROWS: Final[tuple[tuple[Fault, ...], ...]] = (
    CLAIM_LIES,
    TYPE_LIES,
    HEADER_LIES,
    KEY_LIES,
    SHAPE_LIES,
    ID_TOKEN_LIES,
    ENDPOINT_FAULTS,
    ANSWER_FAULTS,
)
CATALOGUE: Final[Mapping[str, Fault]] = MappingProxyType({fault.name: fault for fault in chain.from_iterable(ROWS)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A row of the catalogue, and the number that it was given."""

    fault: Fault
    value: float = 0


def choose(written: str) -> Chosen:
    """The fault that is meant; ValueError says what there is instead, or which number was expected."""
    name, given, value = written.partition("=")
    fault = CATALOGUE.get(name)
    if fault is None:
        near = difflib.get_close_matches(name, CATALOGUE, n=3)
        known = f"did you mean {' or '.join(near)}?" if near else f"there is {', '.join(sorted(CATALOGUE))}"
        raise ValueError(f"there is no fault {name!r}; {known}")
    if not isinstance(fault, EndpointFault) or fault.usual is None:
        if given:
            raise ValueError(f"{name} takes no number")
        return Chosen(fault=fault)
    return Chosen(fault=fault, value=_number(fault, value) if given else fault.usual)


def _number(fault: EndpointFault, written: str) -> float:
    try:
        number = float(written)
    except ValueError:
        number = math.nan
    if not fault.at_least <= number <= fault.at_most:
        raise ValueError(f"{fault.name} takes a number from {fault.at_least:g} to {fault.at_most:g}, not {written!r}")
    return number
