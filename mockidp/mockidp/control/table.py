"""Every operation there is. A new one is a row here, and thereby an address, a command and a part of the OpenAPI."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from . import clock, faults, keys, members, requests, state, tokens
from .operation import Operation

OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        operation.name: operation
        for family in (tokens, clock, faults, keys, requests, members, state)
        for operation in family.OPERATIONS
    }
)
