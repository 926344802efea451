"""Writes the demo as a file to begin with: what is in it loads to exactly what there is without a file."""

import json
import textwrap
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec
import yaml
from msgspec import Struct

from ..errors import ConfigError
from ..settings.config import Config

HEAD: Final = """\
What mockidp serves: `mockidp serve --config FILE`. A change is in force as soon as this file is saved.
Every password and secret here is public: this is a mock, never use it for real users.
Lines that are commented out show what is so without them, or an example.
"""
NOTHING_ELSE: Final = "Nothing comes from the demo but what stands in this file."
USERS: Final = "People who can log in here. `claims` go into their tokens."
CLIENTS: Final = "Applications. Without a client_secret it is a public one."
REALM: Final = "A realm: its own issuer, people, clients and keys. Its tokens are good nowhere else."

# Each with an example, which is the default where there is one.
SETTINGS: Final[Mapping[str, tuple[Any, str]]] = MappingProxyType(
    {
        "backend_prefix": ("/admin", "before the back-office's authorize and login paths"),
        "single": (False, "only the back-office, unprefixed"),
        "base_url": ("http://idp.example:8800", "how clients and browsers reach it, if not by host and port"),
        "browser_base_url": ("http://localhost:8800", "how browsers do, where they come another way than clients"),
        "tls": (False, "answer https, with a certificate of its own making"),
        "session_lifetime": ("8h", "how long a login lasts"),
        "device_interval": ("5s", "how long a device should leave between two questions"),
        "registration": (False, "clients may register themselves"),
        "faults_by_request": (True, "a request may ask for a fault of its own"),
        "shared_keys": (False, "one set of signing keys for all realms"),
        "keys_dir": (".mockidp", "a directory for signing keys that outlive the server"),
        "dialect": ("standard", "how it talks: standard or orocommerce (with oro_version and oro)"),
    }
)
TABLES: Final[Mapping[str, tuple[Any, str]]] = MappingProxyType(
    {
        "lifetimes": (
            {
                "access_token": "1h",
                "id_token": "1h",
                "refresh_token": "30d",
                "code": "10m",
                "device_code": "10m",
                "request_uri": "60s",
            },
            "How long things live, where no realm and no client says otherwise: 30s, 5m, 1h, 2d or plain seconds.",
        ),
        "faults": ([{"fault": "delay=0.5", "endpoint": "jwks"}], "What goes wrong from the start on."),
    }
)


def demo_file(suffix: str) -> str:
    """The text of a file with this suffix: `.toml`, `.yaml`, `.yml` or `.json`."""
    return _WRITERS[suffix]()


def settings_of(struct: Struct) -> dict[str, Any]:
    """What has to be said to get it: everything but what is so anyway."""
    said = {name: getattr(struct, name) for name in struct.__struct_fields__}
    for name in struct.__struct_fields__:
        others = {other: value for other, value in said.items() if other != name}
        if _gives(struct, others):
            said = others
    return {name: _plain(value) for name, value in said.items()}


def _gives(struct: Struct, said: dict[str, Any]) -> bool:
    try:
        return type(struct)(**said) == struct
    except (TypeError, ConfigError):  # it is needed
        return False


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return settings_of(value) if isinstance(value, Struct) else msgspec.to_builtins(value)


def _realms() -> list[dict[str, Any]]:
    return [settings_of(realm) for realm in Config().realms]


def _json() -> str:
    return json.dumps({"demo": False, "realms": _realms()}, indent=2, ensure_ascii=False) + "\n"


def _toml() -> str:
    lines = [*_comment(HEAD), "", f"demo = false  # {NOTHING_ELSE}", ""]
    lines += (f"# {name} = {_inline(example)}  # {says}" for name, (example, says) in SETTINGS.items())
    for name, (example, says) in TABLES.items():
        header = f"[{name}]" if isinstance(example, dict) else f"[[{name}]]"
        members = example if isinstance(example, dict) else example[0]
        lines += [
            "",
            *_comment(says),
            f"# {header}",
            *(f"# {key} = {_inline(value)}" for key, value in members.items()),
        ]
    for realm in _realms():
        lines += ["", *_comment(REALM), *_toml_table("realms", realm)]
    return "\n".join(lines) + "\n"


def _toml_table(path: str, members: Mapping[str, Any]) -> Iterator[str]:
    yield f"[[{path}]]"
    inner = {name: value for name, value in members.items() if isinstance(value, list) and isinstance(value[0], dict)}
    yield from (f"{name} = {_inline(value)}" for name, value in members.items() if name not in inner)
    for name, tables in inner.items():
        yield from ("", *_comment(USERS if name == "users" else CLIENTS))
        for at, table in enumerate(tables):
            yield from ([""] if at else [])
            yield from _toml_table(f"{path}.{name}", table)


def _yaml() -> str:
    lines = [*_comment(HEAD), "", f"demo: false  # {NOTHING_ELSE}", ""]
    lines += (f"# {name}: {_inline(example)}  # {says}" for name, (example, says) in SETTINGS.items())
    for name, (example, says) in TABLES.items():
        lines += ["", *_comment(says), *_comment(_dumped({name: example}))]
    lines += ["", *_comment(REALM)]
    for line in _dumped({"realms": _realms()}).splitlines():
        heading = {"  users:": USERS, "  clients:": CLIENTS}.get(line)
        lines += [*(f"  {said}" for said in _comment(heading or "")), line]
    return "\n".join(lines) + "\n"


def _dumped(settings: Any) -> str:
    return yaml.safe_dump(settings, sort_keys=False, allow_unicode=True, width=120)


def _inline(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)  # which is TOML and YAML as well, for what is written here


def _comment(text: str) -> list[str]:
    return textwrap.indent(text, "# ").splitlines()


_WRITERS: Final[Mapping[str, Callable[[], str]]] = MappingProxyType(
    {".toml": _toml, ".yaml": _yaml, ".yml": _yaml, ".json": _json}
)
