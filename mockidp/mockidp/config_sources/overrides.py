"""Single settings on top of a configuration, as keyword arguments and command-line flags give them."""

from typing import Any, Final, TypedDict

import msgspec

from ..settings.config import Config, Dialect, OroVersion
from ..settings.durations import Duration


class Overrides(TypedDict, total=False):
    """The settings that `MockIdp(...)` and `mockidp serve` take one by one; None leaves one as it is configured."""

    base_url: str | None
    browser_base_url: str | None
    backend_prefix: str | None
    single: bool | None
    shared_keys: bool | None
    keys_dir: str | None
    tls: bool | None
    registration: bool | None
    dialect: Dialect | None
    oro_version: OroVersion | None
    code_lifetime: Duration | None
    access_token_lifetime: Duration | None
    id_token_lifetime: Duration | None
    refresh_token_lifetime: Duration | None
    device_code_lifetime: Duration | None
    request_uri_lifetime: Duration | None


NAMES: Final = frozenset(Overrides.__annotations__)
LIFETIME: Final = "_lifetime"


def overridden(config: Config, overrides: Overrides) -> Config:
    """The configuration with these settings instead; TypeError names one that does not exist."""
    if unknown := sorted(overrides.keys() - NAMES):
        raise TypeError(f"unknown setting {unknown[0]!r}; there are {', '.join(sorted(NAMES))}")
    given = {name: value for name, value in overrides.items() if value is not None}
    lifetimes: dict[str, Any] = {
        name.removesuffix(LIFETIME): given.pop(name) for name in list(given) if name.endswith(LIFETIME)
    }
    # The dialect first: it says which lifetimes there can be.
    return msgspec.structs.replace(config, **given).with_lifetimes(**lifetimes)
