"""Part four: the provider, beside other mocks in the same run: its start, its fixtures, its tokens, its memory.

The others run in environments of their own, made on the first run; one that cannot be installed here is left out.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from urllib.request import urlopen

import isolation
from asking import Pace, get, pace, post
from per_request import environment

HERE = Path(__file__).parent
STARTS, ROUNDS = 7, 3
# As installed: whoever installs a package by pip has it compiled, and compiles nothing at each start.
COMPILED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
NUMBER, WARM, MANY = 3000, 10_000, 50_000
GRANT = "grant_type=client_credentials"
OURS = f"{GRANT}&client_id=storefront-service&client_secret=storefront-service-secret"
ALGORITHMS = ("RS256", "ES256", "EdDSA")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mock:
    """A server to start: `{port}` stands in its command; `token` is the path and the form for a token, if it can."""

    title: str
    command: tuple[str | Path, ...]
    discovery: str
    token: tuple[str, str] | None = None
    inside: tuple[str | Path, ...] | None = None
    notes: list[str] = field(default_factory=list)


def report() -> str:
    mocks = list(filter(None, (ours(), oauth2_mock_server(), oidc_provider_mock())))
    return "\n\n".join((in_process(mocks), "\n".join(isolation.overhead(300)), over_sockets(mocks), memory()))


def ours() -> Mock:
    serve = (sys.executable, "-m", "mockidp", "serve", "--port", "{port}")
    discovery = "/storefront/.well-known/openid-configuration"
    inside = (sys.executable, HERE / "provider_child.py")
    return Mock(title="mockidp", command=serve, discovery=discovery, token=("/oauth2-token", OURS), inside=inside)


def oauth2_mock_server() -> Mock | None:
    folder = HERE / ".venvs" / "oauth2_mock_server"
    script = folder / "node_modules" / "oauth2-mock-server" / "dist" / "oauth2-mock-server.mjs"
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    if not script.exists():
        quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
        done = subprocess.run([npm, "install", "--prefix", folder, *quiet, "oauth2-mock-server"], check=False)  # noqa: S603
        if done.returncode:
            return None
    inside = shutil.copy(HERE / "contenders" / "oauth2_mock_server.mjs", folder)  # beside what it imports
    version = json.loads((script.parents[1] / "package.json").read_text("utf-8"))["version"]
    return Mock(
        title=f"oauth2-mock-server {version}",
        command=(node, script, "-a", "127.0.0.1", "-p", "{port}"),
        discovery="/.well-known/openid-configuration",
        token=("/token", GRANT),
        inside=(node, inside),
    )


def oidc_provider_mock() -> Mock | None:
    try:
        python = environment("oidc_provider_mock", ("oidc-provider-mock",))
    except subprocess.CalledProcessError:
        return None
    asked = [python, "-c", "from importlib.metadata import version; print(version('oidc-provider-mock'))"]
    version = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603
    command = (python.with_name("oidc-provider-mock"), "--port", "{port}")
    return Mock(title=f"oidc-provider-mock {version}", command=command, discovery="/.well-known/openid-configuration")


def in_process(mocks: list[Mock]) -> str:
    """Fixtures and minting, each in a process that has loaded everything."""
    lines = [
        "| | start ms | stop ms | reset ms | first token ms | RS256 tokens/s | ES256 | EdDSA |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    loaded = ""
    for mock in mocks:
        if mock.inside is None:
            continue
        rounds = [json.loads(output(mock.inside)) for _ in range(ROUNDS)]
        found = {name: median(one[name] for one in rounds) for name in rounds[0]}
        cells = [number(found.get(name), 1) for name in ("start", "stop", "reset", "first")]
        cells += [number(found.get(f"minted {algorithm}"), 0) for algorithm in ALGORITHMS]
        lines.append(f"| {mock.title} | {' | '.join(cells)} |")
        if "plugin" in found:
            loaded = f"Importing the plugin takes {found['plugin']:.1f} ms, the provider once {found['load']:.0f} ms."
    return "\n".join((*lines, "", loaded))


def over_sockets(mocks: list[Mock]) -> str:
    """Whole processes, from their start to their tokens."""
    lines = [
        "| | first answer ms | MB idle | MB loaded | c1 answers/s | p50 ms | p99 ms | c8 answers/s | p50 ms | p99 ms |",
        "| --- |" + " ---: |" * 9,
    ]
    titled = [(mock, what, path) for mock in mocks for what, path in asked_for(mock)]
    for mock, what, path in titled:
        starts = [start(mock) for _ in range(STARTS)]
        with running(mock) as (process, port):
            request = get(port, path[0]) if path[1] is None else post(port, path[0], path[1])
            idle = at_rest(process.pid)
            pace(port, request, connections=8, number=500)
            one, eight = (best(port, request, connections) for connections in (1, 8))
            loaded = resident(process.pid)
        paces = " | ".join(f"{turn.rate:,.0f} | {turn.p50:.2f} | {turn.p99:.2f}" for turn in (one, eight))
        lines.append(f"| {mock.title}, {what} | {median(starts):.0f} | {idle:.1f} | {loaded:.1f} | {paces} |")
    return "\n".join(lines)


def asked_for(mock: Mock) -> Iterator[tuple[str, tuple[str, str | None]]]:
    if mock.token:
        yield "RS256 token", mock.token
    yield "discovery", (mock.discovery, None)


def best(port: int, request: bytes, connections: int) -> Pace:
    """Whatever else the machine does can only make a turn slower."""
    turns = (pace(port, request, connections=connections, number=NUMBER) for _ in range(ROUNDS))
    return max(turns, key=lambda turn: turn.rate)


def memory() -> str:
    """Whether it grows with the tokens it has given out."""
    with running(ours()) as (process, port):
        request, seen = post(port, "/oauth2-token", OURS), [at_rest(process.pid)]
        for number in (WARM, MANY - WARM):
            pace(port, request, connections=8, number=number)
            seen.append(resident(process.pid))
    lines = f"| tokens | MB idle | MB after {WARM:,} | MB after {MANY:,} |\n| --- | ---: | ---: | ---: |\n"
    return lines + f"| RS256, client credentials | {' | '.join(f'{one:.1f}' for one in seen)} |"


def start(mock: Mock) -> float:
    """From the call to the first whole discovery document, in milliseconds."""
    began = perf_counter()
    with running(mock):
        return (perf_counter() - began) * 1000


@contextmanager
def running(mock: Mock) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [str(port) if part == "{port}" else part for part in mock.command]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet, env=COMPILED)  # noqa: S603
    try:
        wait_for(f"http://127.0.0.1:{port}{mock.discovery}", process)
        yield process, port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            urlopen(url, timeout=5).read()  # noqa: S310 - on loopback
        except OSError:
            time.sleep(0.003)
        else:
            return
    sys.exit(f"nothing answers at {url}")


def at_rest(pid: int) -> float:
    """Its resident memory when nothing is left to do in the background: after the first answer, ours makes keys."""
    time.sleep(2)
    return resident(pid)


def resident(pid: int) -> float:
    """Its resident memory, in MB."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def output(command: tuple[str | Path, ...]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, env=COMPILED).stdout  # noqa: S603 - ours


def number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:,.{digits}f}"


if __name__ == "__main__":
    print(report())
