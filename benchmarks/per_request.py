"""Part one: what a request costs more with a gate than without, for us and for others, in microseconds and in floors.

Each contender runs in a process of its own, those with needs of their own in an environment of their own. Every process
times the bare app and the bare verification as well, and rounds go from one to the next. What was least in a round is
compared within that round, and the median of the rounds is shown.
"""

import json
import subprocess
import sys
import threading
import venv
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any

from child import ALONE
from credentials import JWKS, setup

HERE = Path(__file__).parent
ROUNDS = 9
OURS = ("realmgate_asgi", "realmgate_wsgi")
PEERS = {
    "joserfc_backend": ("joserfc", "starlette"),
    "pyjwt": ("pyjwt[crypto]", "starlette"),
    "authlib_validator": ("authlib", "starlette"),
    "auth0_fastapi_api": ("auth0-fastapi-api", "httpx"),
    # Asks for a cryptography that is too old for the others.
    "fastapi_jwks_middleware": ("fastapi-jwks", "fastapi", "httpx"),
}
TITLES = {
    "realmgate_asgi": "realmgate, ASGI",
    "realmgate_wsgi": "realmgate, WSGI",
    "joserfc_backend": "Starlette backend on joserfc",
    "pyjwt": "Starlette backend on PyJWT",
    "authlib_validator": "Starlette backend on Authlib's validator",
    "auth0_fastapi_api": "auth0-fastapi-api",
    "fastapi_jwks_middleware": "fastapi-jwks",
}


class Contender:
    """A child process that builds its apps and times them when asked."""

    def __init__(self, name: str, python: Path, settings: dict[str, Any]) -> None:
        self.name = name
        self._process = subprocess.Popen(  # noqa: S603 - our own script, in an environment of ours
            [python, "-W", "ignore", HERE / "child.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        about = self._ask(json.dumps({**settings, "contender": name}))
        self.versions: dict[str, str] = about["versions"]
        self.rounds: dict[str, list[float]] = {case: [] for case in about["cases"]}

    def round(self) -> None:
        for case, seconds in self._ask("round").items():
            self.rounds[case].append(seconds)

    def stop(self) -> None:
        self._process.communicate()

    def _ask(self, line: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"the contender {self.name} has ended early")
        return json.loads(answer)


def measure(rounds: int = ROUNDS) -> list[Contender]:
    with JwksServer() as url:
        settings = setup(url)
        contenders = [Contender(name, Path(sys.executable), settings) for name in OURS]
        contenders += [Contender(name, environment(name, packages), settings) for name, packages in PEERS.items()]
        for _ in range(rounds):
            for contender in contenders:
                contender.round()
        for contender in contenders:
            contender.stop()
    return contenders


def environment(name: str, packages: tuple[str, ...]) -> Path:
    """The Python of a contender's own environment, made on the first run."""
    folder = HERE / ".venvs" / name
    python = folder / "bin" / "python"
    ready = folder / ".ready"
    if not ready.exists():
        print(f"Setting up {name} ...", file=sys.stderr)
        venv.create(folder, with_pip=True)
        install = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *packages]
        subprocess.run(install, check=True)  # noqa: S603 - constants of ours
        ready.touch()
    return python


def report(contenders: list[Contender]) -> str:
    """One row per contender, algorithm and way, as a Markdown table."""
    lines = [
        "| contender | token | floor µs | bare app µs | gate adds µs | in floors |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for contender in contenders:
        rounds = contender.rounds
        for case, times in rounds.items():
            algorithm, _, way = case.partition(" ")
            if way in ("floor", "bare"):
                continue
            floors = rounds[f"{algorithm} floor"]
            bares = [0.0] * len(times) if way == ALONE else rounds[f"{algorithm} bare"]
            added = [time - bare for time, bare in zip(times, bares, strict=True)]
            in_floors = median(each / floor for each, floor in zip(added, floors, strict=True))
            figures = (f"{median(each) * 1e6:.1f}" for each in (floors, bares, added))
            lines.append(f"| {TITLES[contender.name]} | {algorithm}, {way} | {' | '.join(figures)} | {in_floors:.2f} |")
    return "\n".join(lines)


def versions(contenders: list[Contender]) -> str:
    """What was installed in each environment."""
    return "\n".join(
        f"* {TITLES[each.name]}: " + ", ".join(f"{name} {number}" for name, number in each.versions.items())
        for each in contenders
    )


class JwksServer:
    """Serves the public keys on loopback, for those who will only take them from an address."""

    def __enter__(self) -> str:
        body = json.dumps(JWKS).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}/jwks.json"

    def __exit__(self, *_exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()


if __name__ == "__main__":
    measured = measure()
    print(report(measured))
    print(versions(measured))
