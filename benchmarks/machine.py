"""The machine that was measured on, in two lines."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from cryptography.hazmat.backends.openssl import backend


def describe() -> str:
    python = f"{platform.python_implementation()} {platform.python_version()}, {platform.python_compiler()}"
    packages = ("cryptography", "joserfc", "msgspec", "starlette", "uvicorn")
    installed = ", ".join(f"{name} {version(name)}" for name in packages)
    load = ", ".join(f"{one:.2f}" for one in os.getloadavg())
    return (
        f"{cpu()}, {os.cpu_count()} logical cores, {platform.system()} {platform.machine()}; load average {load}.\n"
        f"{python}; {backend.openssl_version_text()}; {installed}."
    )


def cpu() -> str:
    """What Linux calls the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
