"""Reads TOML, YAML and JSON into the same plain data, each as strictly as the others; which one, the suffix says."""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from ..errors import ConfigError
from .steps import Way, way_to

MOST_LOOKED_THROUGH: Final = 64 * 1024  # characters; in more than that, looking for a line takes seconds
DEEPEST_KEY: Final = 50  # as tomllib takes time and memory by the square of this

# A key of more parts than that; no part is looked at from its middle, so the time grows with the length only.
_DEEP_KEY: Final = re.compile(rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{DEEPEST_KEY}}}""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The settings in a file, and on which line they are given."""

    settings: Mapping[str, Any]
    look: Callable[[Way], int | None] = field(repr=False)

    def line(self, place: str) -> int | None:
        """The line, from 1, of a place such as `realms[0].name`, or of the closest thing around it.

        None where there is nothing of the kind, or where looking for it would take too long.
        """
        way = way_to(self.settings, place)
        return self.look(way) if way else None


def read_toml(text: str) -> Document:
    """TOML 1.0."""
    if deep := _DEEP_KEY.search(text):
        line = text.count("\n", 0, deep.start()) + 1
        raise ConfigError(f"expected names of at most {DEEPEST_KEY} parts", line=line)
    try:
        return Document(settings=tomllib.loads(text), look=partial(_toml_line, text))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"is not TOML: {_said(error)}") from None


def read_json(text: str) -> Document:
    """JSON (RFC 8259) with each member once."""
    try:
        found = json.loads(text, object_pairs_hook=_members, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise ConfigError(f"is not JSON: {error.msg}", line=error.lineno) from None
    except _Doubled as doubled:
        from .yaml_files import lines_of  # noqa: PLC0415  # loaded where it is needed

        if len(text) <= MOST_LOOKED_THROUGH:
            lines_of(text)  # refuses it, too, and knows the line
        raise ConfigError(str(doubled)) from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"is not JSON: {_said(error)}") from None
    return _document(found, partial(_json_line, text))


def read_yaml_document(text: str) -> Document:
    """YAML 1.1 without tags of its own, with each key once."""
    from .yaml_files import line_at, read_yaml  # noqa: PLC0415  # as above

    found, node = read_yaml(text)
    return _document({} if found is None else found, partial(line_at, node))


READERS: Final[Mapping[str, Callable[[str], Document]]] = MappingProxyType(
    {".toml": read_toml, ".yaml": read_yaml_document, ".yml": read_yaml_document, ".json": read_json}
)


def reader_of(suffix: str) -> Callable[[str], Document]:
    """What reads files with this suffix; ConfigError names those there are."""
    if suffix.lower() not in READERS:
        raise ConfigError(f"is of a format that is not known: expected a name that ends with {', '.join(READERS)}")
    return READERS[suffix.lower()]


def _toml_line(text: str, way: Way) -> int | None:
    """Looked for only when there is a mistake to tell: it takes far longer than reading."""
    if len(text) > MOST_LOOKED_THROUGH:
        return None
    from .toml_lines import toml_line  # noqa: PLC0415  # as above

    return toml_line(text, way)


def _json_line(text: str, way: Way) -> int | None:
    """The same."""
    if len(text) > MOST_LOOKED_THROUGH:
        return None
    from .yaml_files import line_at, lines_of  # noqa: PLC0415  # as above

    try:
        return line_at(lines_of(text), way)
    except ConfigError:  # of another kind than the one that is being told
        return None


def _document(found: object, look: Callable[[Way], int | None]) -> Document:
    if not isinstance(found, dict):
        raise ConfigError("expected settings by name at the top, not a list or a single value", line=1)
    _expect_characters(found)
    return Document(settings=found, look=look)


def _expect_characters(found: Any) -> None:
    """Refuse halves of characters, which escapes can spell and nothing can be made of."""
    waiting = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
            raise ConfigError("expected texts of whole characters, but found half of one")


class _Doubled(Exception):
    """A member that is given twice."""


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        doubled = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise _Doubled(f"expected each name only once, but found {doubled!r} again")
    return members


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _said(error: BaseException) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
