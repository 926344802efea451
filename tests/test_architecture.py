"""The rules of the layout that an import contract cannot say."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import realmgate
from realmgate import asgi, wsgi

ROOT = Path(__file__).parents[1]
ROOMS = {"middleware/realmgate": ROOT / "middleware/realmgate", "mockidp/mockidp": ROOT / "mockidp/mockidp"}
SOURCES = sorted(path for room in ROOMS.values() for path in room.rglob("*.py"))
# A file that is a part of something else is proven with it; here is where.
PROVEN_WITH = {
    "realmgate/incoming_asgi.py": "tests/middleware/test_incoming.py",
    "realmgate/incoming_wsgi.py": "tests/middleware/test_incoming.py",
    "mockidp/cli/words.py": "tests/mockidp/cli/test_main.py",
    "mockidp/cli/printed.py": "tests/mockidp/cli/test_offline.py",
    "mockidp/control/arguments.py": "tests/mockidp/control/test_door.py",
    "mockidp/control/clock.py": "tests/mockidp/control/test_table.py",
    "mockidp/control/faults.py": "tests/mockidp/control/test_table.py",
    "mockidp/control/keys.py": "tests/mockidp/control/test_table.py",
    "mockidp/control/members.py": "tests/mockidp/control/test_table.py",
    "mockidp/control/operation.py": "tests/mockidp/control/test_table.py",
    "mockidp/control/problems.py": "tests/mockidp/control/test_door.py",
    "mockidp/control/requests.py": "tests/mockidp/control/test_table.py",
    "mockidp/control/tokens.py": "tests/mockidp/control/test_table.py",
    "mockidp/control/waiting.py": "tests/mockidp/control/test_door.py",
    "mockidp/settings/demo.py": "tests/mockidp/settings/test_config.py",
    "mockidp/errors.py": "tests/mockidp/settings/test_config.py",
    "mockidp/settings/expectations.py": "tests/mockidp/settings/test_realm.py",
    "mockidp/protocol/issue.py": "tests/mockidp/grants/test_authorization_code.py",
    "mockidp/protocol/openid.py": "tests/mockidp/grants/test_authorization_code.py",
    "mockidp/protocol/pkce.py": "tests/mockidp/endpoints/test_authorize.py",
    "mockidp/protocol/way_back.py": "tests/mockidp/endpoints/test_authorize.py",
    "mockidp/web/refusals.py": "tests/mockidp/test_provider.py",
    "mockidp/memory/roster.py": "tests/mockidp/test_members.py",
    "mockidp/web/responses.py": "tests/mockidp/test_provider.py",
}
VAGUE = re.compile(r"helper|util|manager|misc|common|stuff", re.IGNORECASE)


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_import_contracts_hold() -> None:
    pytest.importorskip("importlinter", reason="import-linter comes with the lint group")

    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_a_file_says_in_one_sentence_what_it_is(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))

    assert docstring, "a file without a docstring"
    first = docstring.partition("\n\n")[0]
    assert "\n" not in first, "the first sentence takes one line"
    assert first.rstrip(")").endswith((".", "?", "::")), first


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_no_file_grows_beyond_what_one_can_hold_in_mind(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 250


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_nothing_has_a_name_that_says_nothing(path: Path) -> None:
    names = {
        node.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }

    assert [name for name in {*names, path.stem} if VAGUE.search(name)] == []


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_the_tests_mirror_the_rooms(path: Path) -> None:
    """Each file has its tests where its name says, unless it only gives names to others or is a part of them."""
    room = next(room for room in ROOMS.values() if path.is_relative_to(room))
    inside = path.relative_to(room)
    if path.name in {"__init__.py", "__main__.py"}:
        pytest.skip("only names what others define")
    own = ROOT / "tests" / room.parent.name / inside.parent / f"test_{path.stem}.py"
    elsewhere = PROVEN_WITH.get(path.relative_to(room.parent).as_posix())

    assert own.exists() if elsewhere is None else (ROOT / elsewhere).exists() and not own.exists()


def test_whatever_is_exported_exists_once_and_in_order() -> None:
    assert sorted(set(realmgate.__all__)) == realmgate.__all__
    assert all(hasattr(realmgate, name) for name in realmgate.__all__)


def test_both_doors_have_the_same_names_and_arguments() -> None:
    for name in ("RealmGate", "RealmMap"):
        through_asgi, through_wsgi = (inspect.signature(getattr(door, name)) for door in (asgi, wsgi))
        assert through_asgi.parameters.keys() == through_wsgi.parameters.keys()
