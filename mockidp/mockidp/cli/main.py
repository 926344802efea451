"""What the `mockidp` command does with its arguments: find the sub-command, run it, and put failures into one line."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NoReturn

from ..config_sources.overrides import Overrides
from ..errors import ConfigError
from ..extra import expect_extra
from . import control, environment, init, serve, tokens
from .words import CONTROLLING, DESCRIPTION, EXAMPLES, KINDS, Failed, said_version

NOT_INSTALLED: Final = 1
WRONG_USE: Final = 2

# Each adds its sub-commands, and says with `set_defaults(run=...)` what does them: it is given the other arguments by
# name. What it needs from the extra it imports when it runs, so that this command starts, and names it, without.
FAMILIES: Final[tuple[Callable[[Any], None], ...]] = (
    serve.add,
    tokens.add,
    init.add,
    control.add,
    environment.add,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the status to exit with."""
    parser = _parser()
    said = vars(parser.parse_args(arguments))
    run = said.pop("run", None)
    try:
        if run is None:
            expect_extra()
            parser.print_help()
            return WRONG_USE
        run(**said)
    except ImportError as missing:
        return _complain(str(missing), NOT_INSTALLED)
    except Failed as failed:
        return _complain(str(failed), failed.status)
    except ConfigError as problem:
        return _complain(_as_flag(problem), WRONG_USE)
    except OSError as problem:
        return _complain(str(problem), WRONG_USE)
    return 0


def _as_flag(problem: ConfigError) -> str:
    if problem.file or problem.place not in Overrides.__annotations__:
        return str(problem)
    return f"--{problem.place.replace('_', '-')}: {problem.problem}"


def _complain(problem: str, status: int) -> int:
    print(f"mockidp: {problem}", file=sys.stderr)  # noqa: T201
    return status


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line. What is given as `fill` adds its arguments as soon as it is the one to parse.

    There are some forty sub-commands, of which each call needs one or two.
    """

    def __init__(self, *, fill: Callable[[argparse.ArgumentParser], None] = lambda _: None, **more: Any) -> None:
        super().__init__(**more)
        self._fill: Iterator[Callable[[argparse.ArgumentParser], None]] = iter((fill,))

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """As ever, but what a sub-command does not know it refuses itself, and so points to its own help."""
        for fill in self._fill:  # once
            fill(self)
        known, others = super().parse_known_args(args, namespace)
        if others:
            self.error(f"unrecognized arguments: {' '.join(others)}")
        return known, others

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG_USE, f"mockidp: {message} (see {self.prog} --help)\n")


class _Version(argparse.Action):
    """Looks the version up if somebody asks."""

    def __init__(self, option_strings: Sequence[str], dest: str, **more: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, **more)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        print(f"mockidp {said_version()}")  # noqa: T201
        parser.exit()


def _parser() -> _Parser:
    words = argparse.RawDescriptionHelpFormatter
    parser = _Parser(prog="mockidp", description=DESCRIPTION, epilog=f"{EXAMPLES}{CONTROLLING}", formatter_class=words)
    parser.add_argument("--version", action=_Version, help="show program's version number and exit")
    commands = parser.add_subparsers(metavar="COMMAND", title="commands", description=KINDS)
    for add in FAMILIES:
        add(commands)
    return parser
