"""Operations on the configuration."""

from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct

from ..errors import ConfigError
from .operation import Operation

if TYPE_CHECKING:
    from ..provider import Provider


class ConfigState(Struct, frozen=True, kw_only=True):
    """The settings that are in force, the file that they are from, and what is wrong with that file now, if anything.

    `stays` are the places that the last reload could not change while the provider runs.
    """

    file: str | None
    problem: str
    settings: dict[str, Any]
    stays: tuple[str, ...] = ()


def _read(provider: "Provider", _: object, stays: tuple[str, ...] = ()) -> ConfigState:
    source = provider.source
    return ConfigState(
        file=source.file if source else None,
        problem=source.problem if source else "",
        settings=msgspec.to_builtins(provider.config),
        stays=stays,
    )


def _reload(provider: "Provider", asked: object) -> ConfigState:
    if provider.source is None:
        raise ConfigError("there is no file to read: start the provider with `mockidp serve --config FILE`")
    return _read(provider, asked, provider.source.reload())


OPERATIONS: Final = (
    Operation(name="config", says="The configuration that is in force.", gives=ConfigState, act=_read, reads=True),
    Operation(
        name="config.reload",
        says="Read the file of the configuration again; a mistake in it leaves everything as it was.",
        gives=ConfigState,
        act=_reload,
    ),
)
