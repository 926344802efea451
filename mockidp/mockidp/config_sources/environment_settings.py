"""Settings from environment variables: `MOCKIDP_` and the name of the setting, in capitals. Only commands look there.

`MOCKIDP_CONFIG` names a file, `MOCKIDP_JSON_CONFIG` holds a whole configuration; `JSON_CONFIG_PATH` and `JSON_CONFIG`
are the same for configurations of mock-oauth2-server. A variable that is empty counts as not there.
"""

import contextlib
import difflib
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final, cast, get_args, get_type_hints

from ..errors import ConfigError
from ..settings.config import Config
from ..settings.durations import seconds
from .config_files import load_config, load_text
from .overrides import Overrides, overridden

PREFIX: Final = "MOCKIDP_"
FILE: Final = "MOCKIDP_CONFIG"
INLINE: Final = "MOCKIDP_JSON_CONFIG"
THEIR_FILE: Final = "JSON_CONFIG_PATH"
THEIR_INLINE: Final = "JSON_CONFIG"
TOLD: Final = frozenset({"MOCKIDP_URL", "MOCKIDP_CA_FILE"})  # what apps are told is no setting
CLOSE: Final = 0.8  # how like a name has to be for a misspelt one

_BOOLEANS: Final = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}
_HINTS: Final = get_type_hints(Overrides)


def config_from_environment(environ: Mapping[str, str]) -> Config:
    """The configuration that these variables describe; ConfigError names the variable and what was expected."""
    overrides = overrides_from(environ)
    with naming(overrides):
        return overridden(configured_by(environ, overrides) or Config(), overrides)


def configured_by(environ: Mapping[str, str], over: Overrides) -> Config | None:
    """The configuration that a variable names or holds, to be overruled by these; None where none does."""
    given = [name for name in (FILE, INLINE, THEIR_FILE, THEIR_INLINE) if environ.get(name)]
    if len(given) > 1:
        raise ConfigError(f"expected only one of them, but there are {' and '.join(given)}", place=given[0])
    if not given:
        return None
    [name] = given
    if name in {FILE, THEIR_FILE}:
        return load_config(environ[name], over)
    return load_text(environ[name], name, over)


def overrides_from(environ: Mapping[str, str]) -> Overrides:
    """The settings that have variables of their own; ConfigError names the variable and what was expected."""
    found = {name: _read(environ[variable(name)], name) for name in _HINTS if environ.get(variable(name))}
    return cast("Overrides", found)


@contextlib.contextmanager
def naming(names: Collection[str]) -> Iterator[None]:
    """Have refusals of these settings name their variables."""
    try:
        yield
    except ConfigError as error:
        if error.file or error.place not in names:
            raise
        raise ConfigError(error.problem, place=variable(error.place)) from error


def misspelt(environ: Mapping[str, str], known: Collection[str] = ()) -> list[str]:
    """A sentence for each variable whose name is nearly that of a setting (of these, too)."""
    names = [FILE, INLINE, *(variable(name) for name in {*_HINTS, *known})]
    unknown = sorted(name for name in environ if name.startswith(PREFIX) and name not in {*names, *TOLD})
    close = ((name, difflib.get_close_matches(name, names, n=1, cutoff=CLOSE)) for name in unknown)
    return [f"{name} is no setting, and has no effect; did you mean {found[0]}?" for name, found in close if found]


def variable(setting: str) -> str:
    """The variable of a setting."""
    return PREFIX + setting.upper()


def boolean(written: str) -> bool:
    """Yes or no; ValueError says how to write it."""
    if written.lower() not in _BOOLEANS:
        raise ValueError("expected true or false")
    return _BOOLEANS[written.lower()]


def _read(written: str, name: str) -> Any:
    try:
        return _reader(name)(written)
    except ValueError as error:
        raise ConfigError(f"{error}, not {written!r}", place=variable(name)) from None


def _reader(name: str) -> Callable[[str], Any]:
    kinds = [kind for kind in get_args(_HINTS[name]) if kind is not type(None)]
    if bool in kinds:
        return boolean
    if int in kinds:
        return lambda written: seconds(written, least=0)
    choices = [choice for kind in kinds for choice in get_args(kind)]
    return (lambda written: _chosen(written, choices)) if choices else str


def _chosen(written: str, choices: list[str]) -> str:
    if written not in choices:
        raise ValueError(f"expected one of {', '.join(choices)}")
    return written
