import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests

from mockidp import MockIdp, cli
from mockidp.choices import choices
from mockidp.cli.control import ELSEWHERE
from mockidp.control.operation import Operation
from mockidp.control.table import OPERATIONS
from mockidp.control.wording import sentence


@pytest.fixture(scope="module")
def running() -> Iterator[MockIdp]:
    with MockIdp() as idp:
        yield idp


@pytest.fixture
def idp(running: MockIdp) -> MockIdp:
    running.reset()
    return running


@pytest.fixture
def said(idp: MockIdp, capsys: pytest.CaptureFixture[str]) -> Any:
    def said(*words: str) -> tuple[int, str, str]:
        status = cli.main([*words, "--at", idp.base_url])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return said


def help_of(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as left:
        cli.main([*words, "--help"])
    assert left.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)
def test_every_command_helps(operation: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shown = " ".join(help_of(operation.name.replace("_", "-").split("."), capsys).split())
    if operation.name not in ELSEWHERE:
        assert operation.says in shown
        for name in operation.takes.__struct_fields__:
            assert sentence(operation, name) in shown
            assert (name.upper() if name in operation.positional else f"--{name.replace('_', '-')}") in shown
    assert "--at URL" in shown
    assert "--control-token TOKEN" in shown


def test_what_is_counted_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["keys", "rotate", "--algorithm", "PS256"])
    assert "choose from" in (complained := capsys.readouterr().err)
    assert all(algorithm in complained for algorithm in ("RS256", "ES256", "EdDSA"))


def test_the_clock_is_set_by_a_date(said: Any) -> None:
    assert json.loads(said("clock", "freeze", "2030-01-01T12:00:00Z")[1]) == {"now": 1_893_499_200, "frozen": True}
    assert json.loads(said("clock", "set", "2030-01-01 13:01+01:00")[1])["now"] == 1_893_499_260


def test_it_prints_json_or_lines(said: Any) -> None:
    assert json.loads(said("clock", "freeze", "5")[1]) == {"now": 5.0, "frozen": True}
    assert said("clock", "-o", "text")[1] == "now: 5.0\nfrozen: true\n"
    assert "pending[0].fault: drop\n" in said("faults", "next", "drop", "-o", "text")[1]


def test_what_came_from_outside_writes_no_control_characters(idp: MockIdp, said: Any) -> None:
    requests.get(f"{idp.base_url}/%1b[31m", timeout=10)
    for output in ("text", "json"):
        _, out, _ = said("requests", "-o", output)
        assert "[31m" in out
        assert "\x1b" not in out


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["clock", "advance", "--minutes", "ten"], "--minutes: expected a number, got a text"),
        (["clock", "advance"], "say how far, for example 10 minutes (--minutes 10)"),
        (["clock", "set", "noon"], "now: expected seconds since the epoch, or a date and time with its offset"),
        (["clock", "freeze", "3000-01-01T00:00:00"], "at: expected seconds since the epoch, or a date and time"),
        (["clock", "set", "-5"], "now: expected a time between the years 1970 and 9999"),
        (["clock", "advance", "--days", "1e30"], "--days: expected a number <= 253402300799.0"),
        (["faults", "next", "expird"], "there is no fault 'expird'; did you mean expired"),
        (["keys", "activate", "--realm", "storefront"], "no key is waiting: publish() one first, or rotate()"),
        (["users", "remove", "storefront", "nobody"], "username: there is no user 'nobody'"),
        (["requests", "take", "--timeout", "0"], "no request came within 0 s"),
        (["token", "storefront", "--config", "x.toml"], "--at asks a running server, which has its own --config"),
    ],
)
def test_a_mistake_is_said_with_its_cure(said: Any, words: list[str], problem: str) -> None:
    status, out, complained = said(*words)
    assert (status, out) == (2, "")
    assert complained.startswith(f"mockidp: {problem}")


@pytest.mark.parametrize(
    ("operation", "field", "there"),
    [
        (operation, field.name, there)
        for operation in OPERATIONS.values()
        for field in msgspec.structs.fields(operation.takes)
        if (there := choices(msgspec.inspect.type_info(field.type))) and operation.name not in ELSEWHERE
    ],
    ids=lambda one: getattr(one, "name", None),
)
def test_what_is_one_of_few_is_listed_and_nothing_else_is_taken(
    capsys: pytest.CaptureFixture[str], operation: Operation, field: str, there: tuple[str, ...]
) -> None:
    words, flag = operation.name.split("."), f"--{field.replace('_', '-')}"
    assert f"{flag} {{{','.join(there)}}}" in help_of(words, capsys).replace("\n", "")
    with pytest.raises(SystemExit) as left:
        cli.main([*words, *("x" for _ in operation.positional), flag, "implicit"])
    assert left.value.code == 2
    complained = capsys.readouterr().err
    assert complained.startswith(f"mockidp: argument {flag}: invalid choice: 'implicit' (choose from ")
    assert all(one in complained for one in there)


def test_a_grant_can_be_said_several_times(idp: MockIdp, said: Any) -> None:
    grants = ["--grant-types", "client_credentials", "--grant-types", "refresh_token"]
    assert said("clients", "add", "storefront", "app", "--client-secret", "s", *grants)[0] == 0
    added = idp.provider.sites.named("storefront").client("app")
    assert added is not None
    assert added.grant_types == ("client_credentials", "refresh_token")


def test_what_is_needed_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["users", "add", "storefront", "new"])
    assert left.value.code == 2
    assert "the following arguments are required: --password" in capsys.readouterr().err


def test_json_that_is_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["clients", "add", "storefront", "x", "--lifetimes", "5m"])
    assert "expected a JSON object, not '5m'" in capsys.readouterr().err


def test_lists_switches_and_objects_can_be_said(idp: MockIdp, said: Any) -> None:
    uris = ["--redirect-uris", "http://127.0.0.1/a", "--redirect-uris", "http://127.0.0.1/b"]
    more = ["--require-par", "--no-require-pkce", "--lifetimes", '{"access_token": "5m"}']
    assert said("clients", "add", "storefront", "app", *uris, *more)[0] == 0
    added = idp.provider.sites.named("storefront").client("app")
    assert added is not None
    assert added.redirect_uris == ("http://127.0.0.1/a", "http://127.0.0.1/b")
    assert (added.require_par, added.require_pkce, added.lifetimes.access_token) == (True, False, "5m")


def test_a_token_of_the_server_is_printed_as_it_is_needed(idp: MockIdp, said: Any) -> None:
    assert said("token", "storefront", "-o", "header")[1].startswith("Authorization: Bearer ey")
    idp.clock.freeze(1_800_000_000)
    claims = json.loads(said("token", "storefront", "--expires-in", "5m", "-o", "json")[1])["claims"]
    assert (claims["iss"], claims["exp"]) == (idp.issuer("storefront"), 1_800_000_300)


def test_no_argument_of_an_operation_hides_one_of_the_command() -> None:
    taken = {"server", "control_token", "output", "run"}
    for operation in OPERATIONS.values():
        assert not taken & set(operation.takes.__struct_fields__)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_names_are_printed_whatever_the_terminal_can_show(idp: MockIdp, encoding: str) -> None:
    idp.users.add("storefront", username="Łukasz", password="x", name="é😀")
    command = [sys.executable, "-m", "mockidp", "users", "--at", idp.base_url]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONIOENCODING": encoding}, capture_output=True, timeout=60, check=True
    )
    assert json.loads(done.stdout.decode(encoding))["realms"]["storefront"][-1]["username"] == "Łukasz"


@pytest.fixture
def _heard_by_children() -> Iterator[None]:
    """A run in the background may ignore Ctrl-C, and what it starts would, too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_heard_by_children")
def test_who_waits_no_longer_is_told_nothing_more(idp: MockIdp) -> None:
    command = [sys.executable, "-m", "mockidp", "requests", "take", "--timeout", "60", "--at", idp.base_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as waiting:
        while not idp.provider.journal._listeners:
            assert waiting.poll() is None
            time.sleep(0.01)
        waiting.send_signal(signal.SIGINT)
        assert waiting.communicate(timeout=60) == (b"", b"")
    assert waiting.returncode == 130


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a file that is always full")
@pytest.mark.parametrize("words", [["clock"], ["env"], ["token", "storefront"]], ids=lambda words: words[0])
def test_what_cannot_be_written_is_no_success(idp: MockIdp, words: list[str]) -> None:
    command = [sys.executable, "-m", "mockidp", *words, "--at", idp.base_url]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (2, "mockidp: [Errno 28] No space left on device\n")


def test_who_closes_the_pipe_has_had_enough(idp: MockIdp) -> None:
    command = [sys.executable, "-m", "mockidp", "faults", "catalogue", "--at", idp.base_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as asked:
        assert asked.stdout
        asked.stdout.close()
        assert asked.stderr
        assert asked.stderr.read() == b""
    assert asked.returncode == 0
