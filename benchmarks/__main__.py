"""Every figure there is: `make bench`, or `python benchmarks` with the names of some parts.

The output is Markdown, as docs/benchmarks.md holds it.
"""

import argparse

import load
import machine
import memory
import per_request
import provider

PARTS = ("per-request", "load", "memory", "provider")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=per_request.ROUNDS, help="how often each contender is timed")
    parser.add_argument("parts", nargs="*", help=", ".join(PARTS))
    given = parser.parse_args()
    unknown = set(given.parts) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}")
    print(machine.describe(), flush=True)
    for part in given.parts or PARTS:
        print(f"\n## {part}\n")
        print(measured(part, given.rounds), flush=True)


def measured(part: str, rounds: int) -> str:
    if part == "load":
        return load.report()
    if part == "memory":
        return memory.report()
    if part == "provider":
        return provider.report()
    contenders = per_request.measure(rounds)
    return f"{per_request.report(contenders)}\n\n{per_request.versions(contenders)}"


if __name__ == "__main__":
    main()
