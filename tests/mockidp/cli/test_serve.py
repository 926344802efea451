import contextlib
import re
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import IO, cast

import pytest
import requests
from terminal import address, found, run, served

from mockidp import cli

EVERYWHERE = "0.0.0.0"  # noqa: S104  # what it warns about


def ask_for_a_token(base_url: str, **more: str) -> requests.Response:
    fields = {"grant_type": "client_credentials", "client_id": "storefront-service"}
    return requests.post(
        f"{base_url}oauth2-token", data={**fields, "client_secret": "storefront-service-secret", **more}, timeout=10
    )


def under_way(base_url: str) -> None:
    """Wait until the request for the start page has come: it is not answered yet."""
    came = requests.post(f"{base_url}_mockidp/requests/wait_for", json={"path": "/", "timeout": 50}, timeout=60)
    assert came.status_code == 200


def connection(base_url: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(base_url.rsplit(":", 1)[1].strip("/"))), timeout=60)


def replace(file: Path, text: str) -> None:
    """Put another file in its place, as editors do: who looks just then sees the one or the other."""
    beside = file.with_name(f"beside-{file.name}")
    beside.write_text(text)
    beside.replace(file)


def test_it_says_what_to_open_and_with_which_password() -> None:
    with served() as (_, welcome):
        start = address(welcome, "Start page")
        assert re.search(
            r"^  Storefront +http\S+/storefront +log in as customer@example.com / customer$", welcome, re.MULTILINE
        )
        assert re.search(r"^  Back-office +http\S+/backoffice +log in as admin / admin$", welcome, re.MULTILINE)
        assert "Never use it for real users." in welcome
        assert "never use it for real users" in requests.get(start, timeout=10).text


def test_it_shows_a_line_for_each_request_and_no_secret() -> None:
    with served() as (process, welcome):
        base_url = address(welcome, "Start page")
        answer = ask_for_a_token(base_url)
        requests.get(f"{base_url}oauth2-token/authorize?client_id=nobody&state=s3cret", timeout=10)
        process.send_signal(signal.SIGTERM)
        said, complained = process.communicate(timeout=60)
    asked = [line.split()[1:4] for line in said.splitlines() if "ms" in line]
    assert asked == [["POST", "/oauth2-token", "200"], ["GET", "/oauth2-token/authorize", "404"]]
    for secret in ("s3cret", "storefront-service-secret", answer.json()["access_token"]):
        assert secret not in said + complained


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_it_stops_and_that_is_no_failure(number: signal.Signals) -> None:
    with served() as (process, welcome), requests.Session() as kept_alive:
        kept_alive.get(address(welcome, "Start page"), timeout=10)
        process.send_signal(number)
        said, complained = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said.endswith("Stopped.\n")
    assert complained == ""


def test_it_goes_on_when_nobody_reads_along() -> None:
    with served() as (process, welcome):
        cast("IO[str]", process.stdout).close()
        for _ in range(2):
            assert requests.get(address(welcome, "Start page"), timeout=10).status_code == 200


def test_lifetimes_prefix_and_shared_keys_are_what_the_flags_say() -> None:
    flags = ["--access-token-lifetime", "30s", "--backend-prefix", "/office", "--shared-keys"]
    with served(*flags) as (_, welcome):
        assert ask_for_a_token(address(welcome, "Start page")).json()["expires_in"] == 30
        issuers = [address(welcome, title) for title in ("Storefront", "Back-office")]
        found = [requests.get(f"{issuer}/.well-known/openid-configuration", timeout=10).json() for issuer in issuers]
        keys = [requests.get(document["jwks_uri"], timeout=10).json() for document in found]
    assert found[1]["authorization_endpoint"].endswith("/office/oauth2-token/authorize")
    assert keys[0] == keys[1]


def test_single_serves_the_back_office_alone_and_unprefixed() -> None:
    with served("--single") as (_, welcome):
        issuer = address(welcome, "Back-office")
        document = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=10).json()
    assert "Storefront" not in welcome
    assert document["authorization_endpoint"].endswith(f"{issuer.split('/')[2]}/oauth2-token/authorize")


def test_behind_a_proxy_it_names_the_address_of_the_proxy() -> None:
    with served("--base-url", "https://id.example") as (_, welcome):
        local = found(r"listens on (http://127\.0\.0\.1:\d+)\.", welcome)
        document = requests.get(f"{local}/storefront/.well-known/openid-configuration", timeout=10).json()
    assert address(welcome, "Storefront") == document["issuer"] == "https://id.example/storefront"


def test_a_file_gives_the_realms_and_flags_overrule_it(tmp_path: Path) -> None:
    file = tmp_path / "mockidp.toml"
    file.write_text('backend_prefix = "/office"\n[lifetimes]\naccess_token = "10m"\nid_token = "7m"\n')
    with served("--config", str(file), "--access-token-lifetime", "30") as (_, welcome):
        assert ask_for_a_token(address(welcome, "Start page")).json()["expires_in"] == 30


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--port", "http"], "argument --port: expected a number from 0 to 65535, not 'http'"),
        (["--port", "65536"], "argument --port: expected a number from 0 to 65535, not '65536'"),
        (["--backend-prefix", "admin"], "--backend-prefix: expected a path that is not empty, starts with / and"),
        (["--backend-prefix", "/admin/"], "--backend-prefix: expected a path"),
        (["--backend-prefix", ""], "--backend-prefix: expected a path"),
        (["--base-url", "nowhere"], "--base-url: expected an http or https address"),
        (["--access-token-lifetime", "1y"], "argument --access-token-lifetime: expected a duration of at least one"),
        (["--code-lifetime", "soon"], "argument --code-lifetime: expected a duration"),
        (["--code-lifetime", "0"], "lifetimes.code: expected a duration of at least one second"),
        (["--config", "no-such.toml"], "no-such.toml: cannot be read: No such file or directory"),
        (
            ["--host", "no-such-host.invalid", "--allow-remote"],
            "no-such-host.invalid is not an address of this machine",
        ),
        (["--host", EVERYWHERE], "other machines can reach '0.0.0.0': use 127.0.0.1, or add --allow-remote"),
        (["--host", ""], "other machines can reach '': use 127.0.0.1, or add --allow-remote"),
        (["--everything"], "unrecognized arguments: --everything"),
    ],
)
def test_what_cannot_be_is_one_line_with_cause_and_cure(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        sys.exit(cli.main(["serve", "--port", "0", *arguments]))
    said = capsys.readouterr()
    assert left.value.code == 2
    assert said.out == ""
    assert said.err.startswith(f"mockidp: {complaint}")
    assert said.err.count("\n") == 1


def test_a_mistake_in_the_file_is_named_by_file_line_and_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mockidp.toml"
    file.write_text('[[realms]]\nname = "storefront"\nusers = [{username = "x"}]\n')
    assert cli.main(["serve", "--config", str(file)]) == 2
    assert capsys.readouterr().err.startswith(f"mockidp: {file}:3: realms[0].users[0]: ")


def test_a_port_in_use_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert cli.main(["serve", "--port", str(port)]) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith(f"mockidp: cannot listen on 127.0.0.1 port {port} (")
    assert complaint.endswith("stop what is using it, or choose another port\n")


def test_open_to_other_machines_it_warns_loudly() -> None:
    with served("--host", EVERYWHERE, "--allow-remote") as (process, welcome):
        process.send_signal(signal.SIGTERM)
        _, complained = process.communicate(timeout=60)
    assert address(welcome, "Start page").startswith("http://127.0.0.1:")
    assert complained.startswith("WARNING: listening on 0.0.0.0")


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["serve", "--help"])
    assert left.value.code == 0
    assert "mockidp serve --access-token-lifetime 30s" in capsys.readouterr().out


@pytest.mark.parametrize("version", ["5.0", "6.1"])
def test_a_flag_makes_it_talk_like_orocommerce(version: str) -> None:
    with served("--dialect", "orocommerce", "--oro-version", version, "--access-token-lifetime", "30s") as (_, welcome):
        assert address(welcome, "Back-office").endswith("/admin/oauth2-token/authorize")
        base_url = address(welcome, "Start page")
        requests.post(f"{base_url}_mockidp/clock/freeze", json={}, timeout=10)
        answer = ask_for_a_token(base_url, client_secret="storefront-service-secret").json()
        assert answer["expires_in"] == 30
        wrong = ask_for_a_token(base_url, client_secret="wrong")
        assert wrong.json()["message"] == "Client authentication failed"


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--oro-version", "6.1"], "--oro-version: expected to be left out"),
        (["--dialect", "magento"], "invalid choice: 'magento'"),
        (["--dialect", "orocommerce", "--oro-version", "4.2"], "invalid choice: '4.2'"),
    ],
)
def test_a_dialect_that_is_none_is_said_in_one_line(flags: list[str], said: str) -> None:
    done = run("serve", "--port", "0", *flags)

    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_it_says_when_its_keys_are_made() -> None:
    with served() as (process, welcome):
        out = cast("IO[str]", process.stdout)
        assert [out.readline(), out.readline()] == ["\n", "Ready.\n"]
        assert requests.get(f"{address(welcome, 'Start page')}readyz", timeout=10).text == "ready\n"


def test_a_request_under_way_is_answered_before_it_stops() -> None:
    with served(patient=True) as (process, welcome):
        base_url = address(welcome, "Start page")
        late: list[requests.Response] = []
        slow = {"X-Mock-Fault": "delay=2"}
        asking = threading.Thread(target=lambda: late.append(requests.get(base_url, headers=slow, timeout=60)))
        asking.start()
        under_way(base_url)
        process.send_signal(signal.SIGTERM)
        asking.join()
        said, complained = process.communicate(timeout=60)
    assert [answer.status_code for answer in late] == [200]
    assert (process.returncode, complained) == (0, "")
    assert said.endswith("Stopped.\n")


def test_one_that_takes_too_long_is_given_up_without_a_word() -> None:
    with served() as (process, welcome):
        base_url = address(welcome, "Start page")
        with connection(base_url) as asking:
            asking.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Mock-Fault: delay=30\r\n\r\n")
            under_way(base_url)
            process.send_signal(signal.SIGTERM)
            assert asking.recv(1) == b""
        _, complained = process.communicate(timeout=60)
    assert (process.returncode, complained) == (0, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_twice_it_ends_at_once(number: signal.Signals) -> None:
    with served(patient=True) as (process, welcome):
        base_url = address(welcome, "Start page")
        with connection(base_url) as asking:
            asking.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Mock-Fault: delay=30\r\n\r\n")
            under_way(base_url)
            process.send_signal(number)
            with contextlib.suppress(ConnectionRefusedError):
                while True:  # until it has heard that
                    connection(base_url).close()
                    time.sleep(0.01)
            process.send_signal(number)
            process.wait(30)
    assert process.returncode == 128 + number


def test_a_changed_file_is_in_force_without_a_new_start(tmp_path: Path) -> None:
    file = tmp_path / "mockidp.toml"
    file.write_text('[lifetimes]\naccess_token = "100s"\n')
    with served("--config", str(file)) as (process, welcome):
        out = cast("IO[str]", process.stdout)

        def said(text: str) -> str:
            return next(line for line in out if text in line)

        base_url = address(welcome, "Start page")
        said("Ready.")
        before = ask_for_a_token(base_url).json()
        keys = requests.get(f"{base_url}storefront/jwks", timeout=10).json()
        replace(file, 'base_url = "http://x.example"\n[lifetimes]\naccess_token = "200s"\n')
        assert said("in force now") == f"{file} has changed, and is in force now.\n"
        assert "base_url cannot change while the provider runs" in said("base_url")
        assert (before["expires_in"], ask_for_a_token(base_url).json()["expires_in"]) == (100, 200)
        replace(file, '[lifetimes]\naccess_token = "never"\n')
        assert "lifetimes.access_token: expected a duration" in said(str(file))
        assert ask_for_a_token(base_url).json()["expires_in"] == 200
        introspected = requests.post(
            f"{base_url}storefront/introspect",
            {"token": before["access_token"]},
            auth=("storefront-service", "storefront-service-secret"),
            timeout=10,
        )
        assert introspected.json()["active"]
        assert requests.get(f"{base_url}storefront/jwks", timeout=10).json() == keys


def test_a_slip_in_yaml_does_not_end_it(tmp_path: Path) -> None:
    file = tmp_path / "mockidp.yaml"
    file.write_text("single: false\n")
    with served("--config", str(file)) as (process, welcome):
        out = cast("IO[str]", process.stdout)
        next(line for line in out if "Ready." in line)
        replace(file, "single: false\nx: !!bool x\n")
        said = next(line for line in out if str(file) in line)
        assert said.startswith(f"{file}:2: is not YAML: expected a bool ")
        assert ask_for_a_token(address(welcome, "Start page")).status_code == 200
