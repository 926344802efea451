import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mockidp import MockIdp, cli


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main([*arguments]) == 0
    return capsys.readouterr().out


def test_a_shell_that_evaluates_it_knows_where_the_provider_will_be(tmp_path: Path) -> None:
    script = (
        f'eval "$({sys.executable} -m mockidp env)"; echo "$MOCKIDP_STOREFRONT_ISSUER $MOCKIDP_BACKOFFICE_CLIENT_ID"'
    )
    done = subprocess.run(["/bin/sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "http://127.0.0.1:8800/storefront backoffice-web\n"
    assert list(tmp_path.iterdir()) == [], "it makes no keys"


def test_it_takes_its_flags_and_its_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mockidp.toml"
    file.write_text('[[realms]]\nname = "garage"\n[[realms.clients]]\nclient_id = "car"\n')
    flags = ["--config", str(file), "--base-url", "http://idp:80", "--realm", "garage", "--client", "car"]
    told = json.loads(said(capsys, "env", "--format", "json", *flags))
    assert told["MOCKIDP_GARAGE_ISSUER"] == "http://idp:80/garage"
    assert told["MOCKIDP_GARAGE_CLIENT_ID"] == "car"
    assert yaml.safe_load(said(capsys, "env", "--format", "compose", *flags))["services"]["app"]["environment"] == told
    assert "MOCKIDP_URL=http://idp:80\n" in said(capsys, "env", "--format", "dotenv", *flags)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--realm", "garage"], "realm: there is no realm 'garage'; there are storefront, backoffice"),
        (["--client", "nobody"], "client: there is no client 'nobody'; there are storefront-web"),
        (["--config", "no-such.toml"], "no-such.toml: cannot be read"),
        (["--base-url", "nowhere"], "--base-url: expected an http or https address"),
    ],
)
def test_what_cannot_be_is_one_line(arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["env", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith(f"mockidp: {complaint}")
    assert (printed.out, printed.err.count("\n")) == ("", 1)


def test_a_running_server_tells_the_same_as_it_does_in_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with MockIdp(tls=True) as idp:
        assert cli.main(["env", "--at", idp.base_url]) == 3
        assert "is not trusted: name its authority with MOCKIDP_CA_FILE" in capsys.readouterr().err
        monkeypatch.setenv("MOCKIDP_CA_FILE", str(idp.ca_file))
        told = json.loads(said(capsys, "env", "--at", idp.base_url, "--format", "json", "--client", "backoffice-cli"))
        assert told == idp.env(client="backoffice-cli")
        assert cli.main(["env", "--at", idp.base_url, "--realm", "garage"]) == 2
        assert (
            capsys.readouterr().err == "mockidp: realm: there is no realm 'garage'; there are storefront, backoffice\n"
        )
        assert cli.main(["env", "--at", idp.base_url, "--tls"]) == 2
        assert "--at asks a running server" in capsys.readouterr().err


def test_an_authority_that_is_kept_here_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with MockIdp(tls=True, keys_dir=".mockidp") as idp:
        assert json.loads(said(capsys, "env", "--at", idp.base_url, "--format", "json")) == idp.env()
