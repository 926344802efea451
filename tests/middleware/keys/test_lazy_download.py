import os
import subprocess
import sys
import textwrap

import pytest

from realmgate.keys.lazy_download import downloader

# In an interpreter of its own, where nothing is imported yet: fork just while a thread imports what it downloads with.
SCRIPT = """
import importlib.abc, os, sys, threading, time

importing = threading.Event()


class Slow(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "urllib3":
            importing.set()
            time.sleep(0.3)


sys.meta_path.insert(0, Slow())

from realmgate.keys.fetching import Fetcher
from realmgate.flow import Fetch, FetchFailed

assert "urllib3" not in sys.modules
fetcher = Fetcher()


def fetch():
    try:
        fetcher.fetch(Fetch(url="http://127.0.0.1:9/", timeout=5))
    except FetchFailed as failure:
        return failure.reason


threading.Thread(target=fetch, daemon=True).start()
assert importing.wait(10)
child = os.fork()
if child == 0:
    os._exit(0 if fetch().startswith("the connection failed") else 3)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_child_that_was_forked_during_the_import_can_download() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(SCRIPT)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_it_is_one_module_however_often_it_is_asked_for() -> None:
    assert downloader() is downloader()
