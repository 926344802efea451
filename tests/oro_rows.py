"""What a client can observe of OroCommerce, row by row: which tests show it, or why none does.

`python tests/oro_rows.py` writes the table into the documentation; a test compares it.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

ALL: Final = ("5.0", "5.1", "6.0", "6.1")
OWN_LOGIN: Final = ("5.0", "5.1", "6.0")
FROM_5_1: Final = ("5.1", "6.0", "6.1")
FROM_6_0: Final = ("6.0", "6.1")
V5: Final = ("5.0", "5.1")
V50: Final = ("5.0",)
V60: Final = ("6.0",)
V61: Final = ("6.1",)

HERE: Final = Path(__file__).parent
PAGE: Final = HERE.parent / "docs" / "orocommerce.md"
PLACES: Final = (HERE / "mockidp/dialects/orocommerce", HERE / "together")
FRAME: Final = re.compile(r"(?<=<!-- rows -->\n).*?(?=<!-- end of rows -->)", re.DOTALL)

APP: Final = "the app behind the gate decides this: realmgate authenticates, and knows no resource"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of what can be observed; `unverified` means that nobody has seen it asserted."""

    says: str
    versions: tuple[str, ...] = ALL
    unverified: bool = False
    reason: str = ""


def covers(*rows: str, versions: tuple[str, ...] = ALL) -> Callable[[Any], Any]:
    """Mark a test that shows these rows, and run it for each of the versions."""
    assert set(rows) <= set(ROWS)
    return pytest.mark.parametrize("version", versions)


@cache
def covered() -> dict[str, dict[str, set[str]]]:
    """By row and version, the files whose tests show it; read off the sources, so that no test has to run."""
    found: dict[str, dict[str, set[str]]] = {}
    for path, decorator in _decorators():
        said = {keyword.arg: keyword.value for keyword in decorator.keywords}
        versions = globals()[said["versions"].id] if "versions" in said else ALL  # type: ignore[attr-defined]
        for row in (ast.literal_eval(argument) for argument in decorator.args):
            for version in versions:
                found.setdefault(row, {}).setdefault(version, set()).add(path.stem)
    return found


def _decorators() -> Iterator[tuple[Path, ast.Call]]:
    for path in sorted(file for place in PLACES for file in place.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for decorator in getattr(node, "decorator_list", ()):
                if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "covers":
                    yield path, decorator


def table() -> str:
    """The rows as the documentation shows them."""
    shown = covered()
    lines = ["", "| row | | 5.0 | 5.1 | 6.0 | 6.1 | |", "|---|---|---|---|---|---|---|"]
    for name, row in ROWS.items():
        cells = [_cell(version, row, shown.get(name, {})) for version in ALL]
        note = row.reason or ("unverified" if row.unverified else "")
        lines.append(f"| {name} | {row.says} | {' | '.join(cells)} | {note} |")
    return "\n".join((*lines, "", ""))


def _cell(version: str, row: Row, shown: dict[str, set[str]]) -> str:
    if version in shown:
        return "✓"
    return "n/a" if version not in row.versions else " "


ROWS: Final[dict[str, Row]] = {
    "A1": Row(says="storefront authorize without a login leads to the login page", versions=OWN_LOGIN, unverified=True),
    "A2": Row(
        says="back-office authorize without a login leads to its login page", versions=OWN_LOGIN, unverified=True
    ),
    "A3": Row(says="both lead to the ordinary login pages", versions=V61, unverified=True),
    "A4": Row(says="no login page without a client of this application", versions=OWN_LOGIN),
    "A5": Row(says="fields and words of the login page", versions=OWN_LOGIN),
    "A6": Row(says="a good login leads back to authorize", versions=OWN_LOGIN, unverified=True),
    "A7": Row(says="a bad login leads back to the login page", versions=OWN_LOGIN, unverified=True),
    "A8": Row(says="fields and words of the consent page"),
    "A9": Row(says="a grant leads to the client with a code, parameters from the query only"),
    "A10": Row(says="anything but `true` is a denial, `?&error=` without a state"),
    "A11": Row(says="form token of the consent page: checked in 5.0, not since"),
    "A12": Row(says="no `response_type=code` or no client: 400 without redirect"),
    "A13": Row(says="unknown or inactive client, or its API off: 401 without redirect"),
    "A14": Row(says="unregistered `redirect_uri`: 401 without redirect"),
    "A15": Row(says="no `redirect_uri`: the only registered one"),
    "A16": Row(says="no `redirect_uri`, and none or several registered: 401"),
    "A17": Row(says="any port on 127.0.0.1 and [::1], nothing else"),
    "A18": Row(says="a client of the other application: 404"),
    "A19": Row(says="a public client needs a challenge"),
    "A20": Row(says="a challenge without method is `plain`"),
    "A21": Row(says="`plain` needs the client's permission"),
    "A22": Row(says="other methods and malformed challenges"),
    "A23": Row(says="every scope exists"),
    "A24": Row(says="a client that skips consent", versions=FROM_5_1),
    "A25": Row(says="`authorize-visitor`", versions=V61),
    "A26": Row(
        says="`visitor_access_token` at authorize",
        versions=V61,
        reason="accepted, good or not; there are no shopping lists that could move",
    ),
    "A27": Row(says="no keys installed: 401"),
    "A28": Row(says="authorize does not look at the client's grants"),
    "A29": Row(says="no logout of OAuth's own"),
    "B1": Row(says="form or JSON body"),
    "B2": Row(says="HTTP Basic for the client; in 5.0 it ends in 500 (unverified)"),
    "B3": Row(says="status, headers and members of success (`private` in `Cache-Control`: unverified)"),
    "B4": Row(says="status and headers of a refusal"),
    "B5": Row(says="no, unknown or disabled grant"),
    "B6": Row(says="no `client_id`"),
    "B7": Row(
        says="all that is wrong with a client looks the same",
        reason="an organization that is disabled looks like a client that is not active: say `active = false`",
    ),
    "B8": Row(says="unregistered `redirect_uri`, at any grant"),
    "B9": Row(says="code for tokens"),
    "B10": Row(says="no `code`"),
    "B11": Row(says="garbage for a code"),
    "B12": Row(says="an expired code"),
    "B13": Row(says="a used code; its tokens stay good"),
    "B14": Row(says="another client's code"),
    "B15": Row(says="`redirect_uri` missing in the exchange"),
    "B16": Row(says="another `redirect_uri` in the exchange"),
    "B17": Row(says="no `code_verifier`"),
    "B18": Row(says="a wrong `code_verifier` does not use up the code"),
    "B19": Row(says="a `code_verifier` that nobody asked for"),
    "B20": Row(says="public clients at the token endpoint"),
    "B21": Row(says="`client_credentials`, without a refresh token"),
    "B22": Row(says="`client_credentials` by a public client"),
    "B23": Row(says="`password`"),
    "B24": Row(says="wrong credentials, or a user of the other application"),
    "B25": Row(says="a disabled or locked account, before the password"),
    "B26": Row(says="no `username` or `password`"),
    "B27": Row(says="`guest`/`guest` at the storefront: a visitor"),
    "B28": Row(says="`guest`/`guest` at the back-office"),
    "B29": Row(says="logging in by password switched off", versions=FROM_6_0),
    "B30": Row(
        says="`visitor_access_token` with a password",
        versions=V61,
        reason="accepted, good or not; there are no shopping lists that could move",
    ),
    "B31": Row(says="refreshing takes back the pair before at once"),
    "B32": Row(says="garbage for a refresh token: 401"),
    "B33": Row(says="another client's refresh token: 401"),
    "B34": Row(says="an expired or used refresh token: 401"),
    "B35": Row(says="refreshing by a closed account"),
    "B36": Row(says="refreshing for more scope"),
    "B37": Row(says="refreshing keeps the visitor"),
    "B38": Row(says="which clients may refresh"),
    "B39": Row(
        says="refreshing switched off",
        unverified=True,
        reason="the code lifetime that 5.0 and 5.1 lose with it (a bug) is not imitated",
    ),
    "B40": Row(says="no keys installed: 401"),
    "B41": Row(says="malformed JSON", unverified=True),
    "B42": Row(says="a body of another type is not looked at", unverified=True),
    "B43": Row(says="`GET /oauth2-token`: 405", unverified=True),
    "B44": Row(says="no token endpoint below the prefix", unverified=True),
    "B45": Row(says="`session_transfer`", versions=(), reason="came after 6.1, with 7.0.5"),
    "C1": Row(says="a good token, as often as wanted"),
    "C2": Row(says="a back-office token at the storefront API"),
    "C3": Row(says="a storefront token at the back-office API"),
    "C4": Row(says="garbage, forged, expired, early and revoked tokens"),
    "C5": Row(says="a client or user closed since"),
    "C6": Row(says="no token at the back-office API"),
    "C7": Row(says="no token at the storefront API"),
    "C8": Row(
        says="guests at a resource that is open to them", reason="which resources are, the app says: `anonymous=True`"
    ),
    "C9": Row(says="guests at a resource that is not", reason="the app says so with `requires`"),
    "C10": Row(says="a bad token is no guest"),
    "C11": Row(says="only `Bearer` in this spelling counts"),
    "C12": Row(says="no token in the address"),
    "C13": Row(says="a token in a JSON:API body", versions=FROM_6_0),
    "C14": Row(
        says="a token in a cookie", versions=V61, reason="off in OroCommerce unless configured; here it is always off"
    ),
    "C15": Row(says="a client limited to some APIs", versions=(), reason=APP),
    "C16": Row(says="`OPTIONS` is never authenticated", reason="what it answers is up to the app"),
    "C17": Row(says="the Web API feature is off", versions=(), reason=APP),
    "C18": Row(says="guest access to the storefront is off", versions=(), reason=APP),
    "C19": Row(says="no permission", versions=(), reason=APP),
    "C20": Row(says="a visitor without shopping lists", versions=(), reason=APP),
    "C21": Row(says="a 401 keeps its CORS headers", reason="with a `CORSMiddleware` around the gate"),
    "C22": Row(says="content type of the empty 401", unverified=True),
    "C23": Row(
        says="session cookie and `X-CSRF-Header`",
        versions=(),
        reason="of no use to clients: OroCommerce's own pages use it",
    ),
    "D1": Row(says="`OPTIONS` without an origin"),
    "D2": Row(says="preflight"),
    "D3": Row(says="`OPTIONS` with an origin, but no preflight"),
    "D4": Row(says="answers and refusals for an allowed origin"),
    "D5": Row(says="no CORS at authorize"),
    "D6": Row(says="metadata of both servers", versions=FROM_6_0),
    "D7": Row(says="nothing at the server's own address", versions=FROM_6_0),
    "D8": Row(says="metadata of no server", versions=FROM_6_0),
    "D9": Row(says="metadata of protected resources", versions=FROM_6_0),
}


if __name__ == "__main__":
    PAGE.write_text(FRAME.sub(lambda _: table(), PAGE.read_text("utf-8")), "utf-8")
