"""The `mockidp` command: `main`, and a file for each family of its sub-commands."""

from .main import main

__all__ = ["main"]
