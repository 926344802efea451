"""Environment variables as text, for whatever reads them."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Final

Variables = Mapping[str, str]

CA_VARIABLES: Final = (
    "MOCKIDP_CA_FILE",
    "CURL_CA_BUNDLE",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
)
CA_IN_CONTAINER: Final = "/etc/mockidp/ca.pem"

_PLAIN: Final = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
_LITERAL: Final = re.compile(r"[^'\\$\x00-\x1f\x7f]*")


def in_shell(variables: Variables) -> str:
    """Lines for `eval` in any POSIX shell, and in zsh, which looks for a command behind a bare ``=``."""
    return "\n".join(f"export {name}={_shell(value)}" for name, value in variables.items())


def in_dotenv(variables: Variables) -> str:
    """Lines of a `.env` file; what needs no quotes has none, for readers that know none."""
    return "\n".join(f"{name}={_dotenv(value)}" for name, value in variables.items())


def in_json(variables: Variables) -> str:
    """One JSON object."""
    return json.dumps(dict(variables), indent=2)


def in_compose(variables: Variables) -> str:
    """A compose file for a service `app`, to lay over one's own; a CA file is mounted into its container."""
    ca_file = variables.get(CA_VARIABLES[0])
    inside = {name: CA_IN_CONTAINER if name in CA_VARIABLES else value for name, value in variables.items()}
    lines = ["services:", "  app:", "    environment:"]
    lines += (f"      {name}: {_yaml(value)}" for name, value in inside.items())
    if ca_file:
        lines += ["    volumes:", f"      - {_yaml(f'{ca_file}:{CA_IN_CONTAINER}:ro')}"]
    return "\n".join(lines)


FORMATS: Final[Mapping[str, Callable[[Variables], str]]] = {
    "shell": in_shell,
    "dotenv": in_dotenv,
    "json": in_json,
    "compose": in_compose,
}


def _shell(value: str) -> str:
    if _PLAIN.fullmatch(value) and "=" not in value:
        return value
    return "'" + value.replace("'", """'"'"'""") + "'"


def _dotenv(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    if _LITERAL.fullmatch(value):
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'


def _yaml(value: str) -> str:
    """A double-quoted scalar (YAML 1.2 §7.3.1), in which compose finds no variable of its own."""
    written = json.dumps(value.replace("$", "$$"), ensure_ascii=False)
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in written)
