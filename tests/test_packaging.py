"""What is shipped: sdist and wheel, built and installed for real, each into a new environment."""

import importlib.metadata
import os
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
CURE = "pip install 'realmgate[mockidp]'"
THE_GATE_NEEDS = {"cryptography", "joserfc", "msgspec", "requests", "starlette"}
THE_PROVIDER_NEEDS = {"authlib", "httptools", "itsdangerous", "jinja2", "python-multipart", "uvicorn"}


class Environment:
    """A new virtual environment, and commands run in it, without any trace of the one that runs the tests."""

    def __init__(self, home: Path) -> None:
        venv.create(home, with_pip=True)
        self.home = home
        self.bin = home / ("Scripts" if os.name == "nt" else "bin")

    def pip_install(self, *what: str) -> None:
        self.run("-m", "pip", "install", "--quiet", "-c", str(ROOT / "constraints.txt"), *what).check_returncode()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run_command("python", *arguments)

    def run_command(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        call = [str(self.bin / command), *arguments]
        return subprocess.run(call, cwd=self.home, env=bare(), capture_output=True, text=True, timeout=300, check=False)

    def packages(self) -> set[str]:
        listed = self.run("-m", "pip", "list", "--format=freeze")
        return {line.partition("==")[0].lower() for line in listed.stdout.splitlines()}


def bare() -> Mapping[str, str]:
    """The environment variables without those that let this Python's packages leak into another's."""
    leaks = ("PYTHON", "COV", "PYTEST", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(leaks)}


def test_what_is_pinned_installs_on_the_oldest_python_that_is_promised() -> None:
    oldest = "3.11.0"
    assert oldest.startswith(
        str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"])[2:]
    )
    pinned = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if line[:1] != "#")
    wanted = {each.name: each.metadata.json.get("requires_python", "") for each in importlib.metadata.distributions()}
    installed = {name: wants for name, wants in wanted.items() if name in pinned}

    assert len(installed) > len(pinned) / 2
    assert {name: wants for name, wants in installed.items() if oldest not in SpecifierSet(wants)} == {}


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both distributions; the wheel is built from the unpacked sdist, so the sdist holds all that a wheel needs."""
    out = tmp_path_factory.mktemp("dist")
    call = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(call, check=True, capture_output=True, timeout=300)
    return out


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    return next(dist.glob("*.whl"))


@pytest.fixture(scope="module")
def sdist(dist: Path) -> Path:
    return next(dist.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def slim(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The wheel without the extra."""
    environment = Environment(tmp_path_factory.mktemp("slim"))
    environment.pip_install(str(wheel))
    return environment


@pytest.fixture(scope="module")
def full(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The wheel with the extra."""
    environment = Environment(tmp_path_factory.mktemp("full"))
    environment.pip_install(f"{wheel}[mockidp]")
    return environment


def test_the_wheel_holds_the_two_packages_whole_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {name for name in names if ".dist-info/" not in name}
    sources = {
        path.relative_to(room).as_posix()
        for room in (ROOT / "middleware", ROOT / "mockidp")
        for path in room.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert shipped == sources
    assert {"realmgate/py.typed", "mockidp/py.typed", "mockidp/web/static/mockidp.css"} <= shipped
    assert any(name.startswith("mockidp/web/templates/") for name in shipped)


def test_the_wheel_carries_the_licence_the_command_and_the_plugin(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        info = {name.partition(".dist-info/")[2]: name for name in archive.namelist() if ".dist-info/" in name}
        entry_points = archive.read(info["entry_points.txt"]).decode()
    assert "licenses/LICENSE" in info
    assert "mockidp = mockidp.__main__:main" in entry_points
    assert "mockidp = mockidp.pytest_plugin" in entry_points


def test_the_sdist_holds_what_one_needs_to_work_on_it_and_no_private_key(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
        texts = b"".join(archive.extractfile(entry).read() for entry in archive if entry.isfile())  # type: ignore[union-attr]
    assert {"Makefile", "constraints.txt", "CHANGELOG.md", "docs/conf.py", "docs/examples/shop/app.py"} <= names
    assert {"tests/test_packaging.py", "LICENSE", "README.md", "pyproject.toml"} <= names
    assert not any(part in name for name in names for part in ("__pycache__", "_build/", ".venv/", ".coverage"))
    assert b"BEGIN " + b"PRIVATE KEY" not in texts


def test_a_plain_install_of_the_wheel_brings_the_gate_and_not_the_provider(slim: Environment) -> None:
    installed = slim.packages()
    assert installed >= THE_GATE_NEEDS
    assert not installed & THE_PROVIDER_NEEDS
    slim.run("-c", "import realmgate, realmgate.wsgi").check_returncode()


def test_a_plain_install_of_the_sdist_brings_the_same(
    sdist: Path, slim: Environment, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from_source = Environment(tmp_path_factory.mktemp("from-source"))
    from_source.pip_install(str(sdist))
    assert from_source.packages() == slim.packages()
    from_source.run("-c", "import realmgate, realmgate.wsgi").check_returncode()


def test_the_extra_brings_the_provider(full: Environment) -> None:
    assert full.packages() >= THE_GATE_NEEDS | THE_PROVIDER_NEEDS
    program = "import mockidp\nwith mockidp.MockIdp() as idp: print(idp.token('storefront', subject='x').count('.'))"
    assert full.run("-c", program).stdout == "2\n"
    assert "usage: mockidp" in full.run_command("mockidp", "--help").stdout


WATCHED_IMPORT = """
import sys

touched = []


def watch(event, arguments):
    if event.startswith(("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "urllib.")):
        touched.append((event, arguments))
    if event == "open" and not str(arguments[0]).endswith((".py", ".pyc", ".so", ".pyd")):
        touched.append((event, arguments))


sys.addaudithook(watch)
import {module}
print(touched)
"""


@pytest.mark.parametrize("module", ["realmgate", "realmgate.wsgi", "mockidp", "mockidp.pytest_plugin"])
def test_importing_opens_no_socket_and_no_file_but_modules(full: Environment, module: str) -> None:
    if module == "mockidp.pytest_plugin":
        full.pip_install("pytest")
    # Compiled once before, so that no .pyc is written under the watch.
    full.run("-c", f"import {module}").check_returncode()
    watched = full.run("-c", WATCHED_IMPORT.format(module=module))
    assert watched.stdout == "[]\n", watched.stderr


def test_without_the_extra_the_command_names_what_to_install(slim: Environment) -> None:
    said = slim.run_command("mockidp", "serve")
    assert said.returncode != 0
    assert CURE in said.stderr
    assert "Traceback" not in said.stderr


def test_without_the_extra_the_provider_names_what_to_install(slim: Environment) -> None:
    said = slim.run("-c", "import mockidp; mockidp.MockIdp")
    assert CURE in said.stderr.splitlines()[-1]


def test_without_the_extra_the_pytest_plugin_is_silent_until_a_fixture_is_asked_for(slim: Environment) -> None:
    slim.pip_install("pytest")
    (slim.home / "test_it.py").write_text("def test_a(): pass\ndef test_b(mock_idp): pass\n")
    said = slim.run("-m", "pytest", "-W", "error", "test_it.py")
    assert "1 passed, 1 error" in said.stdout
    assert CURE in said.stdout
