"""Environment variables in the place of flags: a flag goes before its variable, which goes before the file."""

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from ..config_sources.overrides import NAMES, Overrides
from ..errors import ConfigError

if TYPE_CHECKING:
    from ..settings.config import Config

PREFIX: Final = "MOCKIDP_"
NOT_FLAGS: Final = frozenset({"help", "config", *NAMES})  # the configuration's own are read with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """What stands in for a flag that is not given, until it is read."""

    name: str
    written: str = field(repr=False)
    flag: argparse.Action = field(repr=False)

    def __str__(self) -> str:
        return self.written

    def read(self) -> Any:
        """The value; ConfigError names the variable and what was expected."""
        from ..config_sources.environment_settings import boolean  # noqa: PLC0415  # needs the extra

        of_type: Any = boolean if self.flag.nargs == 0 else self.flag.type or str
        try:
            value = of_type(self.written)
        except (ValueError, argparse.ArgumentTypeError) as error:
            raise ConfigError(str(error), place=self.name) from None
        if self.flag.choices is not None and value not in self.flag.choices:
            raise ConfigError(f"expected one of {', '.join(map(str, self.flag.choices))}", place=self.name)
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a command goes by: the configuration, the file that it is in, and the settings on top."""

    config: "Config | None"
    file: str | None
    overrides: Overrides
    from_environment: frozenset[str]


class Flags(Protocol):
    """A parser, as far as its flags are concerned."""

    _actions: list[argparse.Action]

    def set_defaults(self, **defaults: Any) -> None:
        """Have other values where a flag is not given."""


def stand_in(parser: Flags) -> None:
    """Have variables stand in for the flags that are no settings of the configuration, such as `--port`."""
    for flag in parser._actions:  # noqa: SLF001  # argparse has no other way to ask what flags there are
        name = PREFIX + flag.dest.upper()
        if flag.option_strings and flag.dest not in NOT_FLAGS and os.environ.get(name):
            parser.set_defaults(**{flag.dest: Variable(name=name, written=os.environ[name], flag=flag)})


def read_all(said: Mapping[str, Any]) -> dict[str, Any]:
    """The flags, with what stands in for them read."""
    return {name: value.read() if isinstance(value, Variable) else value for name, value in said.items()}


def settle(config: str | None, flags: Mapping[str, Any], *, others: tuple[str, ...] = ()) -> Settled:
    """Flags before environment before file; `others` are flags that are no settings, for variables that are misspelt.

    Says on the standard error output which variables are nearly a setting.
    """
    from ..config_sources.config_files import load_config  # noqa: PLC0415  # needs the extra
    from ..config_sources.environment_settings import FILE, THEIR_FILE, configured_by, misspelt, overrides_from  # noqa: PLC0415

    for sentence in misspelt(os.environ, others):
        print(f"mockidp: warning: {sentence}", file=sys.stderr)  # noqa: T201
    found = overrides_from(os.environ)
    given = {name: value for name, value in flags.items() if value is not None}
    over: Overrides = {**found, **given}  # type: ignore[typeddict-item]  # the flags have the settings' names
    return Settled(
        config=load_config(config, over) if config else configured_by(os.environ, over),
        file=config or os.environ.get(FILE) or os.environ.get(THEIR_FILE) or None,
        overrides=over,
        from_environment=frozenset(found.keys() - given.keys()),
    )
