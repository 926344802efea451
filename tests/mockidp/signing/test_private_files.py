import stat
import sys
import threading
from pathlib import Path

import pytest

from mockidp.signing.private_files import kept, write_privately


def test_what_is_there_stays(tmp_path: Path) -> None:
    file = tmp_path / "new" / "file"
    assert kept(file, lambda: b"first") == b"first"
    assert kept(file, lambda: pytest.fail("it is there")) == b"first"
    assert [one.name for one in file.parent.iterdir()] == ["file"], "nothing is left beside it"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "new" / "file"
    kept(file, lambda: b"")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_of_many_that_make_it_at_once_one_is_first_and_all_agree(tmp_path: Path) -> None:
    together, found = threading.Barrier(8), []

    def make(number: int) -> None:
        together.wait(10)
        found.append(kept(tmp_path / "file", lambda: b"%d" % number))

    threads = [threading.Thread(target=make, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(found) == 8
    assert set(found) == {(tmp_path / "file").read_bytes()}


def test_nothing_is_written_over(tmp_path: Path) -> None:
    write_privately(tmp_path / "file", b"mine")
    with pytest.raises(FileExistsError):
        write_privately(tmp_path / "file", b"yours")
