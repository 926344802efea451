"""What `make demo` runs: both servers in one process, until Ctrl-C."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from sockets import free_port

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"


@pytest.fixture
def ports() -> tuple[int, int]:
    """Two ports that were free a moment ago."""
    first = free_port(2)
    return first, first + 1


@contextmanager
def demo(shop: int, provider: int, *more: str) -> Iterator["subprocess.Popen[str]"]:
    call = [sys.executable, "-m", "shop", "--port", str(shop), "--idp-port", str(provider), *more]
    environment = {**os.environ, "PYTHONPATH": str(EXAMPLES)}
    with subprocess.Popen(call, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("dialect", ["standard", "orocommerce"])
def test_it_prints_what_to_open_and_ends_cleanly_with_ctrl_c(ports: tuple[int, int], dialect: str) -> None:
    with demo(*ports, "--access-token-lifetime", "30s", "--dialect", dialect) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if address := re.search(r"http://127\.0\.0\.1:\d+/", line):
                assert requests.get(address[0], timeout=30).status_code == 200
            if "Ctrl-C" in line:
                break
        process.send_signal(signal.SIGINT)
        said, complained = process.communicate(timeout=60)
    assert said.strip() == "Both stopped."
    # The gates warn that they trust a mock; nobody has anything else to say.
    assert all("trust_mock=True" in line for line in complained.splitlines())
    assert process.returncode == 0


@pytest.mark.parametrize("taken", [0, 1], ids=["the shop's", "the provider's"])
def test_a_taken_port_is_said_in_one_line(ports: tuple[int, int], taken: int) -> None:
    with socket.create_server(("127.0.0.1", ports[taken])), demo(*ports) as process:
        said, complained = process.communicate(timeout=60)
    assert said == ""
    assert len(complained.splitlines()) == 1
    assert str(ports[taken]) in complained
    assert "DEMO_PORT=" in complained
    assert process.returncode != 0


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        pytest.param(("--access-token-lifetime", "soon"), "expected a duration", id="a lifetime that is none"),
        pytest.param(("--port", "99999"), "port must be 0-65535", id="a port that is none"),
    ],
)
def test_a_wrong_setting_is_said_in_one_line(ports: tuple[int, int], flags: tuple[str, str], complaint: str) -> None:
    with demo(*ports, *flags) as process:
        complained = process.communicate(timeout=60)[1]
    assert len(complained.splitlines()) == 1
    assert complaint in complained
