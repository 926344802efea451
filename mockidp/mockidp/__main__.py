"""`python -m mockidp`, which is also the `mockidp` command."""

import gc
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the status to exit with."""
    # Nearly all that is loaded stays, so looking through it for garbage again and again only takes time. Whoever runs
    # on, which is `serve`, turns it on again.
    gc.disable()
    from .cli import main as run  # noqa: PLC0415

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
