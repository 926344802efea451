"""16 threads and 1,000 tasks at one gate, while its keys rotate every two seconds: `make hammer`.

Ends with an error for a wrong decision, for whoever got stuck, and for memory that grows.
"""

import argparse
import sys
import threading
from pathlib import Path

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "tests"))

from hammering import Hammer, Tally  # noqa: E402 - found only now
from resident import megabytes  # noqa: E402 - stands with the rest
from rotating import BAD, GOOD, Issuer, served  # noqa: E402 - stands with the rest

MOST_GROWTH = 30.0
ROWS = (
    "| keys from | decisions | good, let in | bad, refused | rotations | wrong | stuck | MB after 5 s | MB at the end |"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    seconds = parser.parse_args().seconds
    print(ROWS)
    print("| --- " + "| ---: " * 8 + "|")
    with served(issuer := Issuer(keys=6)) as keys:
        hammer(issuer, keys, "a server", seconds=seconds)
    issuer = Issuer()
    hammer(issuer, issuer.jwks, "a function", seconds=seconds)


def hammer(issuer: Issuer, keys: object, name: str, *, seconds: float) -> None:
    early: list[float] = []
    timer = threading.Timer(min(5.0, seconds / 2), lambda: early.append(megabytes()))
    timer.start()
    tally = Hammer(issuer, keys).run(seconds, threads=16, tasks=1000, rotate_every=2.0)
    print(row(name, tally, early[0], megabytes()), flush=True)
    if tally.wrong or tally.stuck:
        raise SystemExit("\n".join([*tally.wrong[:20], *tally.stuck]))
    if megabytes() - early[0] > MOST_GROWTH:
        raise SystemExit("memory grows")


def row(name: str, tally: Tally, early: float, late: float) -> str:
    good, bad = tally.answers[GOOD, 200], tally.answers[BAD, 401]
    counts = f"{tally.total:,} | {good:,} | {bad:,} | {tally.rotations} | {len(tally.wrong)} | {len(tally.stuck)}"
    return f"| {name} | {counts} | {early:.1f} | {late:.1f} |"


if __name__ == "__main__":
    main()
