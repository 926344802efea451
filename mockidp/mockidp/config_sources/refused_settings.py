"""Which setting a refusal by msgspec is about, and which one a name that it does not know nearly is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

import msgspec
from msgspec.inspect import type_info
from msgspec.structs import fields

from ..choices import choices
from ..errors import ConfigError
from ..settings.claims_rules import ClaimsRule, When
from ..settings.config import Client, Config, Lifetimes, OroSettings, PlannedFault, ProtectedResource, Realm, User

# The kinds of settings, by the last name on the way to them. What a user's `claims` are is no kind: any name will do.
KINDS: Final[Mapping[str, type[msgspec.Struct]]] = MappingProxyType(
    {
        "": Config,
        "realms": Realm,
        "clients": Client,
        "users": User,
        "lifetimes": Lifetimes,
        "claims": ClaimsRule,
        "when": When,
        "faults": PlannedFault,
        "oro": OroSettings,
        "protected_resources": ProtectedResource,
    }
)
_ONLY_IN_FILES: Final = ("demo",)

_PLACED: Final = re.compile(r"(?s)(?P<problem>.*) - at `\$\.?(?P<place>.*)`")
_UNKNOWN: Final = re.compile(r"(?s)Object contains unknown field `(.*)`")
_NO_CHOICE: Final = "Invalid enum value"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedSetting:
    """What is wrong at which place, such as `realms[0].name`; `told` is what the line is told of, if that is more."""

    problem: str
    place: str
    told: str


def refused_setting(error: msgspec.ValidationError) -> RefusedSetting:
    """Problem and place: our refusals know the place inside their struct, msgspec's path leads to that struct."""
    found = _PLACED.fullmatch(str(error))
    problem, place = (found["problem"], found["place"]) if found else (str(error), "")
    if isinstance(error.__cause__, ConfigError):
        inside = _below(place, error.__cause__.place)
        return RefusedSetting(problem=error.__cause__.problem, place=inside, told=inside)
    unknown = _UNKNOWN.fullmatch(problem)
    told = _below(place, unknown[1]) if unknown else place
    return RefusedSetting(problem=problem + meant(problem, place), place=place, told=told)


def _below(place: str, name: str) -> str:
    return ".".join(part for part in (place, name) if part)


def meant(problem: str, place: str) -> str:
    """What to write instead of a name or a choice that there is not, as the end of a sentence; empty otherwise."""
    if unknown := _UNKNOWN.fullmatch(problem):
        near = get_close_matches(unknown[1], _names(place), 1)
        return f"; did you mean `{near[0]}`?" if near else ""
    there = _choices(place) if problem.startswith(_NO_CHOICE) else ()
    return f"; expected {', '.join(there)}" if there else ""


def _names(place: str) -> tuple[str, ...]:
    """The settings that there are at a place."""
    kind = _kind(place)
    own = kind.__struct_fields__ if kind else ()
    return own if place else (*own, *_ONLY_IN_FILES)


def _choices(place: str) -> tuple[str, ...]:
    """What the setting at this place may be, where that is counted."""
    outer, _, name = place.rpartition(".")
    kind = _kind(outer)
    said = {field.name: type_info(field.type) for field in fields(kind)} if kind else {}
    return choices(said.get(name.partition("[")[0]))


def _kind(place: str) -> type[msgspec.Struct] | None:
    return KINDS.get(place.rpartition(".")[2].partition("[")[0])
