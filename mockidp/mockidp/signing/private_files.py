"""Files that nobody else reads: made when they are missing, in one step, and never written over."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def kept(file: Path, make: Callable[[], bytes]) -> bytes:
    """What is in the file; where another process was faster in making it, the file is theirs and stays. OSError."""
    if file.exists():
        return file.read_bytes()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    write_privately(draft, make())
    try:
        with suppress(FileExistsError):
            os.link(draft, file)  # in one step, whole or not at all; a rename would replace what is there
    finally:
        draft.unlink()
    return file.read_bytes()


def write_privately(file: Path, content: bytes) -> None:
    """Write a new file that only its owner reads; OSError where there is one already."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(content)
