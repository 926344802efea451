"""The `mockidp` command."""

import argparse
import contextlib
import json
import logging
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, NoReturn, get_args

from .config import Dialect, OroVersion
from .durations import seconds
from .errors import ConfigError
from .overrides import Overrides

if TYPE_CHECKING:
    from . import MockIdp

DESCRIPTION: Final = "A mock identity provider for local development and tests. Never use it for real users."
EXAMPLES: Final = """\
examples:
  mockidp serve                                  the demo shop on http://127.0.0.1:8800
  mockidp serve --access-token-lifetime 30s      see what an app does when its tokens expire
  mockidp serve --backend-prefix /office         another place for the back-office's login
  mockidp serve --single                         a back-office without a storefront
  mockidp serve --dialect orocommerce            answer like OroCommerce (--oro-version 5.0, 5.1, 6.0 or 6.1)
  mockidp serve --config mockidp.toml --port 0   your realms, users and clients, on a free port

Durations are 30s, 5m, 1h, 2d or plain seconds.
"""

MINTING: Final = "Prints a signed access token. Its key is kept in --keys-dir, for `trust` and `serve --keys-dir`."
TRUSTING: Final = "Writes each realm's public keys into --keys-dir, and prints the realms that trust them."
KEYS_DIR: Final = ".mockidp"
OUTPUTS: Final = ("token", "json", "header", "curl")

NOT_INSTALLED: Final = 1
WRONG_USE: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the status to exit with."""
    parser = _parser()
    said = vars(parser.parse_args(arguments))
    command = said.pop("command")
    try:
        from . import MockIdp  # noqa: PLC0415  # this command must start, and say what to install, without the extra

        if command == "serve":
            return _serve(MockIdp, **said)
        if command in {"token", "trust"}:
            return _offline(command, **said)
    except ImportError as missing:
        return _complain(str(missing), NOT_INSTALLED)
    except ConfigError as problem:
        return _complain(_as_flag(problem), WRONG_USE)
    except OSError as problem:
        return _complain(str(problem), WRONG_USE)
    parser.print_help()
    return WRONG_USE


def _serve(
    make: "type[MockIdp]", *, config: str | None, host: str, port: int, allow_remote: bool, **overrides: Any
) -> int:
    from .config import load  # noqa: PLC0415
    from .request_lines import RequestLines  # noqa: PLC0415
    from .server import is_loopback  # noqa: PLC0415

    if not is_loopback(host) and not allow_remote:
        return _complain(f"other machines can reach {host!r}: use 127.0.0.1, or add --allow-remote", WRONG_USE)
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)
    loaded = load(config) if config else None
    idp = make(loaded, host=host, port=port, allow_remote=allow_remote, **overrides)
    idp.app = RequestLines(idp.app, _say)
    with _told_to_stop() as stopped, idp:
        _say(_welcome(idp))
        while not stopped.wait(1):
            pass  # A signal ends the wait at once, but on Windows Ctrl-C is noticed only between two.
    _say("Stopped.")
    return 0


def _offline(command: str, **said: Any) -> int:
    from .token_commands import mint, trust  # noqa: PLC0415

    _say(mint(**said) if command == "token" else trust(**said))
    return 0


@contextlib.contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    stopped = threading.Event()
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _welcome(idp: "MockIdp") -> str:
    rows = [("Start page", f"{idp.provider.browser_base_url}/", "")]
    for realm in idp.config.realms:
        login = f"log in as {realm.users[0].username} / {realm.users[0].password}" if realm.users else ""
        rows.append((realm.title, _address(idp, realm.name), login))
    titles, addresses = (max(len(row[column]) for row in rows) for column in (0, 1))
    table = (f"  {title:<{titles}}  {address:<{addresses}}  {login}".rstrip() for title, address, login in rows)
    return "\n".join(
        (f"mockidp {_version()} listens on {idp.local_url}. {DESCRIPTION}", "", *table, "", "Ctrl-C stops it.", "")
    )


def _address(idp: "MockIdp", realm: str) -> str:
    """Where clients begin: the issuer, which leads to all the rest, or where there is none, the authorize page."""
    if idp.config.dialect == "standard":
        return idp.issuer(realm)
    return idp.base_url + idp.config.paths(idp.config.realm(realm)).authorize


def _say(text: str) -> None:
    # Whoever reads along may have gone; that is no reason to refuse a request.
    with contextlib.suppress(OSError, ValueError):
        print(text, flush=True)  # noqa: T201  # this is what the command is for


def _as_flag(problem: ConfigError) -> str:
    if problem.file or problem.place not in Overrides.__annotations__:
        return str(problem)
    return f"--{problem.place.replace('_', '-')}: {problem.problem}"


def _complain(problem: str, status: int) -> int:
    print(f"mockidp: {problem}", file=sys.stderr)  # noqa: T201
    return status


def _version() -> str:
    return version("realmgate")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG_USE, f"mockidp: {message} (see {self.prog} --help)\n")


def _parser() -> _Parser:
    words = argparse.RawDescriptionHelpFormatter
    parser = _Parser(prog="mockidp", description=DESCRIPTION, epilog=EXAMPLES, formatter_class=words)
    parser.add_argument("--version", action="version", version=f"mockidp {_version()}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    serve = commands.add_parser(
        "serve", help="run the provider until Ctrl-C", description=DESCRIPTION, epilog=EXAMPLES, formatter_class=words
    )
    _add_settings(serve)
    token = commands.add_parser("token", help="make a token, with no server running", description=MINTING)
    token.add_argument("realm", metavar="REALM", help="storefront, backoffice or another one of the file")
    token.add_argument("--subject", help="whom it speaks of (default: the realm's first user)")
    token.add_argument("--client", help="the client it is issued to (default: the realm's first one)")
    token.add_argument("--scope", default="", help="scopes with spaces between them")
    token.add_argument("--audience", help="whom it is meant for (default: the realm's audience)")
    token.add_argument("--claim", action="append", default=[], type=_claim, metavar="NAME=VALUE", help="one more claim")
    token.add_argument("--expires-in", metavar="DURATION", type=_duration, help="for example 5m (default: as served)")
    token.add_argument("--fault", help="how it lies, by a name of the catalogue")
    token.add_argument("-o", dest="output", choices=OUTPUTS, default="token", help="what to print (default: token)")
    trust = commands.add_parser("trust", help="write what a gate needs to trust such tokens", description=TRUSTING)
    for one in (token, trust):
        one.add_argument("--config", metavar="FILE", help="realms, users, clients and settings in TOML")
        one.add_argument(
            "--base-url", metavar="URL", help="where the provider would be (default: of the file, else 8800)"
        )
        one.add_argument(
            "--keys-dir", metavar="DIR", default=KEYS_DIR, help="where the keys are (default: %(default)s)"
        )
    return parser


def _add_settings(serve: argparse.ArgumentParser) -> None:
    where = serve.add_argument_group("where it listens")
    where.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    where.add_argument("--port", default=8800, type=_port, help="port, 0 for a free one (default: %(default)s)")
    where.add_argument("--allow-remote", action="store_true", help="let --host be one that other machines can reach")
    where.add_argument("--base-url", metavar="URL", help="how clients reach it, if not by host and port")
    where.add_argument("--browser-base-url", metavar="URL", help="how browsers reach it, if not as clients do")

    what = serve.add_argument_group("what it serves", "Each of these overrules the file.")
    what.add_argument("--config", metavar="FILE", help="realms, users, clients and settings in TOML")
    what.add_argument("--backend-prefix", metavar="PATH", help="path before the back-office's login (default: /admin)")
    what.add_argument("--single", action="store_true", default=None, help="only the back-office, unprefixed")
    what.add_argument("--shared-keys", action="store_true", default=None, help="one set of signing keys for all realms")

    what.add_argument("--keys-dir", metavar="DIR", help="keep the signing keys there, for the next start")
    what.add_argument("--registration", action="store_true", default=None, help="let clients register themselves")
    what.add_argument("--dialect", choices=get_args(Dialect), help="how it talks (default: standard)")
    versions = get_args(OroVersion)
    what.add_argument(
        "--oro-version", choices=versions, help=f"which OroCommerce it talks like (default: {versions[-1]})"
    )

    how_long = serve.add_argument_group(
        "how long things live", "For each client and realm that does not say otherwise."
    )
    for thing, default in (
        ("access-token", "1h"),
        ("refresh-token", "30d"),
        ("id-token", "1h"),
        ("code", "10m"),
        ("device-code", "10m"),
        ("request-uri", "60s"),
    ):
        how_long.add_argument(
            f"--{thing}-lifetime", metavar="DURATION", type=_duration, help=f"for example 30s (default: {default})"
        )


def _claim(written: str) -> tuple[str, Any]:
    """`name=value`, where the value is JSON if it can be, else the text itself."""
    name, equals, value = written.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"expected NAME=VALUE, not {written!r}")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _duration(written: str) -> int:
    try:
        return seconds(written, least=0)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}, not {written!r}") from None


def _port(written: str) -> int:
    if not written.isascii() or not written.isdecimal() or int(written) > 65535:  # noqa: PLR2004  # the highest port
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 65535, not {written!r}")
    return int(written)
