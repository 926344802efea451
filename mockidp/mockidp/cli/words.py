"""What the sub-commands share: what they say of themselves, and how they say anything."""

import contextlib
import sys
from typing import Final

DESCRIPTION: Final = "A mock identity provider for local development and tests. Never use it for real users."
CONTROL_TOKEN: Final = "MOCKIDP_CONTROL_TOKEN"  # noqa: S105  # the name of an environment variable
KEYS_DIR: Final = ".mockidp"
EXAMPLES: Final = """\
examples:
  mockidp serve                                  the demo shop on http://127.0.0.1:8800
  mockidp serve --access-token-lifetime 30s      see what an app does when its tokens expire
  mockidp serve --backend-prefix /office         another place for the back-office's login
  mockidp serve --single                         a back-office without a storefront
  mockidp serve --dialect orocommerce            answer like OroCommerce (--oro-version 5.0, 5.1, 6.0 or 6.1)
  mockidp init                                   a configuration file to begin with
  mockidp serve --config mockidp.toml --port 0   your realms, users and clients, on a free port

Durations are 30s, 5m, 1h, 2d or plain seconds.
"""

KINDS: Final = """\
without a server: serve, token, trust, init, env, ca
control a running one (--at URL): all others, and token and env with --at
"""
CONTROLLING: Final = """
control a running one:
  mockidp clock advance --minutes 10             let its tokens expire
  mockidp faults next expired                    have the next token lie
  mockidp keys rotate                            sign with new keys
  mockidp requests                               what apps really sent
"""


class Failed(Exception):
    """The command cannot do what it was asked to do: one line that says why, and the status to exit with."""

    def __init__(self, problem: str, *, status: int = 2) -> None:
        super().__init__(problem)
        self.status = status


def can_say(text: str) -> bool:
    """Has the standard output all of these characters? Not every terminal does, nor every file on Windows."""
    return _sayable(text) == text


def say(text: str) -> None:
    """A line for whoever reads along; characters that there are not come as escapes."""
    # They may have gone; that is no reason to refuse a request.
    with contextlib.suppress(OSError):
        give(text)


def give(text: str) -> None:
    """The same for whoever asked for just this: OSError where it cannot be written, unless they want no more of it."""
    with contextlib.suppress(BrokenPipeError, ValueError):
        # In one piece: print itself writes the end of a line apart, and another thread may come between.
        print(f"{_sayable(text)}\n", end="", flush=True)  # noqa: T201  # this is what the command is for


def _sayable(text: str) -> str:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def said_version() -> str:
    """The version of what is installed."""
    from importlib.metadata import version  # noqa: PLC0415  # it takes longer to load than most commands to run

    return version("realmgate")
