"""`mockidp token` and `mockidp trust`, as they are asked for."""

from typing import Any, Final

from .arguments import claim, duration
from .words import expect_extra, say

MINTING: Final = "Prints a signed access token. Its key is kept in --keys-dir, for `trust` and `serve --keys-dir`."
TRUSTING: Final = "Writes each realm's public keys into --keys-dir, and prints the realms that trust them."
OUTPUTS: Final = ("token", "json", "header", "curl")


def add(commands: Any) -> None:
    """Add both."""
    token = commands.add_parser("token", help="make a token, with no server running", description=MINTING)
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


def _token(**said: Any) -> None:
    expect_extra()
    from .offline import mint  # noqa: PLC0415

    say(mint(**said))


def _trust(**said: Any) -> None:
    expect_extra()
    from .offline import trust  # noqa: PLC0415

    say(trust(**said))
