import threading
from typing import Any

import pytest

from mockidp.memory.approval import Approval
from mockidp.memory.devices import SLOWER, WRONG_CODES, Decision, DeviceCode, MemoryDevices

APPROVAL = Approval(
    approval_id="a",
    realm="storefront",
    client_id="tv",
    username="ann",
    subject="ann",
    scope="",
    scope_named=False,
    auth_time=0,
)
YES, NO = Decision(approval=APPROVAL), Decision(approval=None)


def code(value: str = "v", **more: Any) -> DeviceCode:
    given = {"value": value, "user_code": f"CODE{value}", "realm": "storefront", "client_id": "tv", "scope": ""}
    return DeviceCode(**{**given, "scope_named": False, "expires_at": 600.0, **more})


@pytest.fixture
def devices() -> MemoryDevices:
    return MemoryDevices(capacity=3)


def test_a_device_and_a_person_find_the_same_code_each_by_their_own(devices: MemoryDevices) -> None:
    devices.put(code(), 5)
    assert devices.find("v") == devices.awaiting("storefront", "CODEv") == code()
    assert devices.find("CODEv") is None
    assert devices.awaiting("storefront", "v") is None
    assert devices.awaiting("backoffice", "CODEv") is None


def test_neither_code_shows_in_a_representation() -> None:
    assert "secret" not in repr(code("secret", user_code="secret"))


def test_the_first_word_counts(devices: MemoryDevices) -> None:
    devices.put(code(), 5)
    assert devices.decision("v") is None
    assert [devices.decide("v", NO), devices.decide("v", YES)] == [True, False]
    assert devices.decision("v") == NO
    assert devices.awaiting("storefront", "CODEv") is None


def test_of_many_words_at_once_one_counts(devices: MemoryDevices) -> None:
    devices.put(code(), 5)
    heard: list[bool] = []
    threads = [threading.Thread(target=lambda: heard.append(devices.decide("v", YES))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard.count(True) == 1


def test_a_device_that_asks_too_soon_has_to_leave_more_time_each_time(devices: MemoryDevices) -> None:
    devices.put(code(), 5)
    assert not devices.asks_too_soon("v", 100)
    assert not devices.asks_too_soon("v", 105)
    assert devices.asks_too_soon("v", 109.9)
    assert devices.asks_too_soon("v", 109.9 + 4 + SLOWER)
    assert not devices.asks_too_soon("v", 109.9 + 4 + SLOWER + 15)


def test_what_is_not_there_is_not_decided_spent_or_in_a_hurry(devices: MemoryDevices) -> None:
    assert not devices.decide("v", YES)
    assert not devices.spend("v")
    assert not devices.asks_too_soon("v", 0)
    assert devices.decision("v") is None


def test_a_code_is_spent_once(devices: MemoryDevices) -> None:
    devices.put(code(), 5)
    assert [devices.spend("v"), devices.spend("v")] == [True, False]


def test_the_oldest_goes_first(devices: MemoryDevices) -> None:
    for value in "abcd":
        devices.put(code(value), 5)
    assert [devices.find(value) is not None for value in "abcd"] == [False, True, True, True]
    assert devices.awaiting("storefront", "CODEa") is None


def test_so_many_wrong_codes_in_a_minute_are_too_many_for_the_realm(devices: MemoryDevices) -> None:
    for number in range(WRONG_CODES):
        assert not devices.too_many_wrong_codes("storefront", 100 + number)
        devices.note_wrong_code("storefront", 100 + number)
    assert devices.too_many_wrong_codes("storefront", 159)
    assert not devices.too_many_wrong_codes("storefront", 160)
    assert not devices.too_many_wrong_codes("backoffice", 159)


def test_a_clock_that_was_put_back_makes_nobody_wait_until_it_has_caught_up(devices: MemoryDevices) -> None:
    devices.put(code(), 5)
    assert not devices.asks_too_soon("v", 4000)
    assert not devices.asks_too_soon("v", 400)
    assert devices.asks_too_soon("v", 402)
    for _ in range(WRONG_CODES):
        devices.note_wrong_code("storefront", 4000)
    assert devices.too_many_wrong_codes("storefront", 4001)
    assert not devices.too_many_wrong_codes("storefront", 400)


def test_everything_can_be_forgotten(devices: MemoryDevices) -> None:
    devices.put(code(), 5)
    for _ in range(WRONG_CODES):
        devices.note_wrong_code("storefront", 100)
    devices.clear()
    assert devices.find("v") is None
    assert not devices.too_many_wrong_codes("storefront", 100)
