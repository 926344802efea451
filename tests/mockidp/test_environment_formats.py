"""Every form is read back by a program that we did not write."""

import io
import json
import os
import shutil
import subprocess
from pathlib import Path

import dotenv
import pytest
import yaml

from mockidp.environment_formats import CA_IN_CONTAINER, in_compose, in_dotenv, in_json, in_shell

AWKWARD = {
    "MOCKIDP_PLAIN": "http://127.0.0.1:8800/storefront",
    "MOCKIDP_SPACES": "openid profile orders:read",
    "MOCKIDP_QUOTES": """it's "quoted" `twice`""",
    "MOCKIDP_COMMAND": "$(touch owned) `touch owned` ; touch owned",
    "MOCKIDP_BACKSLASH": "a\\b\\n",
    "MOCKIDP_HASH": "a #b",
    "MOCKIDP_EQUALS": "=a=b=",
    "MOCKIDP_COLONS": "a:=ls:~",
    "MOCKIDP_LINES": "one\ntwo\rthree",
    "MOCKIDP_LETTERS": "Zoë 中 \U0001f511",
    "MOCKIDP_YAML": ": - {a: [b]} & *c !d %e @f yes",
    "MOCKIDP_ENDS": " 'x' ",
    "MOCKIDP_BANG": "!!",
}
DOLLARS = {"MOCKIDP_DOLLAR": "a$b", "MOCKIDP_BRACES": "${HOME}"}


def test_a_shell_reads_every_value_as_it_is(tmp_path: Path) -> None:
    values = AWKWARD | DOLLARS
    script = f"{in_shell(values)}\nexec env -0"
    said = subprocess.run(["/bin/sh", "-c", script], cwd=tmp_path, capture_output=True, check=True).stdout.decode()
    found = dict(pair.split("=", 1) for pair in said.split("\0") if pair)
    assert {name: found[name] for name in values} == values
    assert list(tmp_path.iterdir()) == [], "nothing was carried out"


@pytest.mark.parametrize("shell", ["bash", "dash", "zsh", "busybox"])
def test_so_does_a_shell_that_evaluates_it(shell: str, tmp_path: Path) -> None:
    path = shutil.which(shell)
    if path is None:
        give_up = pytest.fail if os.environ.get("SHELL_TESTS") == "required" else pytest.skip
        give_up(f"there is no {shell} here (Debian: apt-get install {shell})")
    values = AWKWARD | DOLLARS
    command = [path, *(["sh"] if shell == "busybox" else []), "-c", 'eval "$1"; exec env -0', "sh", in_shell(values)]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout.decode()
    found = dict(pair.split("=", 1) for pair in said.split("\0") if pair)
    assert {name: found[name] for name in values} == values


def test_python_dotenv_reads_every_value_as_it_is() -> None:
    values = AWKWARD | {"MOCKIDP_DOLLAR": "a$b"}
    assert dict(dotenv.dotenv_values(stream=io.StringIO(in_dotenv(values)))) == values


def test_node_reads_what_has_no_escapes_alike() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node here")
    escaped = {"MOCKIDP_QUOTES", "MOCKIDP_BACKSLASH", "MOCKIDP_ENDS"}  # it undoes no escape but that of a line's end
    values = {name: value for name, value in AWKWARD.items() if name not in escaped and "\r" not in value}
    script = "console.log(JSON.stringify(require('util').parseEnv(process.argv[1])))"
    said = subprocess.run([node, "-e", script, in_dotenv(values)], capture_output=True, text=True, check=True).stdout
    assert json.loads(said) == values


def test_what_needs_no_quotes_has_none() -> None:
    assert in_dotenv({"A": "http://127.0.0.1:8800/x"}) == "A=http://127.0.0.1:8800/x"
    assert in_shell({"A": "http://127.0.0.1:8800/x"}) == "export A=http://127.0.0.1:8800/x"


def test_json_is_one_object() -> None:
    values = AWKWARD | DOLLARS
    assert json.loads(in_json(values)) == values


def test_a_compose_file_says_the_same_after_compose_has_filled_in_its_variables() -> None:
    values = AWKWARD | DOLLARS
    read = yaml.safe_load(in_compose(values))
    environment = read["services"]["app"]["environment"]
    assert all(isinstance(value, str) for value in environment.values())
    assert {name: value.replace("$$", "$") for name, value in environment.items()} == values
    assert "volumes" not in read["services"]["app"]


def test_a_container_gets_the_file_of_the_authority_where_it_is_told() -> None:
    variables = {"MOCKIDP_CA_FILE": "/home/it's here/ca.pem", "SSL_CERT_FILE": "/home/it's here/ca.pem"}
    app = yaml.safe_load(in_compose(variables))["services"]["app"]
    assert app["environment"] == {"MOCKIDP_CA_FILE": CA_IN_CONTAINER, "SSL_CERT_FILE": CA_IN_CONTAINER}
    assert app["volumes"] == [f"/home/it's here/ca.pem:{CA_IN_CONTAINER}:ro"]
