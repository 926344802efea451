import sys
import tomllib
from itertools import count
from pathlib import Path

import pytest

from mockidp.config_sources.config_files import load_config
from mockidp.config_sources.steps import way_to
from mockidp.config_sources.toml_lines import toml_line
from mockidp.errors import ConfigError

TEXT = '''# a comment with "
a = """
[x]
b = 1 \\""" "" """
"a.b" = 1  # [
c = [
  # ]
  1, # [[
  '[', "\\"]",
]
'd"' = ""

[[r]]
n = { x = [ {y = 1},
  {y = "}"} ] }

[[r]]
[[r.v]]
[[r.v]]
k.l = \'\'\'
"""
e = 1\'\'\'\'\'
z = """a"""""

[t.u]
w = 1
[t]
v = 1
'''


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("place", "line"),
    [
        *(("a", 2), ("a.b", 5), ("c", 6), ("c[2]", 6), ('d"', 11)),
        *(("r", 13), ("r[0]", 13), ("r[0].n.x[1].y", 14), ("r[1]", 17), ("r[1].v", 18), ("r[1].v[1]", 19)),
        *(("r[1].v[1].k.l", 20), ("r[1].v[1].z", 23), ("t", 25), ("t.u.w", 26), ("t.v", 28)),
    ],
)
def test_a_setting_is_where_its_statement_begins(place: str, line: int, newline: str) -> None:
    text = TEXT.replace("\n", newline)
    way = way_to(tomllib.loads(text), place)
    assert toml_line(text, way) == line


def test_every_beginning_that_ends_with_a_statement_is_toml() -> None:
    """Line breaks in texts and arrays are told from others, or Python's reader would refuse one of these."""
    for last in tomllib.loads(TEXT):
        toml_line(TEXT, (last,))
    assert toml_line(TEXT, ("nowhere",)) is None


def test_nesting_that_is_nearly_too_deep_ends_in_a_refusal(tmp_path: Path) -> None:
    """Looking for the line reads it again, a few calls further down."""
    file, refusals = tmp_path / "a.toml", set()
    for depth in count(sys.getrecursionlimit() // 10, 5):
        file.write_text(f"colour = {'[' * depth}{']' * depth}\n")
        with pytest.raises(ConfigError) as caught:
            load_config(file)
        refusals.add((caught.value.problem, caught.value.line))
        if "nested too deeply" in caught.value.problem:
            break
    assert ("Object contains unknown field `colour`", 1) in refusals
