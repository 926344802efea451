"""How much memory this process holds."""

import resource
from pathlib import Path

PAGE = resource.getpagesize()


def megabytes() -> float:
    """The resident set, in units of 2**20 bytes. Linux only."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE / 2**20
