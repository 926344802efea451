"""A suite of another project, run as its developers would: many tests, several workers, no test knows of another."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SUITE = Path(__file__).parent / "suites" / "isolation"
TESTS = 30
OURS = ("CI", "MOCKIDP", "PYTEST")


@pytest.mark.parametrize("distribution", ["load", "worksteal"])
def test_tests_of_one_run_never_meet(distribution: str, tmp_path: Path) -> None:
    told = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    command = [sys.executable, "-m", "pytest", "-c", str(SUITE / "pytest.ini"), str(SUITE / "every_part.py")]
    done = subprocess.run(
        [*command, "-q", "-n4", f"--dist={distribution}"],
        cwd=tmp_path,
        # Other people's plugins take seconds to load in each worker.
        env={**told, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "SUITE_TESTS": str(TESTS)},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert f"{2 * TESTS} passed" in done.stdout, done.stdout + done.stderr
