import json
import re
import ssl
from pathlib import Path

import pytest
import requests
from terminal import address, served

from mockidp import cli


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main([*arguments]) == 0
    return capsys.readouterr().out.strip()


def test_the_authority_that_it_prints_is_that_of_the_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = said(capsys, "ca")
    assert path == str(tmp_path / ".mockidp" / "ca.pem")
    assert ssl.create_default_context(cadata=said(capsys, "ca", "-o", "pem")).get_ca_certs()
    with served("--tls", "--keys-dir", ".mockidp") as (_, welcome):
        issuer = address(welcome, "Storefront")
        assert issuer.startswith("https://127.0.0.1:")
        assert re.search(rf"^  CA +{re.escape(path)} ", welcome, re.MULTILINE)
        answer = requests.get(f"{issuer}/.well-known/openid-configuration", verify=path, timeout=10)
    assert answer.json()["issuer"] == issuer


def test_with_https_the_variables_name_the_authority(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(said(capsys, "env", "--tls", "--format", "json"))
    assert told["MOCKIDP_STOREFRONT_ISSUER"] == "https://127.0.0.1:8800/storefront"
    assert told["NODE_EXTRA_CA_CERTS"] == told["SSL_CERT_FILE"] == said(capsys, "ca")
    assert {file.name for file in (tmp_path / ".mockidp").iterdir()} == {"ca.pem", "ca.key.pem"}


def test_the_file_says_where_the_authority_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mockidp.toml").write_text('tls = true\nkeys_dir = "keys"\nbase_url = "https://idp:8800"\n')
    told = json.loads(said(capsys, "env", "--config", "mockidp.toml", "--format", "json"))
    assert told["SSL_CERT_FILE"] == str(tmp_path / "keys" / "ca.pem")
    assert told["MOCKIDP_URL"] == "https://idp:8800"
    assert said(capsys, "ca", "--config", "mockidp.toml") == told["SSL_CERT_FILE"]
