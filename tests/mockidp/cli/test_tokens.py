import json
import subprocess
import sys
from pathlib import Path

import pytest

from mockidp import cli

# What an install without the extra lacks, as the import system sees it.
WITHOUT = "import sys; sys.modules['authlib'] = None; from mockidp.cli import main; sys.exit(main(sys.argv[1:]))"


@pytest.mark.parametrize("claim", ["roles", "=x"])
def test_a_claim_has_a_name_and_a_value(capsys: pytest.CaptureFixture[str], claim: str) -> None:
    with pytest.raises(SystemExit):
        cli.main(["token", "storefront", "--claim", claim])
    assert f"expected NAME=VALUE, not '{claim}'" in capsys.readouterr().err


def test_a_claim_is_json_where_it_can_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claims = ["--claim", "level=3", "--claim", "shift=late"]
    assert cli.main(["token", "storefront", *claims, "-o", "json", "--keys-dir", str(tmp_path)]) == 0
    said = json.loads(capsys.readouterr().out)["claims"]
    assert (said["level"], said["shift"]) == (3, "late")


@pytest.mark.parametrize("command", [["token", "storefront"], ["trust"], ["serve"]])
def test_without_the_extra_it_names_what_to_install(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, *command], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("mockidp: mockidp.MockIdp needs authlib")
    assert "pip install 'realmgate[mockidp]'" in done.stderr
