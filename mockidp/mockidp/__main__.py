"""`python -m mockidp`, which is also the `mockidp` command."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
