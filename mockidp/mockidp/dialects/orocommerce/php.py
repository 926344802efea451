"""How PHP reads and writes what goes over the wire: parameters, queries and JSON."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, quote_plus

Values = dict[str, Any]

COUNT_LIMIT: Final = 1000  # `max_input_vars`


def parse_str(text: bytes) -> Values:
    """The parameters of a query or form: of a doubled one the last counts, and `name[]` is an array."""
    values: Values = {}
    for name, value in parse_qsl(text.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")[
        :COUNT_LIMIT
    ]:
        plain, bracket, _ = name.partition("[")
        values[plain] = [value] if bracket else value
    return values


def json_decode(text: bytes) -> Values:
    """The members of a JSON object; ValueError for anything else, half a surrogate pair included."""
    decoded = json.loads(text.decode("utf-8"), parse_constant=_refuse)
    json.dumps(decoded, ensure_ascii=False).encode("utf-8")
    if not isinstance(decoded, dict):
        raise ValueError("not an object")  # noqa: TRY004  # like all else that is wrong with a text
    return decoded


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is Python's and not JSON's")


def json_encode(value: Any) -> bytes:
    r"""JSON as `json_encode` writes it: no spaces, `\/` for a slash, `\uXXXX` for all beyond ASCII."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def http_build_query(values: Mapping[str, str | None]) -> str:
    """A query; what is None is left out, and `~` is escaped."""
    pairs = (
        (name, quote_plus(value, safe="").replace("~", "%7E")) for name, value in values.items() if value is not None
    )
    return "&".join(f"{name}={value}" for name, value in pairs)


def with_query(uri: str, values: Mapping[str, str | None]) -> str:
    """The address with a query added by `?`, or `&` where it has one, even if there is nothing to add."""
    return f"{uri}{'&' if '?' in uri else '?'}{http_build_query(values)}"


def htmlspecialchars(text: str) -> str:
    """The text, safe between backticks in a message."""
    for plain, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#039;")):
        text = text.replace(plain, entity)
    return text
