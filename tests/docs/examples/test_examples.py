"""Each example is a small project of its own: a copy of it, somewhere else, passes the tests that it brings along."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted({test.parent for test in (ROOT / "docs/examples").glob("*/test_*.py")})
NOT_ITS_OWN = shutil.ignore_patterns("__pycache__", ".*", "node_modules")
PACKAGES = ROOT / "tests/npm/node_modules"
# What a skip says is missing, and the variable that says it must not be.
MISSING = {"Chromium": "BROWSER_TESTS", "npm install": "NPM_TESTS"}


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 0


@pytest.mark.parametrize("example", [pytest.param(example, id=example.name) for example in EXAMPLES])
def test_a_copy_of_an_example_passes_its_own_tests(example: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(example, tmp_path / example.name, ignore=NOT_ITS_OWN))
    if (copy / "package.json").exists() and PACKAGES.exists():
        (copy / "node_modules").symlink_to(PACKAGES)

    done = pytest_in(copy)

    assert done.returncode == 0, done.stdout + done.stderr
    if skipped := "; ".join(re.findall(r"^SKIPPED.*", done.stdout, re.MULTILINE)):
        required = {what for what, variable in MISSING.items() if os.environ.get(variable) == "required"}
        (pytest.fail if any(what in skipped for what in required) else pytest.skip)(skipped)


def pytest_in(folder: Path) -> subprocess.CompletedProcess[str]:
    """As its user would run it, but with warnings for errors, and with nothing of this run's own settings."""
    command = [sys.executable, "-m", "pytest", "-rs", "-W", "error", "-p", "no:cacheprovider"]
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "MOCKIDP_"))}
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, timeout=500, check=False)
