import json
from pathlib import Path

import pytest
import requests
from terminal import address, run, served

from mockidp import Config, MockIdp
from mockidp.cli import main


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    return monkeypatch


def lifetime(base_url: str) -> int:
    answer = requests.post(
        f"{base_url}oauth2-token",
        {"grant_type": "client_credentials"},
        auth=("storefront-service", "storefront-service-secret"),
        timeout=10,
    )
    seconds: int = answer.json()["expires_in"]
    return seconds


def authorize(issuer: str) -> str:
    document = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=10).json()
    return str(document["authorization_endpoint"])


def test_flags_go_before_the_environment_which_goes_before_the_file(env: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("backend_prefix: /file\nlifetimes: {access_token: 100, refresh_token: 1d}\n")
    env.setenv("MOCKIDP_CONFIG", str(file))
    with served() as (_, welcome):
        assert lifetime(address(welcome, "Start page")) == 100
        assert "/file/oauth2-token" in authorize(address(welcome, "Back-office"))
    env.setenv("MOCKIDP_ACCESS_TOKEN_LIFETIME", "200")
    env.setenv("MOCKIDP_BACKEND_PREFIX", "/variable")
    with served("--access-token-lifetime", "300") as (_, welcome):
        assert lifetime(address(welcome, "Start page")) == 300
        assert "/variable/oauth2-token" in authorize(address(welcome, "Back-office"))
    other = tmp_path / "b.json"
    other.write_text('{"lifetimes": {"access_token": 400}}')
    env.delenv("MOCKIDP_ACCESS_TOKEN_LIFETIME")
    with served("--config", str(other)) as (_, welcome):
        assert lifetime(address(welcome, "Start page")) == 400


def test_a_flag_that_is_no_setting_of_the_file_has_a_variable_too(env: pytest.MonkeyPatch) -> None:
    env.setenv("MOCKIDP_HOST", "127.0.0.2")
    env.setenv("MOCKIDP_PORT", "no number, but there is a flag")
    with served() as (_, welcome):
        assert address(welcome, "Start page").startswith("http://127.0.0.2:")
    env.setenv("MOCKIDP_HOST", "0.0.0.0")  # noqa: S104
    assert "add --allow-remote" in run("serve", "--port", "0").stderr
    env.setenv("MOCKIDP_ALLOW_REMOTE", "yes")
    with served() as (_, welcome):
        assert address(welcome, "Start page").startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    ("name", "written", "complaint"),
    [
        ("MOCKIDP_PORT", "http", "MOCKIDP_PORT: expected a number from 0 to 65535, not 'http'"),
        ("MOCKIDP_ALLOW_REMOTE", "maybe", "MOCKIDP_ALLOW_REMOTE: expected true or false"),
        ("MOCKIDP_BASE_URL", "nowhere", "MOCKIDP_BASE_URL: expected an http or https address"),
        ("MOCKIDP_ACCESS_TOKEN_LIFETIME", "soon", "MOCKIDP_ACCESS_TOKEN_LIFETIME: expected a duration"),
        ("MOCKIDP_CONFIG", "/nowhere.toml", "/nowhere.toml: cannot be read: No such file"),
        ("MOCKIDP_JSON_CONFIG", "{", "MOCKIDP_JSON_CONFIG:1: is not JSON"),
    ],
)
def test_a_mistake_is_one_line_that_names_the_variable(
    name: str, written: str, complaint: str, env: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    env.setenv(name, written)
    assert main(["serve"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"mockidp: {complaint}")
    assert said.count("\n") == 1


def test_where_the_flag_is_wrong_the_flag_is_named(env: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    env.setenv("MOCKIDP_BASE_URL", "http://fine.example")
    assert main(["serve", "--base-url", "nowhere"]) == 2
    assert capsys.readouterr().err.startswith("mockidp: --base-url: expected")


def test_tokens_without_a_server_go_by_the_environment_too(env: pytest.MonkeyPatch, tmp_path: Path) -> None:
    env.setenv("MOCKIDP_KEYS_DIR", str(tmp_path / "keys"))
    env.setenv("MOCKIDP_BASE_URL", "http://idp.example")
    env.setenv("MOCKIDP_ACCESS_TOKEN_LIFETIME", "7s")
    env.setenv("MOCKIDP_BACKEND_PREFX", "/x")
    done = run("token", "storefront", "-o", "json")
    claims = json.loads(done.stdout)["claims"]
    assert (claims["iss"], claims["exp"] - claims["iat"]) == ("http://idp.example/storefront", 7)
    assert (tmp_path / "keys" / "storefront.key.json").exists()
    warned, signed = done.stderr.splitlines()
    assert warned == (
        "mockidp: warning: MOCKIDP_BACKEND_PREFX is no setting, and has no effect; did you mean MOCKIDP_BACKEND_PREFIX?"
    )
    assert signed.startswith(f"mockidp: signed with the keys in {tmp_path / 'keys'}")
    assert 'issuer="http://idp.example/storefront"' in run("trust").stdout


def test_the_directory_for_keys_may_stand_in_the_file(env: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(f'keys_dir = "{(tmp_path / "kept").as_posix()}"\n')
    assert run("token", "storefront", "--config", str(tmp_path / "a.toml")).returncode == 0
    assert (tmp_path / "kept" / "storefront.key.json").exists()


def test_python_does_not_look_at_the_environment(env: pytest.MonkeyPatch) -> None:
    env.setenv("MOCKIDP_SINGLE", "true")
    env.setenv("MOCKIDP_JSON_CONFIG", '{"single": true}')
    assert MockIdp().config == Config()
