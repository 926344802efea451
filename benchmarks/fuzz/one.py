"""Fuzz one target in this process: its name first, then options of libFuzzer. Atheris ends the process when done."""

import logging
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["realmgate"]):
    import realmgate
    import realmgate.wsgi  # noqa: F401 - instrumented by being imported here

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

# What this imports must be instrumented first.
from hostile import TARGETS

if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, TARGETS[name]())
    atheris.Fuzz()
