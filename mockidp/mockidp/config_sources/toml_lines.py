"""On which line of a TOML text a setting is given: Python's reader does not tell, so it is asked about beginnings."""

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from .steps import Way, leads

# What can hold a line break that ends no statement, or hide what looks like one of these; a text of several lines may
# end with up to two quotation marks of its own.
_PIECE: Final = re.compile(
    r'''"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?'{3,5}|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+'|\#[^\n]*+|[\[\]{}\n]''', re.DOTALL
)
_DEPTH: Final = {"[": 1, "{": 1, "]": -1, "}": -1}


def toml_line(text: str, way: Way) -> int | None:
    """The line, from 1, of the statement that first gives the setting on this way, in a text that is TOML.

    Reads the text about as often as its number of lines has bits; None where it is nested too deeply for that.
    """
    try:
        return _first_line(text, way)
    except RecursionError:  # it was just not too deep for whoever read it whole
        return None


def _first_line(text: str, way: Way) -> int | None:
    statements = list(pairwise((0, *_ends(text))))
    at = bisect_left(statements, True, key=lambda one: leads(tomllib.loads(text[: one[1]]), way))  # noqa: FBT003
    return text.count("\n", 0, statements[at][0]) + 1 if at < len(statements) else None


def _ends(text: str) -> Iterator[int]:
    """Where a statement ends, or an empty line."""
    depth = 0
    for piece in _PIECE.finditer(text):
        depth += _DEPTH.get(piece[0], 0)
        if piece[0] == "\n" and not depth:
            yield piece.end()
    yield len(text)
