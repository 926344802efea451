"""`mockidp serve`: a provider that answers until it is told to stop."""

import argparse
import contextlib
import gc
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any, Final, get_args

from ..settings.config import Dialect, OroVersion
from .arguments import duration, port
from .telling import FORMATS
from .variables import read_all, settle, stand_in
from .words import CONTROL_TOKEN, DESCRIPTION, EXAMPLES, Failed

OTHERS: Final = (
    "host",
    "port",
    "allow_remote",
    "control_token",
    "log_format",
)  # flags that are no settings of the configuration


def add(commands: Any) -> None:
    """Add the sub-command and its flags."""
    words = argparse.RawDescriptionHelpFormatter
    serve = commands.add_parser(
        "serve", help="run the provider until Ctrl-C", description=DESCRIPTION, epilog=EXAMPLES, formatter_class=words
    )
    serve.set_defaults(run=lambda **said: _serve(**read_all(said)))
    _add_where(serve)
    _add_what(serve)
    _add_how_long(serve)
    stand_in(serve)


def _add_where(serve: argparse.ArgumentParser) -> None:
    where = serve.add_argument_group("where it listens")
    where.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    where.add_argument("--port", default=8800, type=port, help="port, 0 for a free one (default: %(default)s)")
    where.add_argument("--allow-remote", action="store_true", help="let --host be one that other machines can reach")
    where.add_argument(
        "--control-token", metavar="TOKEN", help=f"what whoever controls it has to know (default: ${CONTROL_TOKEN})"
    )
    where.add_argument("--log-format", choices=sorted(FORMATS), default="text", help="what it prints (default: text)")
    where.add_argument("--base-url", metavar="URL", help="how clients reach it, if not by host and port")
    where.add_argument("--browser-base-url", metavar="URL", help="how browsers reach it, if not as clients do")


def _add_what(serve: argparse.ArgumentParser) -> None:
    what = serve.add_argument_group("what it serves", "Each of these overrules the file.")
    what.add_argument("--config", metavar="FILE", help="realms, users, clients and settings in TOML, YAML or JSON")
    what.add_argument("--backend-prefix", metavar="PATH", help="path before the back-office's login (default: /admin)")
    what.add_argument("--single", action="store_true", default=None, help="only the back-office, unprefixed")
    what.add_argument("--shared-keys", action="store_true", default=None, help="one set of signing keys for all realms")
    what.add_argument("--keys-dir", metavar="DIR", help="keep the signing keys there, for the next start")
    what.add_argument("--tls", action="store_true", default=None, help="https, with an authority that `ca` prints")
    what.add_argument("--registration", action="store_true", default=None, help="let clients register themselves")
    what.add_argument("--dialect", choices=get_args(Dialect), help="how it talks (default: standard)")
    versions = get_args(OroVersion)
    what.add_argument(
        "--oro-version", choices=versions, help=f"which OroCommerce it talks like (default: {versions[-1]})"
    )


def _add_how_long(serve: argparse.ArgumentParser) -> None:
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
            f"--{thing}-lifetime", metavar="DURATION", type=duration, help=f"for example 30s (default: {default})"
        )


def _serve(
    *,
    config: str | None,
    host: str,
    port: int,
    allow_remote: bool,
    control_token: str | None,
    log_format: str,
    **overrides: Any,
) -> None:
    from .. import MockIdp  # noqa: PLC0415  # needs the extra
    from ..config_sources.environment_settings import naming  # noqa: PLC0415
    from ..reloading import Reloading  # noqa: PLC0415
    from ..serving.loopback import is_loopback  # noqa: PLC0415

    if not is_loopback(host) and not allow_remote:
        raise Failed(f"other machines can reach {host!r}: use 127.0.0.1, or add --allow-remote")
    telling = FORMATS[log_format]()
    settled = settle(config, overrides, others=OTHERS)
    reached: dict[str, Any] = {"host": host, "port": port, "allow_remote": allow_remote}
    token = os.environ.get(CONTROL_TOKEN) if control_token is None else control_token
    with naming(settled.from_environment):
        idp = MockIdp(settled.config, **reached, control_token=token, **settled.overrides)
    if settled.file:
        idp.provider.source = Reloading(settled.file, idp.configure, telling.note, settled.overrides)
    with telling.attach(idp), _told_to_stop() as stopped, idp:
        telling.listening(idp)
        gc.enable()  # which the command turned off, to start sooner
        idp.provider.warm_up().join()
        telling.say("ready")
        while not stopped.wait(1):  # a signal ends the wait at once, but on Windows only between two
            if idp.provider.source:
                idp.provider.source.check()
    telling.say("stopped")


@contextlib.contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    stopped = threading.Event()

    def stop(number: int, _frame: object) -> None:
        if stopped.is_set():
            os._exit(128 + number)  # said twice, it is meant: nothing is waited for
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
