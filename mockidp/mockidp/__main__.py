"""`python -m mockidp`, which is also the `mockidp` command."""

import gc
import sys
from collections.abc import Sequence
from typing import Final

INTERRUPTED: Final = 130  # as shells have it: 128 and the number of the signal


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the status to exit with."""
    # Nearly all that is loaded stays, so looking through it for garbage again and again only takes time. Whoever runs
    # on, which is `serve`, turns it on again.
    gc.disable()
    try:
        from .cli import main as run  # noqa: PLC0415

        return run(arguments)
    except KeyboardInterrupt:  # who waits no longer needs no traceback
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
