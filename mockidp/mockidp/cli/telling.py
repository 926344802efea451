"""How `mockidp serve` tells what it does: lines for people, or JSON for programs."""

import contextlib
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from .words import DESCRIPTION, said_version, say

if TYPE_CHECKING:
    from .. import MockIdp
    from .structured_log import ChangeLog


class Telling(Protocol):
    """What is told, from the start to the end."""

    def attach(self, idp: "MockIdp") -> contextlib.AbstractContextManager[None]:
        """Tell of requests, and of what happens meanwhile."""
        ...

    def listening(self, idp: "MockIdp") -> None:
        """It answers."""
        ...

    def say(self, event: str) -> None:
        """It is `ready`, or has `stopped`."""
        ...

    def note(self, text: str) -> None:
        """A sentence about the configuration."""
        ...


class Text:
    """Lines for the person at the terminal."""

    def __init__(self) -> None:
        logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)

    @contextlib.contextmanager
    def attach(self, idp: "MockIdp") -> Iterator[None]:
        """A line for each request."""
        from .request_lines import RequestLines  # noqa: PLC0415  # needs the extra

        idp.app = RequestLines(idp.app, say)
        yield

    def listening(self, idp: "MockIdp") -> None:
        """What to open, and as whom to log in there."""
        say(_welcome(idp))

    def say(self, event: str) -> None:
        """One word."""
        say(f"{event.capitalize()}.")

    def note(self, text: str) -> None:
        """The sentence."""
        say(text)


class Json:
    """One JSON object in each line; what the logging module is told goes to the standard error output alike."""

    def __init__(self) -> None:
        from .structured_log import JsonFormatter  # noqa: PLC0415  # needs the extra

        handler = logging.StreamHandler()
        handler.setFormatter(JsonFormatter())
        logging.basicConfig(handlers=[handler], level=logging.WARNING)
        self._changes: ChangeLog | None = None

    @contextlib.contextmanager
    def attach(self, idp: "MockIdp") -> Iterator[None]:
        """Requests and changes."""
        from .structured_log import ChangeLog, RequestLog  # noqa: PLC0415

        idp.app = RequestLog(idp.app, idp.provider, say)
        self._changes = ChangeLog(idp.provider, say)
        with self._changes.told():
            yield

    def listening(self, idp: "MockIdp") -> None:
        """Where it answers."""
        from .structured_log import line  # noqa: PLC0415

        realms = {realm.name: _address(idp, realm.name) for realm in idp.config.realms}
        say(line("listening", url=idp.local_url, base_url=idp.base_url, realms=realms, ca_file=idp.ca_file))

    def say(self, event: str) -> None:
        """One event."""
        from .structured_log import line  # noqa: PLC0415

        say(line(event))

    def note(self, text: str) -> None:
        """The sentence, and what has changed."""
        from .structured_log import line  # noqa: PLC0415

        say(line("note", message=text))
        if self._changes:
            self._changes.look()


FORMATS: dict[str, type[Text | Json]] = {"text": Text, "json": Json}


def _welcome(idp: "MockIdp") -> str:
    rows = [("Start page", f"{idp.provider.browser_base_url}/", "")]
    for realm in idp.config.realms:
        login = f"log in as {realm.users[0].username} / {realm.users[0].password}" if realm.users else ""
        rows.append((realm.title, _address(idp, realm.name), login))
    if idp.ca_file:
        rows.append(("CA", idp.ca_file, "trust it: mockidp env"))
    titles, addresses = (max(len(row[column]) for row in rows) for column in (0, 1))
    table = (f"  {title:<{titles}}  {address:<{addresses}}  {login}".rstrip() for title, address, login in rows)
    return "\n".join(
        (f"mockidp {said_version()} listens on {idp.local_url}. {DESCRIPTION}", "", *table, "", "Ctrl-C stops it.", "")
    )


def _address(idp: "MockIdp", realm: str) -> str:
    """Where clients begin: the issuer, which leads to all the rest, or where there is none, the authorize page."""
    if idp.config.dialect == "standard":
        return idp.issuer(realm)
    return idp.base_url + idp.config.paths(idp.config.realm(realm)).authorize
