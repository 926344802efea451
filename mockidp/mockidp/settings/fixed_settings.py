"""What of a configuration stays as it is while the provider runs, since clients and browsers have relied on it."""

from typing import Any, Final

import msgspec

from .config import Config

FIXED: Final = ("base_url", "browser_base_url", "dialect", "oro_version", "keys_dir", "shared_keys", "tls")


def with_fixed(wanted: Config, running: Config) -> tuple[Config, tuple[str, ...]]:
    """The wanted configuration with what cannot change as it is, and the places where that makes a difference."""
    kept: dict[str, Any] = {name: getattr(running, name) for name in FIXED if hasattr(running, name)}
    stays = [name for name, value in kept.items() if getattr(wanted, name) != value]
    algorithms = {realm.name: realm.algorithm for realm in running.realms}
    realms = []
    for at, realm in enumerate(wanted.realms):
        algorithm = algorithms.get(realm.name, realm.algorithm)
        stays += [f"realms[{at}].algorithm"] * (algorithm != realm.algorithm)
        realms.append(msgspec.structs.replace(realm, algorithm=algorithm))
    return msgspec.structs.replace(wanted, realms=tuple(realms), **kept), tuple(stays)
