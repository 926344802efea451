"""The reference of the control surface lists the table of operations as it is, row by row."""

from pathlib import Path

from mockidp.control.operation import Operation
from mockidp.control.table import OPERATIONS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "control.md"
HEAD = "| operation | | takes | gives |\n|---|---|---|---|"


def row(operation: Operation) -> str:
    taken = ", ".join(f"`{name}`" for name in operation.takes.__struct_fields__)
    given = ", ".join(f"`{name}`" for name in operation.gives.__struct_fields__)
    return f"| `{operation.method} {operation.path}` | {operation.says} | {taken} | {given} |"


def table() -> str:
    """The rows as the page should have them; print it to renew the page."""
    return "\n".join((HEAD, *map(row, OPERATIONS.values())))


def test_the_page_lists_every_operation_as_it_is() -> None:
    listed = "\n".join(line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("|"))
    assert listed == table(), f"renew the table:\n{table()}"
