"""The set of reasons is closed: every refusal gives one of them, and each of them is given."""

import ast
from pathlib import Path

import realmgate
from realmgate import errors
from realmgate.reasons import Reason

PACKAGE = Path(realmgate.__file__).parent


def refusals() -> list[tuple[str, ast.Call]]:
    """Every place in the package where a `Refused` is made."""
    kinds = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.Refused)}
    return [
        (f"{path.name}:{node.lineno}", node)
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kinds
    ]


def is_reason(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return is_reason(node.body) and is_reason(node.orelse)
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Reason"


def test_every_refusal_gives_a_reason_out_of_the_closed_set() -> None:
    places = refusals()
    assert len(places) > 30
    assert [place for place, call in places if not (call.args and is_reason(call.args[0]))] == []


def test_every_reason_is_given_somewhere() -> None:
    sources = "".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    assert [reason.name for reason in Reason if f"Reason.{reason.name}" not in sources] == []


def test_no_reason_can_be_told_from_another_by_case_or_space_only() -> None:
    plain = {"".join(reason.lower().split()) for reason in Reason}
    assert len(plain) == len(Reason)
    assert all(reason.isascii() and reason.isprintable() for reason in Reason)
