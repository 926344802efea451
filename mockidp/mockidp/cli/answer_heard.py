"""How an answer ends, for whoever reads along: its status, and the OAuth error that it tells the client."""

import json
import re
from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.types import Message

LONGEST_BODY: Final = 4096
LONGEST_TEXT: Final = 200
FIRST_ERROR: Final = 400

_CODE: Final = re.compile(r"[a-z_]{1,64}")


class AnswerHeard:
    """Listens to one answer; of its body and its address nothing is kept but `error` and `error_description`.

    Those are our own words and hold nothing that the client sent (RFC 6749 §4.1.2.1 and §5.2); a fault may spoil them.
    """

    def __init__(self) -> None:
        self.status = 0
        self.error = ""
        self.description = ""

    def hear(self, message: Message) -> None:
        """Take in one message of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._keep(_in_query(Headers(raw=message["headers"]).get("location", "")))
        elif self.status >= FIRST_ERROR and not self.error:
            self._keep(_in_json(message.get("body", b"")))

    def __str__(self) -> str:
        """The error, with its text if it has one."""
        return f"{self.error}: {self.description}" if self.description else self.error

    def _keep(self, said: dict[str, object]) -> None:
        error, text = said.get("error"), said.get("error_description")
        if isinstance(error, str) and _CODE.fullmatch(error):
            self.error = error
            self.description = _shown(text) if isinstance(text, str) else ""


def _in_query(location: str) -> dict[str, object]:
    """What goes back to a client; where a browser is only sent on to another page, the query is still the caller's."""
    if location.startswith("/"):
        return {}
    return dict(parse_qsl(location.partition("?")[2].partition("#")[0]))


def _in_json(body: bytes) -> dict[str, object]:
    if len(body) > LONGEST_BODY:
        return {}
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _shown(text: str) -> str:
    return text[:LONGEST_TEXT] if text.isascii() and text.isprintable() else ""
