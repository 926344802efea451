"""A mock identity provider for local development and for test suites that need real tokens.

This front door is lazy (PEP 562): `import mockidp` costs nothing, and what needs the extra is loaded at first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .clock import Clock
    from .config_sources.config_files import load_config
    from .config_sources.environment_settings import config_from_environment
    from .errors import ConfigError
    from .headless.browser import Browser
    from .headless.walk import FlowStopped
    from .in_process import InProcess
    from .server import MockIdp
    from .serving.listener import CannotListen
    from .settings.claims_rules import ClaimsRule, When
    from .settings.config import Client, Config, Lifetimes, OroSettings, PlannedFault, ProtectedResource, Realm, User

__all__ = [
    "Browser",
    "CannotListen",
    "ClaimsRule",
    "Client",
    "Clock",
    "Config",
    "ConfigError",
    "FlowStopped",
    "InProcess",
    "Lifetimes",
    "MockIdp",
    "OroSettings",
    "PlannedFault",
    "ProtectedResource",
    "Realm",
    "User",
    "When",
    "config_from_environment",
    "load_config",
]

_HOMES: Final = {
    "Browser": "headless.browser",
    "CannotListen": "serving.listener",
    "ClaimsRule": "settings.claims_rules",
    "Client": "settings.config",
    "Clock": "clock",
    "Config": "settings.config",
    "ConfigError": "errors",
    "InProcess": "in_process",
    "FlowStopped": "headless.walk",
    "Lifetimes": "settings.config",
    "MockIdp": "server",
    "OroSettings": "settings.config",
    "PlannedFault": "settings.config",
    "ProtectedResource": "settings.config",
    "Realm": "settings.config",
    "User": "settings.config",
    "When": "settings.claims_rules",
    "config_from_environment": "config_sources.environment_settings",
    "load_config": "config_sources.config_files",
}


def _load(name: str) -> Any:
    """Load what is asked for; where the extra is not installed, say how to get it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import extra  # noqa: PLC0415  # pytest loads this file at every start

    if name == "MockIdp":
        extra.expect_extra()
    try:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if module not in extra.EXTRA:
            raise
        raise extra.missing(name, module) from error


def __dir__() -> list[str]:
    """What there is, loaded or not."""
    return sorted({*globals(), *__all__})


if not TYPE_CHECKING:  # a type checker that saw it would take every misspelt name for granted
    __getattr__ = _load
