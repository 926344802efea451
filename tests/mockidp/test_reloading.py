import os
from pathlib import Path

import pytest

from mockidp import Config, ConfigError, MockIdp, reloading
from mockidp.config_sources.config_files import load_config
from mockidp.config_sources.overrides import Overrides
from mockidp.reloading import Reloading


class Watched:
    """A file, what was taken from it, and what was said about it."""

    def __init__(self, file: Path, stays: tuple[str, ...] = ()) -> None:
        self.file = file
        self.taken: list[Config] = []
        self.said: list[str] = []
        self.stays = stays
        self.reloading = Reloading(str(file), self.take, self.said.append)

    def take(self, config: Config) -> tuple[str, ...]:
        self.taken.append(config)
        return self.stays

    def check(self, text: str | None = None, *, replaced: bool = False) -> None:
        if replaced and text is not None:  # as editors do
            beside = self.file.with_name("beside.toml")
            beside.write_text(text)
            beside.replace(self.file)
        elif text is not None:
            self.file.write_text(text)
        self.reloading.check()


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    (tmp_path / "a.toml").write_text("single = false\n")
    return Watched(tmp_path / "a.toml")


@pytest.mark.parametrize("replaced", [False, True])
def test_a_changed_file_is_taken_once(watched: Watched, replaced: bool) -> None:
    watched.check()
    assert watched.taken == []
    watched.check("single = true\n", replaced=replaced)
    watched.check()
    assert watched.taken == [Config(single=True)]
    assert watched.said == [f"{watched.file} has changed, and is in force now."]


def test_another_file_of_the_same_age_and_size_is_noticed(watched: Watched) -> None:
    before = watched.file.stat()
    beside = watched.file.with_name("beside.toml")
    beside.write_text("single =  true\n")
    os.utime(beside, ns=(before.st_atime_ns, before.st_mtime_ns))
    beside.replace(watched.file)
    watched.check()
    assert watched.taken == [Config(single=True)]


def test_a_mistake_leaves_all_as_it_was_and_is_said_once_until_it_is_mended(watched: Watched) -> None:
    watched.check("single = 1\n")
    watched.check()
    assert watched.taken == []
    assert watched.said == [
        f"{watched.file}:1: single: Expected `bool`, got `int`. The configuration before stays in force."
    ]
    assert watched.reloading.problem == f"{watched.file}:1: single: Expected `bool`, got `int`"
    watched.check("single = true\n")
    assert (watched.taken, watched.reloading.problem) == ([Config(single=True)], "")


def test_a_question_needs_no_full_stop_behind_it(watched: Watched) -> None:
    watched.check("singel = true\n")
    assert watched.said[0].endswith("did you mean `single`? The configuration before stays in force.")


def test_a_file_that_is_gone_is_waited_for(watched: Watched) -> None:
    watched.file.unlink()
    watched.check()
    assert (watched.taken, watched.said) == ([], [])
    watched.check("single = true\n")
    assert watched.taken == [Config(single=True)]


@pytest.mark.parametrize("part", ["", "single = "])
def test_a_file_that_is_being_written_is_taken_when_that_is_done(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def meanwhile(file: str, over: Overrides | None = None) -> Config:
        """Whoever writes it has come so far, and goes on when we have read that."""
        try:
            return load_config(file, over)
        finally:
            watched.file.write_text("single = true\n")

    with monkeypatch.context() as patch:
        patch.setattr(reloading, "load_config", meanwhile)
        watched.check(part)
    assert (watched.taken, watched.said, watched.reloading.problem) == ([], [], "")
    watched.check()
    assert watched.taken == [Config(single=True)]


def test_what_cannot_change_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("")
    watched = Watched(tmp_path / "a.toml", stays=("base_url", "realms[0].algorithm"))
    watched.check('base_url = "http://x.example"\n')
    for place, line in zip(("base_url", "realms[0].algorithm"), watched.said[1:], strict=True):
        assert line == (
            f"{watched.file}: {place} cannot change while the provider runs, and stays as it was until the next start."
        )


def test_a_refusal_of_the_provider_names_the_file_too(tmp_path: Path) -> None:
    def refuse(_: Config) -> tuple[str, ...]:
        raise ConfigError("expected something else", place="keys_dir")

    (tmp_path / "a.toml").write_text("")
    reloading = Reloading(str(tmp_path / "a.toml"), refuse, print)
    with pytest.raises(ConfigError, match=r"a\.toml: keys_dir: expected something else$"):
        reloading.reload()
    assert reloading.problem.endswith("a.toml: keys_dir: expected something else")


@pytest.mark.parametrize("problem", [KeyError("x"), OSError("disk full"), RuntimeError("broken")])
def test_whatever_goes_wrong_is_said_and_leaves_all_as_it_was(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, problem: Exception
) -> None:
    def fail(_: Config) -> tuple[str, ...]:
        raise problem

    (tmp_path / "a.toml").write_text("")
    said: list[str] = []
    reloading = Reloading(str(tmp_path / "a.toml"), fail, said.append)
    (tmp_path / "a.toml").write_text("single = true")
    reloading.check()
    why = f"cannot be used, for a reason that the log tells ({type(problem).__name__})"
    assert said == [f"{tmp_path / 'a.toml'}: {why}. The configuration before stays in force."]
    assert caplog.records[0].exc_info is not None
    assert caplog.records[0].exc_info[1] is problem


def test_what_overrules_the_file_does_so_each_time_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text('backend_prefix = "/x"')
    over: Overrides = {"dialect": "orocommerce"}
    idp = MockIdp(load_config(file, over), port=None, **over)
    reloading = Reloading(str(file), idp.configure, print, over)
    file.write_text('backend_prefix = "/y"')
    assert reloading.reload() == ()
    assert (idp.config.dialect, idp.config.backend_prefix) == ("orocommerce", "/y")
