"""The provider under `unittest`, which knows no fixtures: once for a class, and beside an event loop."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import unittest

import httpx2
import requests

from mockidp import MockIdp

SERVICE = ("storefront-service", "storefront-service-secret")


class OneForTheClass(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.idp = cls.enterClassContext(MockIdp())

    def setUp(self):
        self.addCleanup(self.idp.reset)

    def test_a(self):
        self.idp.clock.freeze(1_000_000)
        self.idp.faults.always("status=503")
        self.assertEqual(requests.get(self.idp.base_url, timeout=10).status_code, 503)

    def test_b(self):
        self.assertFalse(self.idp.clock.frozen)
        self.assertEqual(requests.get(self.idp.base_url, timeout=10).status_code, 200)


class BesideALoop(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.idp = self.enterContext(MockIdp(access_token_lifetime="5s"))

    async def test_it(self):
        async with httpx2.AsyncClient() as client:
            grant = {"grant_type": "client_credentials"}
            answer = await client.post(f"{self.idp.base_url}/oauth2-token", data=grant, auth=SERVICE)
        self.assertEqual(answer.json()["expires_in"], 5)


class Plain(unittest.TestCase):
    def test_it(self):
        with MockIdp() as idp:
            address = idp.base_url
            self.assertEqual(requests.get(address, timeout=10).status_code, 200)
        with self.assertRaises(requests.ConnectionError):
            requests.get(address, timeout=10)
"""


def test_unittest_uses_it_in_three_ways_and_nothing_is_left_open(tmp_path: Path) -> None:
    (tmp_path / "test_ways.py").write_text(PROGRAM)
    command = [sys.executable, "-W", "error", "-m", "unittest", "-v"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "Ran 4 tests" in done.stderr
    assert "ResourceWarning" not in done.stderr
