"""What cannot be done, as an answer: problem details that name the place and what was expected there (RFC 9457)."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import msgspec
from msgspec import Struct

from ..errors import ConfigError

MEDIA_TYPE: Final = "application/problem+json"
_KINDS: Final = {
    "array": "a list",
    "bool": "true or false",
    "float": "a number",
    "int": "a whole number",
    "object": "an object",
    "str": "a text",
}
_KIND: Final = re.compile(r"`(\w+(?: \| \w+)*)`")
_PLACED: Final = re.compile(r"(?s)(?P<problem>.*) - at `\$\.?(?P<place>.*)`")


class Problem(Struct, frozen=True, kw_only=True):
    """`detail` says what is wrong and what to do; `place` is the argument it is about, empty for all of them."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    place: str = ""


class Refused(Exception):
    """The request is answered with a problem."""

    def __init__(
        self, status: HTTPStatus, detail: str, place: str = "", *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.place = place
        self.headers = headers or {}

    @property
    def problem(self) -> Problem:
        """What the answer says."""
        return Problem(title=self.status.phrase, status=self.status, detail=self.detail, place=self.place)


def wrong_argument(error: Exception) -> Refused:
    """An argument that does not fit, or not to what there is at this moment."""
    match error:
        case msgspec.ValidationError():
            return _invalid(error)
        case ConfigError():
            return Refused(HTTPStatus.UNPROCESSABLE_ENTITY, error.problem, error.place)
        case LookupError():
            return Refused(HTTPStatus.CONFLICT, str(error.args[0]) if error.args else "there is no such thing")
        case _:
            return Refused(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))


def _invalid(error: msgspec.ValidationError) -> Refused:
    """Our own refusals know the place inside their struct, msgspec's path leads to that struct."""
    found = _PLACED.fullmatch(str(error))
    problem, place = (found["problem"], found["place"]) if found else (str(error), "")
    if isinstance(error.__cause__, ConfigError):
        problem = error.__cause__.problem
        place = ".".join(part for part in (place, error.__cause__.place) if part)
    said = _KIND.sub(lambda kinds: _in_words(kinds[1]), problem)
    return Refused(HTTPStatus.UNPROCESSABLE_ENTITY, said[:1].lower() + said[1:], place)


def _in_words(written: str) -> str:
    """What is expected, or what came; that it may also be left out goes without saying."""
    kinds = [kind for kind in written.split(" | ") if kind != "null"]
    return " or ".join(_KINDS[kind] for kind in kinds) if kinds and _KINDS.keys() >= set(kinds) else f"`{written}`"
