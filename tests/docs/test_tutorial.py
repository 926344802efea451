"""The tutorial, done as a newcomer does it: its files written, its servers started, its commands typed, in order."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sockets import free_port

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
CAPTIONED = re.compile(r":caption: (?P<name>[^\n]+)\n\n(?P<source>.+)", re.DOTALL)
DONE_ALREADY = "python3 -m venv"  # by whoever runs this test
PATIENCE = 30  # seconds

pytestmark = pytest.mark.skipif(
    not shutil.which("bash") or not shutil.which("curl"), reason="needs bash and curl (Debian: apt-get install curl)"
)


@dataclass(kw_only=True)
class Newcomer:
    """A folder, servers by their port, and what the last command has said."""

    home: Path
    ports: dict[str, int]
    said: str = ""
    servers: dict[str, ExitStack] = field(default_factory=dict)

    def here(self, text: str) -> str:
        for port, free in self.ports.items():
            text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{free}").replace(f"--port {port}", f"--port {free}")
        return text

    def write(self, text: str) -> None:
        found = CAPTIONED.fullmatch(text)
        assert found, text
        if found["name"].startswith("in "):
            self.change(self.home / found["name"].removeprefix("in "), found["source"])
        else:
            (self.home / found["name"]).write_text(self.here(found["source"]), "utf-8")

    def change(self, file: Path, longer: str) -> None:
        """The mount without a gate, written with one."""
        source = file.read_text("utf-8")
        [shorter] = re.findall(r"^ +Mount\(\"/admin/api\".*\n", source, re.MULTILINE)
        file.write_text(source.replace(shorter, longer), "utf-8")

    def type_in(self, command: str) -> None:
        if command.startswith(("uvicorn", "mockidp serve")):
            self.start(command)
        elif not command.startswith(DONE_ALREADY):
            # The provider stands elsewhere, and only its own address can be told to everything else by a replacement.
            elsewhere = f"mockidp token --base-url http://127.0.0.1:{self.ports['8800']} "
            self.said = self.run(self.here(command.replace("mockidp token ", elsewhere)))

    def start(self, command: str) -> None:
        port = "8800" if command.startswith("mockidp") else "8900"
        if port in self.servers:
            self.servers[port].close()  # Ctrl-C
        if port == "8800":
            command = f"{command.strip()} --port 8800"
        self.servers[port] = ExitStack()
        self.servers[port].enter_context(serving(self.here(command), self.home, self.ports[port]))

    def run(self, command: str) -> str:
        done = subprocess.run(
            ["bash", "-c", command],  # noqa: S607
            cwd=self.home,
            env=settings(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.stdout.replace("\r", "").strip()

    def compare(self, shown: str) -> None:
        wanted = ".*".join(map(re.escape, self.here(shown).strip().split("…")))
        assert re.fullmatch(wanted, self.said, re.DOTALL), f"{wanted}\n\n{self.said}"


def settings() -> dict[str, str]:
    """As in an activated environment, and with nothing of this test run's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "MOCKIDP_"))}
    return {**kept, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


@contextmanager
def serving(command: str, home: Path, port: int) -> Iterator[None]:
    with subprocess.Popen(
        command.split(), cwd=home, env=settings(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            await_answer(port)
            yield
        finally:
            server.terminate()


def await_answer(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail(f"nobody listens on port {port} after {PATIENCE} seconds")


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    somebody = Newcomer(home=tmp_path, ports={"8800": free_port(), "8900": free_port()})
    yield somebody
    for server in somebody.servers.values():
        server.close()


def test_the_tutorial_goes_as_it_says(newcomer: Newcomer, blocks: Callable[[str], list[Any]]) -> None:
    do = {"{code-block}": newcomer.write, "bash": newcomer.type_in, "text": newcomer.compare}
    for block in blocks(PAGE.read_text("utf-8")):
        do[block.language](block.text)
