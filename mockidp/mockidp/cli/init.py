"""`mockidp init`: a file to begin with."""

from pathlib import Path
from typing import Any, Final

from ..errors import ConfigError
from ..extra import expect_extra
from .words import Failed, say

WRITES: Final = "Writes the demo, as a file to change. With it, the provider is what it is without one."
FORMATS: Final = ("toml", "yaml", "json")
SUFFIXES: Final = (".toml", ".yaml", ".yml", ".json")


def add(commands: Any) -> None:
    """Add the sub-command."""
    init = commands.add_parser("init", help="write a configuration file to begin with", description=WRITES)
    init.add_argument("file", metavar="FILE", nargs="?", help="where to (default: mockidp.toml, or as the format says)")
    init.add_argument("--format", choices=FORMATS, help="the format (default: as FILE ends, else toml)")
    init.add_argument("--force", action="store_true", help="write over a file that is there")
    init.set_defaults(run=_init)


def _init(*, file: str | None, format: str | None, force: bool) -> None:  # noqa: A002  # the name of the flag
    expect_extra()
    from ..config_sources.config_writing import demo_file  # noqa: PLC0415

    path = Path(file or f"mockidp.{format or 'toml'}")
    suffix = f".{format}" if format else path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ConfigError(f"expected a name that ends with {', '.join(SUFFIXES)}, or --format", file=str(path))
    if path.suffix.lower() not in {suffix, ".yml" if suffix == ".yaml" else suffix}:
        raise ConfigError(f"expected a name that ends with {suffix}, by which it is read again", file=str(path))
    try:
        with path.open("w" if force else "x", encoding="utf-8") as opened:
            opened.write(demo_file(suffix))
    except FileExistsError:
        raise Failed(f"{path} is there already: name another file, or write over it with --force") from None
    say(f"Wrote {path}. Try it: mockidp serve --config {path}")
    if suffix == ".json":
        say("JSON has no comments: with --format toml or yaml the file also shows every setting.")
