"""Every snippet of the README and of the documentation runs, or is of a kind that only shows an answer."""

import inspect
import logging
import os
import re
import shlex
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from uvicorn.importer import import_from_string

from mockidp import MockIdp
from mockidp.config_sources.config_files import load_config
from mockidp.control.table import OPERATIONS
from mockidp.marked import apply, wanted
from realmgate import Realm, RealmMap, Realms

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
NOT_OURS = {"_build", "node_modules", ".pytest_cache"}
NAMED = [pytest.param(page, id=page.relative_to(ROOT).as_posix()) for page in PAGES if not NOT_OURS & {*page.parts}]
ISSUER = re.compile(r'https?://[^\s"]+/(backoffice|authorize)(?=[\s"])')
FAMILIES = {name.partition(".")[0] for name in OPERATIONS} - {"token", "env"}
RUN = {"python", "toml", "console", "bash"}
SHOWN = {"http", "ini", "json", "text", "{toctree}", "{include}", "{literalinclude}", "{raw}", "{warning}"}

Blocks = Callable[[str], list[Any]]


@pytest.fixture
def client(mock_idp: MockIdp) -> TestClient:
    """What the README's test calls: an app behind the storefront's gate."""
    audience = "https://shop.example/api"
    realms = Realms(Realm("storefront", issuer=mock_idp.issuer("storefront"), audience=audience, trust_mock=True))
    return TestClient(RealmMap(PlainTextResponse("let in"), {"/api": realms["storefront"]}, elsewhere="refuse"))


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """A page may turn it on, and the next test must not find it so."""
    before = {logger: logger.level for logger in map(logging.getLogger, (None, "realmgate", "mockidp"))}
    yield
    for logger, level in before.items():
        logger.setLevel(level)


@pytest.mark.parametrize("page", NAMED)
def test_every_block_says_what_it_is(page: Path, blocks: Blocks) -> None:
    shown = SHOWN | ({"{code-block}"} if page.name == "tutorial.md" else set())  # done by test_tutorial.py
    assert {block.language for block in blocks(page.read_text("utf-8"))} <= RUN | shown


@pytest.mark.parametrize("page", NAMED)
def test_the_python_of_a_page_runs_from_top_to_bottom(
    page: Path, blocks: Blocks, request: pytest.FixtureRequest
) -> None:
    namespace: dict[str, Any] = {"__name__": page.stem}
    for block in blocks(page.read_text("utf-8")):
        if block.language == "python":
            source = "\n" * (block.line - 1) + block.text
            exec(compile(source, str(page), "exec"), namespace)  # noqa: S102  # our own pages
            run_tests_of(block.text, namespace, request)


def run_tests_of(text: str, namespace: dict[str, Any], request: pytest.FixtureRequest) -> None:
    """The tests that a page shows are run with real fixtures, one after the other."""
    for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE):
        test = namespace[name]
        if marks := getattr(test, "pytestmark", []):
            apply(request.getfixturevalue("mock_idp"), wanted(marks))
        test(**{fixture: request.getfixturevalue(fixture) for fixture in inspect.signature(test).parameters})


@pytest.mark.parametrize("page", NAMED)
def test_the_configuration_files_of_a_page_load(page: Path, blocks: Blocks, tmp_path: Path) -> None:
    for block in blocks(page.read_text("utf-8")):
        if block.language == "toml":
            file = tmp_path / "mockidp.toml"
            file.write_text(block.text, "utf-8")
            assert tomllib.loads(block.text)
            assert load_config(file).realms


@pytest.mark.parametrize("page", NAMED)
def test_the_commands_of_a_page_work(page: Path, blocks: Blocks, tmp_path: Path) -> None:
    home = EXAMPLES if page.parent == EXAMPLES else tmp_path
    for block in blocks(page.read_text("utf-8")):
        if block.language == "toml":
            (tmp_path / "mockidp.toml").write_text(block.text, "utf-8")
        if block.language == "console":
            for line in re.findall(r"^\$ (.+)$", block.text, re.MULTILINE):
                check_command(shlex.split(line, comments=True), home)


def check_command(words: list[str], home: Path) -> None:
    """Run it, or where it would set up the whole project again, see that it would do something."""
    match words:
        case ["make", *targets]:
            subprocess.run(["make", "--dry-run", *targets], cwd=ROOT, check=True, capture_output=True)  # noqa: S607
        case [".ci/run"]:
            assert os.access(ROOT / ".ci" / "run", os.X_OK)
        case ["pip", "install", requirement]:
            check_requirement(requirement)
        case ["pytest", example]:  # which is run by tests/docs/examples
            assert list((ROOT / example).glob("test_*.py"))
        case ["uvicorn", app, *_]:
            assert callable(import_from_string(app))
        case ["mockidp", "token" | "trust" | "env" | "ca", *_]:
            command = [sys.executable, "-m", *words]
            assert subprocess.run(command, cwd=home, check=True, capture_output=True).stdout
        case ["mockidp", "init", *_]:
            assert subprocess.run([sys.executable, "-m", *words], cwd=home, check=True, capture_output=True).stdout
        case ["mockidp", family, *_] if family in FAMILIES:
            with MockIdp() as idp:
                subprocess.run([sys.executable, "-m", *words, "--at", idp.base_url], check=True, capture_output=True)
        case ["mockidp", "serve", *flags]:
            check_serving(flags, home)
        case _:
            pytest.fail(f"nobody knows how to check {shlex.join(words)}")


def check_requirement(requirement: str) -> None:
    """That this installs what it promises is shown by the tests of the packages."""
    name, _, extra = requirement.rstrip("]").partition("[")
    about = metadata(name)
    assert not extra or extra in (about.get_all("Provides-Extra") or [])


def check_answers(issuer: str, home: Path) -> None:
    trusted = str(home / ".mockidp" / "ca.pem") if issuer.startswith("https") else True
    if issuer.endswith("/authorize"):
        assert requests.get(urljoin(issuer, "/mockidp/jwks"), timeout=5, verify=trusted).json()["keys"]
    else:
        answer = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=5, verify=trusted)
        assert answer.json()["issuer"] == issuer


def check_serving(flags: list[str], home: Path) -> None:
    command = [sys.executable, "-m", "mockidp", "serve", *flags, "--port", "0"]
    with subprocess.Popen(command, cwd=home, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            check_answers(next(found[0] for line in process.stdout if (found := ISSUER.search(line))), home)
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=10) == 0
        finally:
            process.kill()
