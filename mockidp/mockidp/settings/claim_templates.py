"""Texts with places to fill in, such as `{client_id}` or `{now+30m}`: no code, and checked before anything is filled.

`{{` and `}}` stand for the braces themselves. A text that is nothing but `{now}`, with or without a length of time, is
a number: seconds since the epoch. A text that needs what is not there (a parameter that was not sent, the username of a
client that acts for itself) is left out, and so is the claim whose text it was.
"""

import math
import re
from collections.abc import Mapping
from typing import Any, Final

from .durations import seconds
from .expectations import expect

WORDS: Final = ("client_id", "grant_type", "issuer", "realm", "scope", "subject", "username")
PARAMETER: Final = "parameter:"
SECRETS: Final = frozenset(
    {
        *("assertion", "client_assertion", "client_secret", "code", "code_verifier", "device_code", "password"),
        *("id_token_hint", "refresh_token", "subject_token", "token", "user_code"),
    }
)
DEEPEST: Final = 10  # levels of objects and arrays in a claim

_PIECE: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NOW: Final = re.compile(r"now(?:([+-])([0-9]{1,12}[smhd]?))?")
_EXPECTED: Final = f"a place to fill in: {', '.join(WORDS)}, {PARAMETER}NAME, now, now+30m or now-1d ({{{{ is a brace)"


class Absent(Exception):
    """Something that a text needs is not there."""


def expect_value(place: str, value: object, depth: int = 0) -> None:
    """Refuse what is no JSON value, or holds a text with a place that nothing can fill."""
    match value:
        case None | bool():
            pass
        case int():
            expect(-(2**63) <= value < 2**63, place, "a whole number of at most 64 bits")
        case float():
            expect(math.isfinite(value), place, "a finite number")
        case str():
            _expect_text(place, value)
        case list() | tuple():
            _expect_shallow(place, depth)
            for at, item in enumerate(value):
                expect_value(f"{place}[{at}]", item, depth + 1)
        case dict():
            _expect_shallow(place, depth)
            for name, item in value.items():
                expect(isinstance(name, str) and _is_unicode(name), place, "names that are texts")
                expect_value(f"{place}.{name}", item, depth + 1)
        case _:
            expect(False, place, "a text, a number, a truth value, an array or an object")  # noqa: FBT003


def filled(value: Any, words: Mapping[str, str], now: float) -> Any:
    """The value with its places filled; raises Absent where something that it needs as a whole is not there."""
    match value:
        case str():
            return _filled_text(value, words, now)
        case list() | tuple():
            return [item for _, item in _present(enumerate(value), words, now)]
        case dict():
            return dict(_present(value.items(), words, now))
        case _:
            return value


def _present(items: Any, words: Mapping[str, str], now: float) -> list[tuple[Any, Any]]:
    kept = []
    for name, value in items:
        try:
            kept.append((name, filled(value, words, now)))
        except Absent:
            continue
    return kept


def _filled_text(text: str, words: Mapping[str, str], now: float) -> str | int:
    if "{" not in text and "}" not in text:
        return text
    whole = _PIECE.fullmatch(text)
    if whole and whole[1] is not None and (moment := _moment(whole[1], now)) is not None:
        return moment
    return _PIECE.sub(lambda found: _piece(found, words, now), text)


def _piece(found: re.Match[str], words: Mapping[str, str], now: float) -> str:
    name = found[1]
    if name is None:
        return found[0][0]
    moment = _moment(name, now)
    if moment is not None:
        return str(moment)
    if not words.get(name):
        raise Absent(name)
    return words[name]


def _moment(name: str, now: float) -> int | None:
    """Whole seconds since the epoch; None for what names no time."""
    found = _NOW.fullmatch(name)
    if found is None:
        return None
    step = seconds(found[2], least=0) if found[2] else 0
    return math.floor(now) + (-step if found[1] == "-" else step)


def _expect_text(place: str, text: str) -> None:
    expect(_is_unicode(text), place, "a text without halves of characters")
    for found in _PIECE.finditer(text):
        expect(found[0] in {"{{", "}}"} or (found[1] is not None and _can_fill(found[1])), place, _EXPECTED)
        parameter = (found[1] or "").removeprefix(PARAMETER)
        expect(parameter not in SECRETS, place, f"no secret in a claim: {parameter} is one")


def _can_fill(name: str) -> bool:
    if name in WORDS or (name.startswith(PARAMETER) and name != PARAMETER):
        return True
    try:
        return _moment(name, 0) is not None
    except ValueError:  # longer than anything lasts
        return False


def _expect_shallow(place: str, depth: int) -> None:
    expect(depth < DEEPEST, place, f"at most {DEEPEST} levels of arrays and objects")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
