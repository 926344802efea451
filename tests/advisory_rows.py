"""The table of docs/advisories.md, read off the names of the tests; run this file to write it anew."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests/middleware/advisories"
PAGE = ROOT / "docs/advisories.md"
HEAD = "| advisory | what this gate does | test |\n| --- | --- | --- |\n"
PARTS = ("tokens", "keys", "gateways")

_NAMES = re.compile(r"(?:cve_\d{4}_\d+|ghsa(?:_[a-z0-9]{4}){3})")


def table(part: str) -> str:
    """One row for each test of a file that is named after an advisory, in the order of the file."""
    names = (function.name for function in _functions(part))
    return HEAD + "".join(_row(name) for name in names if _NAMES.search(name))


def _functions(part: str) -> Iterator[ast.FunctionDef]:
    tree = ast.parse((TESTS / f"test_{part}.py").read_text(encoding="utf-8"))
    return (node for node in tree.body if isinstance(node, ast.FunctionDef))


def _row(test: str) -> str:
    names = _NAMES.findall(test)
    does = test[test.rindex(names[-1]) + len(names[-1]) :].strip("_").replace("_", " ")
    return f"| {', '.join(_link(name) for name in names)} | {does} | `{test}` |\n"


def _link(name: str) -> str:
    kind, _, rest = name.partition("_")
    identifier = f"{kind.upper()}-{rest.replace('_', '-')}"
    place = "https://nvd.nist.gov/vuln/detail" if kind == "cve" else "https://github.com/advisories"
    return f"[{identifier}]({place}/{identifier})"


def written() -> str:
    """The page with its tables as they should be."""
    page = PAGE.read_text(encoding="utf-8")
    for part in PARTS:
        begin, end = f"<!-- {part} -->\n", f"<!-- end of {part} -->\n"
        before, _, rest = page.partition(begin)
        page = before + begin + "\n" + table(part) + "\n" + end + rest.partition(end)[2]
    return page


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
