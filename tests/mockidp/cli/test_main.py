import re
import subprocess
import sys

import pytest
from terminal import run

from mockidp import cli

SLOW = (
    "asyncio",
    "authlib",
    "cryptography",
    "importlib.metadata",
    "jinja2",
    "joserfc",
    "requests",
    "starlette",
    "uvicorn",
)


def test_without_a_command_it_shows_how_to_use_it() -> None:
    said = run()
    assert said.returncode == 2
    assert said.stdout.startswith("usage: mockidp")


def test_it_knows_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["--version"])
    assert left.value.code == 0
    assert re.fullmatch(r"mockidp \d+\.\d+\S*\n", capsys.readouterr().out)


@pytest.mark.parametrize("words", [["serve"], ["clock", "advance"], ["keys"]], ids=" ".join)
def test_what_a_command_does_not_know_points_to_its_own_help(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main([*words, "--nope"])
    assert left.value.code == 2
    said = f"mockidp: unrecognized arguments: --nope (see mockidp {' '.join(words)} --help)"
    assert said in " ".join(capsys.readouterr().err.split())


def test_garbage_is_collected_again_as_soon_as_it_serves() -> None:
    program = """
import gc, os, signal, threading, time
from mockidp.__main__ import main

def look():
    while not gc.isenabled():
        time.sleep(0.01)
    print("collected")
    os.kill(os.getpid(), signal.SIGTERM)

gc.disable()
threading.Thread(target=look, daemon=True).start()
main(["serve", "--port", "0"])
print(gc.isenabled())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert "listens on" in done.stdout.partition("collected")[0]
    assert done.stdout.endswith("True\n")


def test_its_help_tells_what_needs_a_server(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    said = capsys.readouterr().out
    assert "without a server: serve, token" in said
    assert "mockidp clock advance --minutes 10" in said


@pytest.mark.parametrize(
    "words", [["--help"], ["token", "--help"], ["serve", "--help"], ["clock", "advance", "--help"]], ids=" ".join
)
def test_help_comes_without_what_a_provider_needs(words: list[str]) -> None:
    program = (
        "import atexit, sys\n"
        f"atexit.register(lambda: print('loaded:', *sorted({set(SLOW)!r} & sys.modules.keys())))\n"
        "from mockidp.__main__ import main\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.startswith("usage: mockidp")
    assert done.stdout.endswith("\nloaded:\n")
