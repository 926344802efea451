"""Part three: memory with 200,000 distinct good tokens, and with a flood of 1,000,000 distinct bad ones.

Each in a process of its own. What counts is that memory stands still: after 100,000 requests the gate has
remembered all it may ten times over, and the allocator has found its size.
"""

import gc
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice, product
from pathlib import Path
from typing import Any

import credentials
from resident import megabytes

from realmgate import Realm, Realms
from realmgate.wsgi import RealmGate

HERE = Path(__file__).parent
SCENES = {"good": (200_000, 200, 100_000), "bad": (1_000_000, 401, 100_000)}
TITLES = {"good": "200,000 distinct good tokens", "bad": "1,000,000 distinct bad tokens"}
MOST_GROWTH = 4.0


def report() -> str:
    """One row per scene, as a Markdown table."""
    lines = [
        "| requests | answered | MB at the start | MB after 100,000 | MB at the end |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    for name in SCENES:
        command = [sys.executable, "-W", "ignore", HERE / "memory.py", name]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - this very script
        lines.append(done.stdout.strip())
    return "\n".join(lines)


def scene(name: str) -> str:
    """Ask once with each token."""
    number, wanted, warm_after = SCENES[name]
    tokens = good_tokens() if name == "good" else bad_tokens()
    ask = asker()
    ask(credentials.mint("EdDSA"))
    start, warm, right = megabytes(), 0.0, 0
    for count, token in enumerate(islice(tokens, number)):
        right += ask(token) == wanted
        if count == warm_after:
            gc.collect()
            warm = megabytes()
    gc.collect()
    end = megabytes()
    if right != number or end - warm > MOST_GROWTH:
        raise SystemExit(f"{right} of {number} were answered {wanted}; {warm:.1f} MB became {end:.1f}")
    return f"| {TITLES[name]} | {wanted} | {start:.1f} | {warm:.1f} | {end:.1f} |"


def good_tokens() -> Iterator[str]:
    """Of the algorithm that signs fastest."""
    number = 0
    while True:
        number += 1
        yield credentials.mint("EdDSA", jti=f"token-{number}")


def bad_tokens() -> Iterator[str]:
    """Wrong in seven ways in turn, and never twice the same."""
    good, elsewhere = credentials.mint("RS256"), credentials.mint("RS256", aud=credentials.OTHER_AUDIENCE)
    header, payload, signature = good.split(".")
    bare = elsewhere.rpartition(".")[0]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for four in product(letters, repeat=4):
        mark = "".join(four)
        yield f"{header}.{payload}.{mark}{signature[4:]}"
        yield f"{credentials.segment({'alg': 'RS256', 'typ': 'at+jwt', 'kid': mark})}.{payload}.{signature}"
        yield f"{credentials.segment({'alg': 'none', 'typ': 'at+jwt', 'jku': mark})}.{payload}.{signature}"
        yield f"{header}.{credentials.segment({'iss': mark})}.{signature}"
        yield f"{bare}.{mark}{signature[4:]}"
        yield f"{header}.{payload}{mark}.{signature}"
        yield f"not-a-token-{mark}"


def asker() -> Callable[[str], int]:
    """Ask a gate as it comes by default, at the WSGI door."""
    realm = Realm("storefront", issuer=credentials.ISSUER, audience=credentials.AUDIENCE, keys=credentials.JWKS)
    app: Any = RealmGate(_app, realm=Realms(realm)["storefront"])
    statuses: list[str] = []

    def start_response(status: str, _headers: Any) -> None:
        statuses.append(status)

    def ask(token: str) -> int:
        statuses.clear()
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_AUTHORIZATION": f"Bearer {token}"}
        b"".join(app(environ, start_response))
        return int(statuses[0][:3])

    return ask


def _app(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [b"ok"]


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    print(scene(sys.argv[1]) if len(sys.argv) > 1 else report())
