"""A token from the command line opens a gate that trusts the key file, with no server anywhere."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from both_doors import Doors

from mockidp import cli
from realmgate import JwksFile, Realm, Realms

GateAt = Callable[..., Doors]


def test_what_trust_prints_trusts_what_token_makes_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], gate_at: GateAt
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["trust"]) == 0
    realms = capsys.readouterr().out.splitlines()
    shop = Realms(*(eval(realm, {"Realm": Realm, "JwksFile": JwksFile}) for realm in realms))  # noqa: S307  # our own

    statuses = {}
    for realm in ("storefront", "backoffice"):
        assert cli.main(["token", realm]) == 0
        token = capsys.readouterr().out.strip()
        statuses[realm] = [gate_at(shop, name, time.time).bearer(token).status for name in ("storefront", "backoffice")]

    assert statuses == {"storefront": [200, 401], "backoffice": [401, 200]}
