"""A configuration from a file, in TOML, YAML or JSON; what the file leaves out is as the docstring of `config` says."""

import contextlib
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from ..errors import ConfigError
from ..faults.planned import planned
from ..settings.config import Config
from ..settings.demo import DEMO_REALMS, ORO_DEMO_REALMS
from .file_formats import Document, read_json, reader_of
from .mock_oauth2_server import is_theirs, translate
from .overrides import Overrides
from .refused_settings import refused_setting

logger: Final = logging.getLogger("mockidp")

LARGEST: Final = 256 * 1024  # bytes
DECIDING: Final = frozenset({"dialect", "single"})  # which realms there are, and what is in those of the demo


def load_config(path: str | Path, over: Overrides | None = None) -> Config:
    """The configuration in this file; ConfigError names file, line where it can, place and expectation.

    `over` are settings that are going to overrule it: some of them decide what of the demo fills its gaps.
    """
    with _in(str(path)):
        return configured(read(path), over)


def load_text(text: str, name: str, over: Overrides | None = None) -> Config:
    """The configuration in this JSON text, which is known by this name; ConfigError and `over` as for a file."""
    with _in(name):
        return configured(read_json(text), over)


@contextlib.contextmanager
def _in(file: str) -> Iterator[None]:
    try:
        yield
    except ConfigError as error:
        raise ConfigError(error.problem, place=error.place, file=file, line=error.line) from error


def read(path: str | Path) -> Document:
    """What the file says, unchecked; ConfigError says why that cannot be read."""
    read_text = reader_of(Path(path).suffix)
    try:
        with Path(path).open("rb") as opened:
            data = opened.read(LARGEST + 1)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}") from error
    if len(data) > LARGEST:
        raise ConfigError(f"is too large: expected at most {LARGEST // 1024} KiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"is not {Path(path).suffix[1:].upper()}: {error}") from None
    return read_text(text)


def configured(document: Document, over: Overrides | None = None) -> Config:
    """The configuration that these settings are; ConfigError names line, place and expectation."""
    deciding = {name: value for name, value in (over or {}).items() if name in DECIDING and value is not None}
    try:
        config = msgspec.convert(with_demo({**_understood(document.settings), **deciding}), Config)
        planned(config)
    except ConfigError as error:
        raise ConfigError(error.problem, place=error.place, line=document.line(error.place)) from error
    except msgspec.ValidationError as error:
        wrong = refused_setting(error)
        raise ConfigError(wrong.problem, place=wrong.place, line=document.line(wrong.told)) from error
    except RecursionError:
        raise ConfigError("expected less deeply nested settings") from None
    else:
        return config


def _understood(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """The settings as ours, where they are those of another mock."""
    if not is_theirs(settings):
        return settings
    translated = translate(settings)
    for sentence in translated.warnings:
        logger.warning("configuration of mock-oauth2-server: %s", sentence)
    return translated.settings


def with_demo(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The file's settings with the demo's where the file is silent; the file's realms keep their positions."""
    settings = dict(settings)
    demo = settings.pop("demo", True)
    if not isinstance(demo, bool):
        raise msgspec.ValidationError("Expected `bool` - at `$.demo`")
    named = settings.get("realms", [])
    if not demo or not isinstance(named, list):
        return {"realms": [], **settings}
    demo_realms = ORO_DEMO_REALMS if settings.get("dialect") == "orocommerce" else DEMO_REALMS
    left: dict[str, dict[str, Any]] = {realm.name: msgspec.to_builtins(realm) for realm in demo_realms}
    realms = [{**left.pop(_name(realm), {}), **realm} if isinstance(realm, dict) else realm for realm in named]
    return {**settings, "realms": [*realms, *left.values()]}


def _name(realm: Mapping[str, Any]) -> str:
    name = realm.get("name")
    return name if isinstance(name, str) else ""
