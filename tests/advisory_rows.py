"""The table of docs/advisories.md, read off the names of tests and of their cases; run this file to write it anew."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests/middleware/test_advisories.py"
PAGE = ROOT / "docs/advisories.md"
HEAD = "| advisory | what this gate does | test |\n| --- | --- | --- |\n"

_NAMES = re.compile(r"(?:cve_\d{4}_\d+|ghsa(?:_[a-z0-9]{4}){3})")
_CASES = re.compile(r"CVE-\d{4}-\d+|GHSA(?:-[a-z0-9]{4}){3}")


def table() -> str:
    """One row for each test that is named after an advisory, in the order of the file."""
    functions = [
        node for node in ast.parse(TESTS.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)
    ]
    return HEAD + "".join(_row(node) for node in functions if _NAMES.search(node.name))


def _row(function: ast.FunctionDef) -> str:
    test = function.name
    names = _NAMES.findall(test)
    does = test[test.rindex(names[-1]) + len(names[-1]) :].removeprefix("_and_its_kin").strip("_").replace("_", " ")
    cases = _CASES.findall(" ".join(map(ast.unparse, function.decorator_list)))
    shown = ", ".join(dict.fromkeys([*map(_identifier, names), *cases]))
    return f"| {shown} | {does} | `{test}` |\n"


def _identifier(name: str) -> str:
    kind, _, rest = name.partition("_")
    return f"{kind.upper()}-{rest.replace('_', '-')}"


def written() -> str:
    """The page with the table as it should be."""
    before = PAGE.read_text(encoding="utf-8").partition(HEAD)[0]
    return before + table()


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
