"""`mockidp env` and `mockidp ca`, as they are asked for."""

from typing import Any, Final

from ..control.table import OPERATIONS
from ..environment_formats import FORMATS
from ..extra import expect_extra
from .asking import ask
from .control import add_address
from .words import KEYS_DIR, Failed, give

TELLING: Final = (
    "Prints what an app under test needs to know, as environment variables: of the configuration, with no server "
    "running, or with --at of the one that runs there."
)
TRUSTING: Final = (
    "Prints the file of the certificate authority that `serve --tls --keys-dir` uses, which is made if there is none."
)
ENV: Final = OPERATIONS["env"]
CA_OUTPUTS: Final = ("path", "pem")


def add(commands: Any) -> None:
    """Add both."""
    env = commands.add_parser("env", help="what an app under test needs to know", description=TELLING)
    env.set_defaults(run=_env)
    env.add_argument(
        "--format", dest="form", choices=sorted(FORMATS), default="shell", help="how to print it (default: shell)"
    )
    env.add_argument("--realm", help="of this realm only")
    env.add_argument("--client", help="the client that the app is (default: the realm's first one)")
    ca = commands.add_parser("ca", help="the certificate authority of `serve --tls`", description=TRUSTING)
    ca.set_defaults(run=_ca)
    ca.add_argument("-o", dest="output", choices=CA_OUTPUTS, default="path", help="what to print (default: path)")
    for one in (env, ca):
        one.add_argument("--config", metavar="FILE", help="realms, users, clients and settings in TOML, YAML or JSON")
        one.add_argument("--base-url", metavar="URL", help="where the provider is (default: of the file, else 8800)")
        one.add_argument(
            "--keys-dir", metavar="DIR", help=f"where the authority is (default: the file's, else {KEYS_DIR})"
        )
    add_address(env)
    env.add_argument("--tls", action="store_true", default=None, help="as `serve --tls`")


def _env(*, form: str, server: str | None = None, control_token: str | None = None, **said: Any) -> None:
    if server is not None:
        give(FORMATS[form](_told_there(server, control_token, **said)))
        return
    expect_extra()
    from .offline_environment import env  # noqa: PLC0415

    give(FORMATS[form](env(**said)))


def _told_there(
    server: str, control_token: str | None, *, realm: str | None, client: str | None, **place: Any
) -> dict[str, str]:
    """What the server tells, with its own configuration."""
    if any(place.values()):
        raise Failed("--at asks a running server, which has its own --config, --base-url, --keys-dir and --tls")
    asked = {name: value for name, value in (("realm", realm), ("client", client)) if value is not None}
    variables: dict[str, str] = ask("GET", ENV.path, asked, at=server, control_token=control_token)["variables"]
    return variables


def _ca(**said: Any) -> None:
    expect_extra()
    from .offline_environment import ca  # noqa: PLC0415

    give(ca(**said))
