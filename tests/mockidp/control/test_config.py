from pathlib import Path

import pytest
import requests

from mockidp import Config, MockIdp
from mockidp.reloading import Reloading
from mockidp.settings.realm import Realm

CONFIG = Config(realms=(Realm(name="a", algorithm="ES256"),))


def test_without_a_file_there_is_nothing_to_reload() -> None:
    with MockIdp(CONFIG) as idp:
        answer = requests.post(f"{idp.base_url}/_mockidp/config/reload", json={}, timeout=30)
        assert 400 <= answer.status_code < 500
        assert "there is no file to read: start the provider with `mockidp serve --config FILE`" in answer.text


def test_a_mistake_is_told_and_shown_until_it_is_mended(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("demo: false\nrealms:\n- name: a\n  algorithm: RS256\n  title: New\nkeys_dir: x\n")
    with MockIdp(CONFIG) as idp:
        idp.provider.source = Reloading(str(file), idp.configure, lambda _: None)
        reload, config = (f"{idp.base_url}/_mockidp/config{leaf}" for leaf in ("/reload", ""))
        answer = requests.post(reload, json={}, timeout=30).json()
        assert answer["stays"] == ["keys_dir", "realms[0].algorithm"]
        assert answer["settings"]["realms"][0]["title"] == "New"
        file.write_text("demo: false\nrealms:\n- name: A\n")
        answer = requests.post(reload, json={}, timeout=30)
        assert 400 <= answer.status_code < 500
        assert (answer.json()["place"], answer.json()["detail"][:19]) == ("realms[0].name", "expected lower-case")
        shown = requests.get(config, timeout=30).json()
        assert (shown["file"], shown["settings"]["realms"][0]["title"]) == (str(file), "New")
        assert shown["problem"].startswith(f"{file}:3: realms[0].name")


@pytest.mark.parametrize("slip", ["x: !!bool x", "x: !!timestamp x", "x: !!int ''"])
def test_a_slip_in_yaml_is_told_with_its_line_and_nothing_ends(tmp_path: Path, slip: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("single: false\n")
    with MockIdp() as idp:
        idp.provider.source = Reloading(str(file), idp.configure, print)
        file.write_text(f"single: false\n{slip}\n")
        answer = requests.post(f"{idp.base_url}/_mockidp/config/reload", json={}, timeout=10)
        assert answer.status_code == 422
        state = requests.get(f"{idp.base_url}/_mockidp/config", timeout=10).json()
    assert state["problem"].startswith(f"{file}:2: is not YAML: expected a ")
