"""The `mockidp` command as somebody at a terminal runs it, and what it said."""

import contextlib
import itertools
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import IO, cast

COMMAND = [sys.executable, "-m", "mockidp"]


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=60, check=False)


# The command, but requests under way get more than a second to finish.
PATIENT = "from mockidp.serving import listener; listener.GRACE = 60.0; from mockidp.__main__ import main; exit(main())"


@contextlib.contextmanager
def served(*arguments: str, patient: bool = False) -> "Iterator[tuple[subprocess.Popen[str], str]]":
    """A server started from the command line, and the lines it said until it was ready."""
    started = [sys.executable, "-c", PATIENT] if patient else COMMAND
    command = [*started, "serve", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            said = iter(cast("IO[str]", process.stdout))
            welcome = "".join(itertools.takewhile(lambda line: line != "Ctrl-C stops it.\n", said))
            assert process.poll() is None, welcome
            yield process, welcome
        finally:
            process.kill()


def address(welcome: str, row: str) -> str:
    return found(rf"^  {row} +(http\S+)", welcome)


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.MULTILINE)
    assert match, text
    return match[1]
