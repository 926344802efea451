import json
import signal
import subprocess
import sys
import urllib.parse
from pathlib import Path
from typing import IO, cast

import requests
from person import authlib_tokens, discover, log_in_and_approve

COMMAND = [sys.executable, "-m", "mockidp", "serve", "--port", "0", "--log-format", "json"]


def test_a_whole_flow_leaves_json_in_every_line_and_no_secret_in_any() -> None:
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            listening = json.loads(cast("IO[str]", process.stdout).readline())
            issuer, base_url = listening["realms"]["storefront"], listening["base_url"]
            secrets = flow(issuer, base_url)
            process.send_signal(signal.SIGTERM)
            said, complained = process.communicate(timeout=20)
        finally:
            process.kill()
    assert complained == ""
    events = [json.loads(one) for one in said.splitlines()]
    kinds = [one["event"] for one in events]
    assert listening["event"] == "listening"
    assert kinds[-1] == "stopped"
    assert {"ready", "request", "token-issued"} <= set(kinds)
    assert len(secrets) > 10
    for secret in secrets:
        assert secret not in said, "a secret in the log"
        assert urllib.parse.quote(secret, safe="") not in said


def flow(issuer: str, base_url: str) -> set[str]:
    """Everything that a client does, with everything in it that nobody else may see."""
    client, tokens = authlib_tokens(issuer, "storefront")
    fresh = client.refresh_token(f"{base_url}/oauth2-token", tokens["refresh_token"])
    answer = log_in_and_approve(
        f"{discover(issuer)['authorization_endpoint']}?response_type=code&client_id=storefront-web&state=st4te-s3cret"
        "&nonce=n0nce-s3cret&scope=openid&login_hint=hint-s3cret",
        "customer@example.com",
    )
    code = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(answer).query))["code"]
    basic = ("storefront-web", "storefront-web-secret")
    form = {"grant_type": "authorization_code", "code": code}
    with_id = requests.post(f"{base_url}/oauth2-token", form, auth=basic, timeout=10).json()
    about = {"Authorization": f"Bearer {with_id['access_token']}"}
    assert requests.get(f"{issuer}/userinfo", headers=about, timeout=10).status_code == 200
    for endpoint in ("introspect", "revoke"):
        asked = {"token": fresh["access_token"]}
        assert requests.post(f"{issuer}/{endpoint}", asked, auth=basic, timeout=10).status_code == 200
    wrong = {"grant_type": "authorization_code", "code": "c0de-s3cret", "client_secret": "wr0ng-s3cret"}
    requests.post(f"{base_url}/oauth2-token", {**wrong, "client_id": "storefront-web"}, timeout=10)
    requests.get(f"{issuer}/userinfo?access_token=qu3ry-s3cret", timeout=10)
    minted = requests.post(f"{base_url}/_mockidp/token", json={"realm": "storefront"}, timeout=10).json()
    devices = requests.post(f"{issuer}/device", {"client_id": "storefront-tv"}, timeout=10).json()
    return {
        *("st4te-s3cret", "n0nce-s3cret", "hint-s3cret", "c0de-s3cret", "wr0ng-s3cret", "qu3ry-s3cret"),
        *("storefront-web-secret", code, minted["access_token"], with_id["access_token"], with_id["id_token"]),
        *(tokens["access_token"], tokens["refresh_token"], fresh["access_token"], fresh["refresh_token"]),
        *(devices["device_code"], devices["user_code"]),
    }


def test_what_goes_to_the_logging_module_is_json_too() -> None:
    everywhere = [*COMMAND, "--host", "0.0.0.0", "--allow-remote"]  # noqa: S104  # what it warns about
    with subprocess.Popen(everywhere, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert json.loads(cast("IO[str]", process.stdout).readline())["event"] == "listening"
            process.send_signal(signal.SIGTERM)
            _, complained = process.communicate(timeout=20)
        finally:
            process.kill()
    [warning] = [json.loads(one) for one in complained.splitlines()]
    assert (warning["event"], warning["level"]) == ("log", "WARNING")
    assert warning["message"].startswith("listening on 0.0.0.0")


def test_a_file_that_changes_is_told_and_so_is_a_mistake_in_it(tmp_path: Path) -> None:
    file = tmp_path / "mockidp.toml"
    file.write_text('session_lifetime = "2h"\n', "utf-8")
    with subprocess.Popen([*COMMAND, "--config", str(file)], stdout=subprocess.PIPE, text=True) as process:
        try:
            said = (json.loads(one) for one in cast("IO[str]", process.stdout))
            next(one for one in said if one["event"] == "ready")
            file.write_text('session_lifetime = "3h"  # longer\n', "utf-8")
            assert next(said)["event"] == "configuration-reloaded"
            assert "is in force now" in next(one for one in said if one["event"] == "note")["message"]
            file.write_text("session_lifetime = 'soon'  # wrong\n", "utf-8")
            assert "stays in force" in next(one for one in said if one["event"] == "note")["message"]
        finally:
            process.kill()


MANY_AT_ONCE = """
import sys, threading
from mockidp.cli.words import say
sys.setswitchinterval(1e-6)
threads = [threading.Thread(target=lambda mark=mark: [say(mark * 300) for _ in range(300)]) for mark in "abcdefgh"]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_lines_of_many_threads_never_run_into_each_other() -> None:
    said = subprocess.run([sys.executable, "-c", MANY_AT_ONCE], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert sorted(said.splitlines()) == sorted(mark * 300 for mark in "abcdefgh" for _ in range(300))
