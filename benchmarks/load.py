"""Part two: uvicorn under wrk, gate off and on: requests per second and latency, on loopback only.

One uvicorn process and one wrk thread, so that a machine of two cores has one for each.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import credentials

HERE = Path(__file__).parent
GATES = ("off", "remembered", "first sight")
CONNECTIONS = 32
ROUNDS = 6
SECONDS = 3
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def report() -> str:
    """The best turn of each way, as a Markdown table."""
    if shutil.which("wrk") is None:
        return "Not measured: there is no `wrk` here (Debian: apt-get install wrk)."
    token = credentials.mint("RS256")
    seen: dict[str, list[tuple[float, float, float]]] = {gate: [] for gate in GATES}
    for _ in range(ROUNDS):
        for gate in GATES:
            with server(gate) as url:
                load(url, token, 1)
                seen[gate].append(load(url, token, SECONDS))
    lines = [
        "| gate, RS256 | requests/s | of the bare app | p50 ms | p99 ms |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    bare = max(seen["off"])[0]
    for gate, turns in seen.items():
        # Whatever else the machine does can only make a turn slower.
        rate, p50, p99 = max(turns)
        lines.append(f"| {gate} | {rate:,.0f} | {rate / bare:.0%} | {p50:.2f} | {p99:.2f} |")
    return "\n".join(lines)


@contextmanager
def server(gate: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", "served:app", "--app-dir", HERE, "--port", str(port)]
    setup = {"issuer": credentials.ISSUER, "audience": credentials.AUDIENCE, "jwks": credentials.JWKS}
    process = subprocess.Popen(  # noqa: S603 - our own app
        [*command, "--log-level", "warning", "--no-access-log"],
        env={**os.environ, "BENCH_GATE": gate, "BENCH_SETUP": json.dumps(setup)},
    )
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}/orders"
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the server does not come up")


def load(url: str, token: str, seconds: int) -> tuple[float, float, float]:
    """Requests per second, and the 50th and 99th percentile of latency in milliseconds."""
    command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s", "--latency"]
    done = subprocess.run(  # noqa: S603 - a program that `report` has found
        [*command, "--header", f"Authorization: Bearer {token}", url], check=True, capture_output=True, text=True
    )
    if "Non-2xx" in done.stdout:
        raise SystemExit(f"not every request was let in:\n{done.stdout}")
    rate = re.findall(r"Requests/sec:\s+([\d.]+)", done.stdout)[0]
    p50, p99 = (latency(done.stdout, percent) for percent in (50, 99))
    return float(rate), p50, p99


def latency(output: str, percent: int) -> float:
    number, unit = re.findall(rf"{percent}%\s+([\d.]+)(us|ms|s)", output)[0]
    return float(number) * UNITS[unit]


if __name__ == "__main__":
    print(report())
