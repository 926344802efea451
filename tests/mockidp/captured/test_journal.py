import threading
from typing import Any

import pytest

from mockidp.captured.captured_request import Captured
from mockidp.captured.journal import IssuedToken, Journal, read_part


def captured(path: bytes = b"/") -> Captured:
    return Captured(method="GET", raw_path=path, query_string=b"", raw_headers=(), body=b"")


def token(value: str = "e30.e30.") -> IssuedToken:
    return IssuedToken(kind="access_token", realm="storefront", client="c", subject="s", token=value, at=1)


def test_what_happened_after_a_number_is_all_that_is_told() -> None:
    journal = Journal()
    journal.note_answer(captured(b"/1"), 200, 0.1)
    seen = journal.since(0)
    journal.note_answer(captured(b"/2"), 500, 0.2)
    journal.note_token(token())
    newer = journal.since(seen.number)
    assert [(number, one.request.path, one.status) for number, one in newer.answered] == [(2, "/2", 500)]
    assert [number for number, _ in newer.issued] == [3]
    assert newer.number == 3


def test_a_number_that_never_was_gets_everything() -> None:
    journal = Journal()
    journal.note_token(token())
    assert len(journal.since(10_000).issued) == 1


def test_it_is_bounded_and_the_oldest_go_first() -> None:
    journal = Journal(3)
    for number in range(10):
        journal.note_answer(captured(f"/{number}".encode()), 200, 0)
        journal.note_token(token())
    assert [one.request.path for _, one in journal.since(0).answered] == ["/7", "/8", "/9"]
    assert len(journal.issued) == 3


def test_what_is_forgotten_is_gone_and_the_numbers_go_on() -> None:
    journal = Journal()
    journal.note_token(token())
    journal.forget()
    chapter = journal.since(0)
    assert (chapter.number, chapter.forgotten, chapter.issued) == (2, 2, ())


def test_a_change_that_was_only_seen_counts_once() -> None:
    journal = Journal()
    first = journal.number_of("frozen")
    assert journal.number_of("frozen") == first
    assert journal.number_of("running") == first + 1


@pytest.mark.parametrize(
    "happens",
    [
        pytest.param(lambda journal: journal.happened(), id="elsewhere"),
        pytest.param(lambda journal: journal.note_answer(captured(), 200, 0), id="answer"),
        pytest.param(lambda journal: journal.note_token(token()), id="token"),
        pytest.param(lambda journal: journal.forget(), id="forgotten"),
    ],
)
def test_who_listens_is_woken_by_whatever_happens_and_afterwards_no_more(happens: Any) -> None:
    journal, woken = Journal(), threading.Event()
    with journal.listening(woken.set):
        happens(journal)
        assert woken.is_set()
    woken.clear()
    happens(journal)
    assert not woken.is_set()


def test_no_number_is_given_twice() -> None:
    journal = Journal(10_000)

    def note_many() -> None:
        for _ in range(500):
            journal.note_token(token())

    threads = [threading.Thread(target=note_many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [number for number, _ in journal.since(0).issued] == list(range(1, 4001))


@pytest.mark.parametrize("value", ["", "a", "a.b.c", "....", "e30", "\N{SNOWMAN}.x", "W10" * 3, "." * 9])
def test_a_token_that_cannot_be_read_says_nothing(value: str) -> None:
    assert (read_part(value, 1)) is None


def test_printed_it_hides_the_token() -> None:
    assert "e30" not in repr(token())
