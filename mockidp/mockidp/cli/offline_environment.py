"""What `mockidp env` and `mockidp ca` print with no server running; nothing is written but an authority for https."""

from typing import Any

import msgspec

from ..config_sources.environment_settings import naming
from ..config_sources.overrides import overridden
from ..environment import environment
from ..provider import Provider
from ..serving.tls import Tls, tls_of
from ..settings.config import Config
from .variables import settle
from .words import KEYS_DIR


def env(*, realm: str | None, client: str | None, **place: Any) -> dict[str, str]:
    """The variables of the configuration."""
    settings = _settings(**place)
    # What is told is the same with any signing keys, so none is looked for.
    provider = Provider(
        msgspec.structs.replace(settings, keys_dir=None), base_url=settings.base_url or _local(settings)
    )
    provider.ca_file = str(_authority(settings).ca_file) if settings.tls else None
    return environment(provider, realm=realm, client=client)


def ca(*, output: str, **place: Any) -> str:
    """The authority's file, or what is in it."""
    file = _authority(_settings(**place)).ca_file
    return str(file) if output == "path" else file.read_text("ascii").strip()


def _settings(*, config: str | None, **said: Any) -> Config:
    settled = settle(config, said)
    with naming(settled.from_environment):
        return overridden(settled.config or Config(), settled.overrides)


def _authority(settings: Config) -> Tls:
    return tls_of(msgspec.structs.replace(settings, keys_dir=settings.keys_dir or KEYS_DIR), _local(settings))


def _local(settings: Config) -> str:
    """Where `mockidp serve` listens if nothing else is said."""
    return f"{'https' if settings.tls else 'http'}://127.0.0.1:8800"
