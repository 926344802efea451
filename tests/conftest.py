"""What every test may ask for: a real browser; and what none may depend on: how fast this machine is."""

import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Page, expect, sync_playwright

from realmgate.keys import keyring

MISSING = "there is no Chromium here (Debian: apt-get install chromium)"
NAMES = ("chromium", "chromium-browser", "google-chrome")

# A browser that talks to loopback only: nothing is fetched, synchronised or updated behind a test's back.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]

# The same examples everywhere and every time; whoever hunts for others says --hypothesis-seed and a larger number.
settings.register_profile(
    "ours", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ours")

# Milliseconds until what a page shall show is missing from it.
expect.set_options(timeout=30_000)


def find_chromium() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def pytest_report_header() -> str:
    return f"browser tests: {find_chromium() or f'SKIPPED, {MISSING}'}"


@pytest.fixture(scope="session", autouse=True)
def patience() -> Iterator[float]:
    """A busy machine may need more than a second for a look at keys on loopback, after which a gate answers 503.

    Gives the seconds that they wait for it elsewhere.
    """
    with pytest.MonkeyPatch.context() as patch:
        as_ever = keyring.PATIENCE
        patch.setattr(keyring, "PATIENCE", 60.0)
        yield as_ever


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One headless Chromium per module: while it lives, its driver holds this thread's event loop."""
    executable = find_chromium()
    if executable is None:
        give_up = pytest.fail if os.environ.get("BROWSER_TESTS") == "required" else pytest.skip
        give_up(MISSING)
    with sync_playwright() as playwright:
        # Playwright starts it without its sandbox, which would refuse to run as root.
        browser = playwright.chromium.launch(executable_path=executable, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh profile with one empty tab."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()
