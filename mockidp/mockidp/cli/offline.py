"""`mockidp token` and `mockidp trust`: tokens, and what a gate needs to trust them, with no server running.

Both use the key files of `--keys-dir`, and so does `mockidp serve --keys-dir` with the same directory.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

from ..config_sources.environment_settings import naming
from ..config_sources.overrides import overridden
from ..errors import ConfigError
from ..provider import Provider
from ..settings.config import Config
from .printed import printed
from .variables import settle
from .words import KEYS_DIR

ADDRESS: Final = "http://127.0.0.1:8800"  # where `mockidp serve` listens if nothing else is said


def mint(
    *,
    realm: str,
    claim: list[tuple[str, Any]],
    expires_in: int | None,
    output: str,
    config: str | None,
    base_url: str | None,
    keys_dir: str | None,
    **how: Any,
) -> str:
    """What `mockidp token` prints."""
    provider = _provider(config, base_url, keys_dir)
    _expect_realm(provider.config, realm)
    try:
        token = provider.token(realm, claims=dict(claim), expires_in=expires_in, **how)
    except ConfigError:
        raise
    except ValueError as error:
        raise ConfigError(str(error), place="fault") from error
    _tell_whose(_directory(provider))
    return printed(token, output)


def _tell_whose(directory: Path) -> None:
    """Say, beside the token, which servers know its key: one that runs with others gives a mysterious 401."""
    print(  # noqa: T201  # not to the standard output, which is the token
        f"mockidp: signed with the keys in {directory}, which a server knows only with --keys-dir {directory}; "
        "a running server makes one with --at",
        file=sys.stderr,
    )


def trust(*, config: str | None, base_url: str | None, keys_dir: str | None) -> str:
    """Write each realm's public keys into the directory, for `JwksFile`; what a gate's code then has to say."""
    provider = _provider(config, base_url, keys_dir)
    directory = _directory(provider)
    return "\n".join(_trusting(provider, realm.name, directory) for realm in provider.config.realms)


def _provider(config: str | None, base_url: str | None, keys_dir: str | None) -> Provider:
    settled = settle(config, {"base_url": base_url, "keys_dir": keys_dir})
    with naming(settled.from_environment):
        settings = overridden(settled.config or Config(), settled.overrides)
    settings = overridden(settings, {"keys_dir": settings.keys_dir or KEYS_DIR})
    provider = Provider(settings, base_url=settings.base_url or ADDRESS)
    for keys in provider.keys.values():
        keys.current  # noqa: B018  # the first look makes it
    ignored = _directory(provider) / ".gitignore"
    if not ignored.exists():
        ignored.write_text("*\n", "utf-8")
    return provider


def _directory(provider: Provider) -> Path:
    return Path(provider.config.keys_dir or KEYS_DIR)


def _expect_realm(config: Config, name: str) -> None:
    try:
        config.realm(name)
    except KeyError:
        there = ", ".join(realm.name for realm in config.realms)
        raise ConfigError(f"there is no realm {name!r}; there are {there}", place="realm") from None


def _trusting(provider: Provider, name: str, directory: Path) -> str:
    file = directory / f"{name}.json"
    file.write_text(json.dumps(provider.keys[name].jwks(), indent=2) + "\n", "utf-8")
    named = ", ".join(
        (
            json.dumps(name),
            f"issuer={json.dumps(provider.issuer(name))}",
            f"audience={json.dumps(provider.config.realm(name).audience)}",
            f"keys=JwksFile({json.dumps(file.as_posix())})",
            "trust_mock=True",
        )
    )
    return f"Realm({named})"
