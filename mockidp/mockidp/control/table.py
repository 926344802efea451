"""Every operation there is. A new one is a row here, and thereby an address, a command and a part of the OpenAPI."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from . import clock, config, env, faults, flows, keys, members, requests, state, tokens
from .operation import Operation

OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        operation.name: operation
        for family in (tokens, flows, clock, faults, keys, requests, members, env, config, state)
        for operation in family.OPERATIONS
    }
)
