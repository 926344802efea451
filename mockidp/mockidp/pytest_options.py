"""The options of the pytest plugin, each on the command line and in the ini file, and the provider that they describe.

pytest loads this file at every start, wanted or not, so it imports nothing heavy.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import pytest

if TYPE_CHECKING:
    from . import MockIdp

HIGHEST_PORT: Final = 65535
# Flag without its dashes, ini option, metavar, and what it says.
VALUES: Final = (
    ("mockidp-config", "FILE", "realms, users, clients and settings of the mock identity provider"),
    (
        "mockidp-port",
        "PORT",
        "where it listens, 0 for a free port (default); with xdist each worker takes the next one",
    ),
    ("mockidp-dialect", "DIALECT", "how it talks: standard (default) or orocommerce"),
)
SHOW: Final = "show in the report of a failed test what the mock identity provider was asked and what it answered"


def add_switch(parser: pytest.Parser) -> None:
    """Declare the ini option that fixes the address before collection."""
    parser.addini(
        "mockidp",
        "bind the mock identity provider's port before collection, and export MOCKIDP_<REALM>_ISSUER",
        type="bool",
        default=False,
    )


def add_options(parser: pytest.Parser) -> None:
    """Declare what can be said on the command line and, with underscores, in the ini file."""
    group = parser.getgroup("mockidp", "mock identity provider")
    for flag, metavar, says in VALUES:
        group.addoption(f"--{flag}", metavar=metavar, help=says)
        parser.addini(_ini(flag), says, type="string", default="")
    flag = "mockidp-show-requests"
    group.addoption(f"--{flag}", action=argparse.BooleanOptionalAction, default=None, help=SHOW)
    parser.addini(_ini(flag), SHOW, type="bool", default=True)


def wants_requests_shown(config: pytest.Config) -> bool:
    """Are failures to show what the provider was asked?"""
    said: bool | None = config.getoption("mockidp_show_requests")
    return bool(config.getini("mockidp_show_requests")) if said is None else said


def made_as_told(config: pytest.Config) -> "MockIdp":
    """A provider that is not started; ImportError, OSError and ValueError say what is wrong, and with which option."""
    from . import MockIdp  # noqa: PLC0415  # see the docstring of this file
    from .config_sources.config_files import load_config  # noqa: PLC0415
    from .settings.config import Config, Dialect  # noqa: PLC0415

    file = _file(config)
    dialect = cast("Dialect | None", _value(config, "mockidp-dialect") or None)
    settings = load_config(file, {"dialect": dialect}) if file else Config()
    return MockIdp(settings, port=_port(config), dialect=dialect)


def _file(config: pytest.Config) -> Path | None:
    """On the command line relative to where pytest was called, in the ini file to that file."""
    if said := config.getoption("mockidp_config"):
        return Path(config.invocation_params.dir, said)
    beside = config.inipath.parent if config.inipath else config.rootpath
    return beside / written if (written := config.getini("mockidp_config")) else None


def _port(config: pytest.Config) -> int:
    """Each xdist worker takes one of its own; port 0 is a free one for everybody."""
    said = _value(config, "mockidp-port") or "0"
    if not said.isascii() or not said.isdecimal() or int(said) > HIGHEST_PORT:
        raise ValueError(f"--mockidp-port: expected a number from 0 to {HIGHEST_PORT}, not {said!r}")
    return int(said) + _worker(config) if int(said) else 0


def _worker(config: pytest.Config) -> int:
    """0 for the process that was called, from 1 on for those that it starts."""
    told: dict[str, str] = getattr(config, "workerinput", {})
    return int(told["workerid"].removeprefix("gw")) + 1 if told else 0


def _value(config: pytest.Config, flag: str) -> str:
    said: str | None = config.getoption(_ini(flag))
    return str(config.getini(_ini(flag))) if said is None else said


def _ini(flag: str) -> str:
    return flag.replace("-", "_")
