from pathlib import Path

import pytest
from terminal import address, served

from mockidp import Config, load_config
from mockidp.cli import main


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        ([], "mockidp.toml"),
        (["--format", "yaml"], "mockidp.yaml"),
        (["--format", "json"], "mockidp.json"),
        (["mine.yml"], "mine.yml"),
        (["mine.yml", "--format", "yaml"], "mine.yml"),
        (["mine.json"], "mine.json"),
    ],
)
def test_it_writes_a_file_that_is_the_demo(arguments: list[str], file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", *arguments]) == 0
    assert load_config(file) == Config()
    said = capsys.readouterr().out
    assert said.startswith(f"Wrote {file}. Try it: mockidp serve --config {file}\n")
    assert ("JSON has no comments" in said) == file.endswith("json")


def test_it_writes_over_nothing_unless_it_is_told_to(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mockidp.toml").write_text("mine = 1\n")
    assert main(["init"]) == 2
    assert capsys.readouterr().err == (
        "mockidp: mockidp.toml is there already: name another file, or write over it with --force\n"
    )
    assert Path("mockidp.toml").read_text() == "mine = 1\n"
    assert main(["init", "--force"]) == 0
    assert load_config("mockidp.toml") == Config()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["a.ini"], "a.ini: expected a name that ends with .toml, .yaml, .yml, .json, or --format"),
        (["a.toml", "--format", "json"], "a.toml: expected a name that ends with .json, by which it is read again"),
        (["nowhere/a.toml"], "[Errno 2] No such file or directory: 'nowhere/a.toml'"),
    ],
)
def test_what_cannot_be_written_is_one_line(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", *arguments]) == 2
    assert capsys.readouterr().err == f"mockidp: {complaint}\n"


def test_the_file_is_served() -> None:
    assert main(["init", "a.yaml"]) == 0
    with served("--config", "a.yaml") as (_, welcome):
        assert address(welcome, "Storefront")
