import json
import stat
import sys
from pathlib import Path
from typing import Any

import jwt
import pytest

from mockidp import cli


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """What the command prints, run in an empty folder."""
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "quick.toml"
    config.write_text(
        '[[realms]]\nname = "storefront"\nalgorithm = "ES256"\n[[realms]]\nname = "backoffice"\nalgorithm = "ES256"\n'
    )

    def said(*arguments: str) -> str:
        assert cli.main([*arguments, "--config", str(config)]) == 0
        return capsys.readouterr().out.strip()

    return said


def verified(token: str, realm: str = "storefront") -> dict[str, Any]:
    [key] = jwt.PyJWKSet.from_dict(json.loads(Path(f".mockidp/{realm}.json").read_text("utf-8"))).keys
    claims: dict[str, Any] = jwt.decode(
        token,
        key,
        algorithms=["ES256"],
        audience={"storefront": "https://shop.example/api", "backoffice": "https://shop.example/admin/api"}[realm],
        issuer=f"http://127.0.0.1:8800/{realm}",
    )
    return claims


def test_a_token_of_one_run_is_verified_with_the_keys_of_another(said: Any) -> None:
    token = said("token", "storefront")
    said("trust")
    assert verified(token)["sub"] == "customer@example.com"


def test_beside_the_token_it_says_which_server_knows_its_key(said: Any, capsys: pytest.CaptureFixture[str]) -> None:
    said("trust")
    assert not capsys.readouterr().err
    assert cli.main(["token", "storefront", "--config", "quick.toml", "--keys-dir", ".mockidp"]) == 0
    printed = capsys.readouterr()
    assert verified(printed.out.strip())["sub"] == "customer@example.com"
    assert printed.err == (
        "mockidp: signed with the keys in .mockidp, which a server knows only with --keys-dir .mockidp; "
        "a running server makes one with --at\n"
    )


def test_the_command_says_what_the_token_says(said: Any) -> None:
    said("trust")
    claims = verified(
        said(
            *("token", "backoffice", "--subject", "somebody", "--client", "backoffice-cli", "--scope", "a b"),
            *("--claim", 'roles=["clerk"]', "--claim", "shift=late", "--expires-in", "90s"),
        ),
        "backoffice",
    )
    assert (claims["sub"], claims["client_id"], claims["scope"]) == ("somebody", "backoffice-cli", "a b")
    assert (claims["roles"], claims["shift"]) == (["clerk"], "late")
    assert claims["exp"] - claims["iat"] == 90


def test_a_token_can_be_printed_as_it_is_needed(said: Any) -> None:
    assert said("token", "storefront", "-o", "header").startswith("Authorization: Bearer ey")
    assert said("token", "storefront", "-o", "curl").startswith("curl -H 'Authorization: Bearer ey")
    answer = json.loads(said("token", "storefront", "-o", "json"))
    assert answer["claims"]["sub"] == "customer@example.com"
    assert answer["token_type"] == "Bearer"


def test_a_token_can_lie(said: Any) -> None:
    assert said("token", "storefront", "--fault", "alg-none").endswith(".")
    assert json.loads(said("token", "storefront", "--fault", "not-a-token", "-o", "json"))["claims"] is None


def test_trust_prints_the_realms_that_trust_these_keys(said: Any) -> None:
    assert said("trust", "--base-url", "http://127.0.0.1:9000").splitlines()[0] == (
        'Realm("storefront", issuer="http://127.0.0.1:9000/storefront", audience="https://shop.example/api", '
        'keys=JwksFile(".mockidp/storefront.json"), trust_mock=True)'
    )


def test_the_key_set_is_a_mocks_and_holds_nothing_private(said: Any) -> None:
    said("trust")
    [key] = json.loads(Path(".mockidp/storefront.json").read_text("utf-8"))["keys"]
    assert key["mockidp"] == "testing only"
    assert "d" not in key


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such permissions")
def test_keys_stay_out_of_version_control_and_out_of_sight(said: Any) -> None:
    said("token", "storefront", "--keys-dir", "elsewhere/keys")
    folder = Path("elsewhere/keys")
    assert (folder / ".gitignore").read_text("utf-8") == "*\n"
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.glob("*.key.json")} == {0o600}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["garage"], "mockidp: realm: there is no realm 'garage'; there are storefront, backoffice"),
        (["storefront", "--fault", "expird"], "mockidp: fault: there is no fault 'expird'; did you mean expired"),
        (["storefront", "--fault", "drop"], "mockidp: fault: drop is a fault of an endpoint, not of tokens"),
    ],
)
def test_a_mistake_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], problem: str
) -> None:
    assert cli.main(["token", *arguments, "--keys-dir", str(tmp_path)]) == 2
    assert capsys.readouterr().err.strip().startswith(problem)


def test_somebody_has_to_be_named_where_the_realm_knows_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "empty.toml"
    config.write_text('demo = false\n[[realms]]\nname = "shop"\nalgorithm = "ES256"\n')
    flags = ["--config", str(config), "--keys-dir", str(tmp_path / "keys")]
    assert cli.main(["token", "shop", *flags]) == 2
    assert "subject: realm 'shop' has no users, so say for whom" in capsys.readouterr().err
    assert cli.main(["token", "shop", "--subject", "somebody", *flags]) == 0
