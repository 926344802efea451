"""Writes into the file that `SUITE_TIMES` names what each test took, in seconds with its fixtures."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

TIMES: Counter[str] = Counter()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    TIMES[report.nodeid.rpartition("::")[2]] += report.duration  # type: ignore[assignment]  # counts need not be whole


def pytest_sessionfinish() -> None:
    if named := os.environ.get("SUITE_TIMES"):
        Path(named).write_text(json.dumps(TIMES), "utf-8")
