import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from mockidp import Client, Config, User
from mockidp.config_sources.config_files import load_config
from mockidp.config_sources.config_writing import SETTINGS, TABLES, demo_file, settings_of

SUFFIXES = (".toml", ".yaml", ".yml", ".json")
# `realms` stands in the file itself; the other two need the dialect of OroCommerce, and are named beside it.
ELSEWHERE = {"realms", "oro", "oro_version"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_written_is_exactly_what_there_is_without_a_file(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"a{suffix}"
    file.write_text(demo_file(suffix), "utf-8")
    assert load_config(file) == Config()


def test_every_setting_is_shown_and_those_with_a_default_show_it() -> None:
    assert {*SETTINGS, *TABLES, *ELSEWHERE} == set(Config.__struct_fields__)
    for name, (example, _) in SETTINGS.items():
        default = getattr(Config(), name)
        assert default is None or example == default


@pytest.mark.parametrize("name", sorted(SETTINGS))
@pytest.mark.parametrize("suffix", [".toml", ".yaml"])
def test_a_line_that_is_commented_out_works_as_it_stands(suffix: str, name: str, tmp_path: Path) -> None:
    text, times = re.subn(rf"^# ({name}[ :])", r"\1", demo_file(suffix), flags=re.MULTILINE)
    assert times == 1
    (tmp_path / f"a{suffix}").write_text(text, "utf-8")
    assert getattr(load_config(tmp_path / f"a{suffix}"), name) == SETTINGS[name][0]


@pytest.mark.parametrize("name", sorted(TABLES))
@pytest.mark.parametrize("suffix", [".toml", ".yaml"])
def test_a_table_that_is_commented_out_works_too(suffix: str, name: str, tmp_path: Path) -> None:
    lines = demo_file(suffix).splitlines()
    begin = next(at for at, line in enumerate(lines) if re.fullmatch(rf"# \[*{name}[\]:]*", line))
    end = next(at for at in range(begin, len(lines)) if not lines[at])
    lines[begin:end] = [line.removeprefix("# ") for line in lines[begin:end]]
    (tmp_path / f"a{suffix}").write_text("\n".join(lines), "utf-8")
    assert getattr(load_config(tmp_path / f"a{suffix}"), name) != getattr(Config(), name)


def test_the_formats_say_the_same() -> None:
    said = [tomllib.loads(demo_file(".toml")), yaml.safe_load(demo_file(".yaml")), json.loads(demo_file(".json"))]
    assert said[0] == said[1] == said[2]
    assert all("#" in demo_file(suffix) for suffix in (".toml", ".yaml"))


def test_only_what_has_to_be_said_is_said() -> None:
    assert settings_of(User(username="a", password="b", subject="a", name="a")) == {"username": "a", "password": "b"}
    assert settings_of(Client(client_id="a", name="b", redirect_uris=("http://x/",))) == {
        "client_id": "a",
        "name": "b",
        "redirect_uris": ["http://x/"],
    }
