"""One request as the client really sent it: order, duplicates and raw bytes, and secrets only for those who ask."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, field
from functools import cached_property
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from .differences import differences
from .secret_text import HIDDEN, SecretText, secret

Pairs = tuple[tuple[str, str], ...]

LONGEST_BODY: Final = 64 * 1024
SHOWN: Final = 500

# A referrer may be a page whose address holds a code.
SECRET_HEADERS: Final = frozenset({"authorization", "cookie", "dpop", "proxy-authorization", "referer"})
# Named one by one what may be shown, not what may not: a parameter that nobody has thought of may be a secret.
PLAIN_PARAMETERS: Final = frozenset(
    {
        *("acr_values", "audience", "claims_locales", "client_id", "code_challenge_method", "display", "grant_type"),
        *("iss", "max_age", "post_logout_redirect_uri", "prompt", "redirect_uri", "resource", "response_mode"),
        *("response_type", "scope", "token_type_hint", "ui_locales", "client_assertion_type", "decision"),
    }
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Captured:
    """What came, in the order in which it came; header names are in lower case, `at` is the real time.

    Printed, it hides secrets, and so do its parameters, headers and JSON, which hold them (`SecretText`). The bytes
    show them. A body over 64 KiB is `cut` there.
    """

    method: str
    raw_path: bytes = field(repr=False)
    query_string: bytes = field(repr=False)
    raw_headers: tuple[tuple[bytes, bytes], ...] = field(repr=False)
    body: bytes = field(repr=False)
    cut: bool = False
    at: float = field(default=0, repr=False)

    @cached_property
    def path(self) -> str:
        """The path, decoded, without the query."""
        return unquote(self.raw_path.decode("latin-1"))

    @cached_property
    def query(self) -> Pairs:
        """The parameters of the query."""
        return _parameters(self.query_string.decode("latin-1"))

    @cached_property
    def headers(self) -> Pairs:
        """Every header line."""
        lines = ((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in self.raw_headers)
        return tuple((name, SecretText(value) if name in SECRET_HEADERS else value) for name, value in lines)

    def header(self, name: str) -> str | None:
        """The first header of this name."""
        return next((value for header, value in self.headers if header == name.lower()), None)

    @cached_property
    def form(self) -> Pairs:
        """The parameters of a form body; none for other bodies."""
        if self._media_type != "application/x-www-form-urlencoded":
            return ()
        return _parameters(self.body.decode("utf-8", "replace"))

    @cached_property
    def json(self) -> Any:
        """What a JSON body says; None for other bodies and for broken JSON."""
        try:
            return _members(self._said) if isinstance(self._said, dict) else secret(self._said)
        except RecursionError:
            return None

    @cached_property
    def _said(self) -> Any:
        if self._media_type != "application/json":
            return None
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @cached_property
    def parameters(self) -> Pairs:
        """The parameters of the query and of the body, form or JSON."""
        said = self._said if isinstance(self._said, dict) else {}
        return (*self.query, *self.form, *((name, _parameter(name, str(value))) for name, value in said.items()))

    @cached_property
    def client_id(self) -> str | None:
        """The client that the request says it is from, proved or not."""
        named = next((value for name, value in self.parameters if name == "client_id"), None)
        return named or _basic_user(self.header("authorization") or "")

    def form_differences(self, wanted: Mapping[str, str]) -> Iterator[str]:
        """A line for each of these parameters that is not in the form once, with this value; secrets are hidden."""
        return differences(self.form, wanted, PLAIN_PARAMETERS.__contains__)

    def header_differences(self, wanted: Mapping[str, str]) -> Iterator[str]:
        """The same of headers, whose names are compared without regard to case."""
        lower = {name.lower(): value for name, value in wanted.items()}
        return differences(self.headers, lower, lambda name: name not in SECRET_HEADERS)

    def assert_form(self, **wanted: str) -> None:
        """Raise an AssertionError that says which of these are not in the form as wanted; secrets are hidden."""
        self._expect_none(self.form_differences(wanted))

    def assert_header(self, name: str, value: str) -> None:
        """The same of one header."""
        self._expect_none(self.header_differences({name: value}))

    def _expect_none(self, found: Iterator[str]) -> None:
        if lines := list(found):
            raise AssertionError("\n".join([f"{self.method} {self.path} is not as expected:", *lines]))

    def __eq__(self, other: object) -> bool:
        # Of what a dataclass compares by itself, pytest shows every field that differs.
        return isinstance(other, Captured) and astuple(self) == astuple(other)

    def __hash__(self) -> int:
        return hash(astuple(self))

    def __str__(self) -> str:
        """The request, for people to read: its secrets are hidden."""
        query = "&".join(f"{name}={_shown(name, value)}" for name, value in self.query)
        lines = [f"{self.method} {self.raw_path.decode('ascii', 'backslashreplace')}{'?' if query else ''}{query}"]
        lines += (f"{name}: {_shown_header(name, value)}" for name, value in self.headers)
        if body := self._shown_body():
            lines += ["", body]
        return "\n".join(line.encode("unicode_escape").decode() for line in lines)

    def __repr__(self) -> str:
        return f"<Captured {self.method} {self.raw_path.decode('ascii', 'backslashreplace')}>"

    @property
    def _media_type(self) -> str:
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    def _shown_body(self) -> str:
        if self.form:
            return "&".join(f"{name}={_shown(name, value)}" for name, value in self.form)[:SHOWN]
        if isinstance(self._said, dict):
            return json.dumps({name: _shown(name, value) for name, value in self._said.items()})[:SHOWN]
        return f"({len(self.body)} bytes)" if self.body else ""


def _parameters(written: str) -> Pairs:
    return tuple((name, _parameter(name, value)) for name, value in parse_qsl(written, keep_blank_values=True))


def _parameter(name: str, value: str) -> str:
    return value if name in PLAIN_PARAMETERS else SecretText(value)


def _members(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value if name in PLAIN_PARAMETERS else secret(value) for name, value in said.items()}


def _shown(name: str, value: Any) -> Any:
    return value if name in PLAIN_PARAMETERS else HIDDEN


def _shown_header(name: str, value: str) -> str:
    if name not in SECRET_HEADERS:
        return value
    scheme, blank, _ = value.partition(" ")
    return f"{scheme} {HIDDEN}" if blank and name != "cookie" else HIDDEN


def _basic_user(authorization: str) -> str | None:
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, _ = base64.b64decode(given).decode().partition(":")
    except ValueError:
        return None
    return unquote(user) or None
