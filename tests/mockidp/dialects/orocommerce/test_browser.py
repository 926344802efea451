"""Logins under way."""

from mockidp.dialects.orocommerce.browser import Waiting, WaitingRoom


def test_each_browser_waits_for_one_thing() -> None:
    room = WaitingRoom()
    room.put("a", Waiting(target="/1"))
    room.put("a", Waiting(target="/2"))
    room.put("b", Waiting(target="/3"))

    assert room.find("a") == Waiting(target="/2")
    assert room.find("b") == Waiting(target="/3")
    room.leave("a")
    room.leave("nobody")
    assert room.find("a") is None


def test_when_it_is_full_the_oldest_goes_first() -> None:
    room = WaitingRoom(capacity=2)
    for name in "abac":
        room.put(name, Waiting(target=name))

    assert room.find("b") is None
    assert room.find("a")
    assert room.find("c")


def test_it_can_be_emptied() -> None:
    room = WaitingRoom()
    room.put("a", Waiting(target="/"))
    room.clear()

    assert room.find("a") is None


def test_what_somebody_wanted_is_not_shown() -> None:
    assert "secret" not in repr(Waiting(target="/authorize?state=secret"))
