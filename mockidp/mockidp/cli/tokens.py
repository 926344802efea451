"""`mockidp token` and `mockidp trust`, as they are asked for."""

from typing import Any, Final

from ..control.table import OPERATIONS
from ..extra import expect_extra
from .arguments import claim, duration
from .asking import ask
from .control import add_address
from .printed import printed
from .words import Failed, give

MINTING: Final = (
    "Prints a signed access token. Its key is kept in --keys-dir, for `trust` and `serve --keys-dir`; "
    "with --at, it is the running server's."
)
TRUSTING: Final = "Writes each realm's public keys into --keys-dir, and prints the realms that trust them."
TOKEN: Final = OPERATIONS["token"]
OUTPUTS: Final = ("token", "json", "header", "curl")


def add(commands: Any) -> None:
    """Add both."""
    token = commands.add_parser(
        "token", help="make a token, with no server running or by one that is", description=MINTING
    )
    token.add_argument("realm", metavar="REALM", help="storefront, backoffice or another one of the file")
    token.add_argument("--subject", help="whom it speaks of (default: the realm's first user)")
    token.add_argument("--client", help="the client it is issued to (default: the realm's first one)")
    token.add_argument("--scope", default="", help="scopes with spaces between them")
    token.add_argument("--audience", help="whom it is meant for (default: the realm's audience)")
    token.add_argument("--claim", action="append", default=[], type=claim, metavar="NAME=VALUE", help="one more claim")
    token.add_argument("--expires-in", metavar="DURATION", type=duration, help="for example 5m (default: as served)")
    token.add_argument("--fault", help="how it lies, by a name of the catalogue")
    token.add_argument("-o", dest="output", choices=OUTPUTS, default="token", help="what to print (default: token)")
    token.set_defaults(run=_token)
    add_address(token)
    trust = commands.add_parser("trust", help="write what a gate needs to trust such tokens", description=TRUSTING)
    trust.set_defaults(run=_trust)
    for one in (token, trust):
        _add_place(one)


def _add_place(parser: Any) -> None:
    parser.add_argument("--config", metavar="FILE", help="realms, users, clients and settings in TOML, YAML or JSON")
    parser.add_argument(
        "--base-url", metavar="URL", help="where the provider would be (default: of the file, else 8800)"
    )
    parser.add_argument("--keys-dir", metavar="DIR", help="where the keys are (default: of the file, else .mockidp)")


def _token(*, server: str | None = None, control_token: str | None = None, **said: Any) -> None:
    if server is not None:
        give(_minted_there(server, control_token, **said))
        return
    expect_extra()
    from .offline import mint  # noqa: PLC0415

    give(mint(**said))


def _minted_there(
    server: str,
    control_token: str | None,
    *,
    claim: list[tuple[str, Any]],
    output: str,
    config: str | None,
    base_url: str | None,
    keys_dir: str | None,
    **said: Any,
) -> str:
    """What the server makes, with its own configuration and keys."""
    if config or base_url or keys_dir:
        raise Failed("--at asks a running server, which has its own --config, --base-url and --keys-dir")
    told = {name: value for name, value in said.items() if value is not None}
    made = ask("POST", TOKEN.path, {**told, "claims": dict(claim)}, at=server, control_token=control_token)
    return printed(made["access_token"], output)


def _trust(**said: Any) -> None:
    expect_extra()
    from .offline import trust  # noqa: PLC0415

    give(trust(**said))
