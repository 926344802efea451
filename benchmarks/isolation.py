"""One provider per worker, 300 tests that each use all of it, 8 workers, 20 times: `make isolation`.

The output is Markdown, as docs/benchmarks.md holds it.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import machine

SUITE = Path(__file__).parents[1] / "tests" / "together" / "suites" / "isolation"
RUNS, TESTS, WORKERS = 20, 300, 8


class Run:
    """One run of the suite, and what each of its tests took, in seconds by the name of the test."""

    def __init__(self, *arguments: str, tests: int, empty: bool = False) -> None:
        # Only what the suite uses: other people's plugins take seconds to load in each worker.
        environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "SUITE_TESTS": str(tests)}
        if empty:
            environment["SUITE_EMPTY"] = "1"
        command = [sys.executable, "-m", "pytest", "-c", SUITE / "pytest.ini", SUITE / "every_part.py", "-q"]
        with tempfile.TemporaryDirectory() as folder:
            times = Path(folder, "times.json")
            environment["SUITE_TIMES"] = str(times)
            began = perf_counter()
            done = subprocess.run(  # noqa: S603 - our own suite
                [*command, *arguments], env=environment, capture_output=True, text=True, check=False
            )
            self.seconds = perf_counter() - began
            taken = json.loads(times.read_text("utf-8"))
        self.output = done.stdout + done.stderr
        self.passed = sum(map(int, re.findall(r"(\d+) passed", done.stdout)))
        self.failures = len(taken) - self.passed or int(done.returncode != 0)
        self.times: dict[str, list[float]] = {}
        for test, seconds in taken.items():
            self.times.setdefault(test.partition("[")[0], []).append(seconds)


def overhead(tests: int) -> list[str]:
    """What a test costs that only asks for the fixture, beside one that asks for nothing, in one process."""
    run = Run("-k", "test_nothing or test_the_fixture_alone", tests=tests, empty=True)
    nothing, fixture = (median(run.times[name]) * 1000 for name in ("test_nothing", "test_the_fixture_alone"))
    return [
        "| an empty test ms | one with the fixture ms | the fixture adds ms |",
        "| ---: | ---: | ---: |",
        f"| {nothing:.2f} | {fixture:.2f} | {fixture - nothing:.2f} |",
    ]


def report(runs: list[Run], workers: int) -> list[str]:
    """The runs as one row."""
    seconds = [run.seconds for run in runs]
    spread = f"{min(seconds):.1f} | {median(seconds):.1f} | {max(seconds):.1f}"
    everything = median(time for run in runs for time in run.times["test_everything"]) * 1000
    tests, failures = sum(len(times) for run in runs for times in run.times.values()), sum(run.failures for run in runs)
    return [
        "| workers | runs | tests in all | failures | least s per run | median | most | one that uses everything ms |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        f"| {workers} | {len(runs)} | {tests:,} | {failures} | {spread} | {everything:.0f} |",
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--tests", type=int, default=TESTS, help="how many use everything; as many more have a marker")
    parser.add_argument("--workers", type=int, default=WORKERS)
    given = parser.parse_args()
    print(machine.describe(), end="\n\n", flush=True)
    runs = []
    for number in range(1, given.runs + 1):
        runs.append(Run("-n", str(given.workers), tests=given.tests))
        print(f"run {number}: {runs[-1].failures} failures, {runs[-1].seconds:.1f} s", file=sys.stderr, flush=True)
        if runs[-1].failures:
            print(runs[-1].output, file=sys.stderr)
    print("\n".join((*report(runs, given.workers), "", *overhead(given.tests))))
    return 1 if any(run.failures for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
