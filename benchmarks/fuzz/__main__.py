"""Fuzz every target, each in a process of its own, guided by coverage: `make fuzz`, or `python benchmarks/fuzz`."""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

from hostile import SEEDS, TARGETS  # noqa: E402 - found only now

# How often, and with how many bytes at the most: what matters in a path is how its pieces follow each other.
RUNS = {"token": 300_000, "spelling": 100_000, "credentials": 300_000, "claims": 300_000, "paths": 110_000}
LONGEST = {"token": 2048, "spelling": 256, "credentials": 2048, "claims": 2048, "paths": 256}


def fuzz(name: str, runs: int, corpus: Path) -> str:
    """One row of the table; raises `SystemExit` with libFuzzer's output for a finding."""
    for number, seed in enumerate(SEEDS[name]):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [
        f"-runs={runs}",
        f"-max_len={LONGEST[name]}",
        "-timeout=10",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
    ]
    command = [sys.executable, HERE / "one.py", name, *options, f"-artifact_prefix={corpus}/finding-", corpus]
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own script
    if done.returncode != 0:
        raise SystemExit(f"{name}: a finding\n{done.stdout[-3000:]}\n{done.stderr[-5000:]}")
    executed = int(re.findall(r"stat::number_of_executed_units:\s+(\d+)", done.stderr)[0])
    covered = re.findall(r"cov: (\d+)", done.stderr)[-1]
    kept = len(list(corpus.iterdir()))
    return f"| {name} | {executed:,} | {covered} | {kept} | {time.monotonic() - start:.0f} s |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="how much of the usual number of executions (1.0)")
    parser.add_argument("targets", nargs="*", default=list(TARGETS))
    given = parser.parse_args()
    print("| target | executions | edges covered | inputs kept | time |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name in given.targets:
        with tempfile.TemporaryDirectory() as corpus:
            print(fuzz(name, int(RUNS[name] * given.share), Path(corpus)), flush=True)


if __name__ == "__main__":
    main()
