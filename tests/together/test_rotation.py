"""The life of a key, phase by phase, while the gate runs: what was good stays good as long as its key is published."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from both_doors import Doors

from mockidp import MockIdp
from mockidp.settings.realm import Algorithm
from mockidp.signing.keys import RealmKeys
from realmgate import Realms

ShopOf = Callable[..., Realms]
GateAt = Callable[..., Doors]


@dataclass
class Running:
    """A provider whose keys change, and a gate that has been running for a while."""

    idp: MockIdp
    doors: Doors

    @property
    def keys(self) -> RealmKeys:
        return self.idp.keys["storefront"]

    def token(self) -> str:
        return self.idp.token("storefront", subject="somebody")

    def says(self, token: str) -> int:
        return self.doors.bearer(token).status

    def downloads(self) -> int:
        return len([one for one in self.idp.requests if one.path == "/storefront/jwks"])


@pytest.fixture
def running(idp: MockIdp, shop_of: ShopOf, gate_at: GateAt) -> Running:
    there = Running(idp=idp, doors=gate_at(shop_of(idp), "storefront", idp.clock))
    assert there.says(there.token()) == 200
    idp.requests.clear()
    return there


def test_a_key_that_is_only_published_changes_nothing(running: Running) -> None:
    running.keys.publish()
    assert running.says(running.token()) == 200
    assert running.downloads() == 0


def test_tokens_of_an_activated_key_are_good_at_once_and_the_earlier_ones_still(running: Running) -> None:
    before = running.token()
    running.keys.publish()
    running.keys.activate()
    assert running.says(running.token()) == 200
    assert running.says(before) == 200
    assert running.downloads() > 0


def test_a_rotation_is_survived(running: Running) -> None:
    before = running.token()
    running.keys.rotate()
    assert [running.says(running.token()), running.says(before)] == [200, 200]


def test_all_realms_rotate_at_once(running: Running) -> None:
    running.idp.keys.rotate()
    assert running.says(running.token()) == 200
    assert running.says(running.idp.token("backoffice", subject="somebody")) == 401


@pytest.mark.parametrize("end", ["retire", "revoke"])
def test_once_a_gate_has_seen_that_a_key_is_gone_its_tokens_are_bad_even_remembered_ones(
    running: Running, end: str
) -> None:
    before = running.token()
    assert running.says(before) == 200
    if end == "retire":
        running.keys.rotate()
        running.keys.retire()
    else:
        running.keys.revoke()

    assert running.says(running.token()) == 200, "the gate has looked again for the new key"
    assert running.says(before) == 401


def test_another_key_under_the_same_name_is_found(running: Running) -> None:
    before = running.token()
    running.keys.collide()
    after = running.token()
    assert running.says(after) == 200
    assert running.says(before) == 401


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_the_next_key_may_be_of_another_kind(running: Running, algorithm: Algorithm) -> None:
    before = running.token()
    running.keys.rotate(algorithm)
    assert [running.says(running.token()), running.says(before)] == [200, 200]


def test_a_stale_set_keeps_the_new_key_out_and_the_old_one_in(running: Running) -> None:
    before = running.token()
    running.idp.faults.always("jwks-stale", realm="storefront")
    running.keys.rotate()
    assert running.says(running.token()) == 401
    assert running.says(before) == 200
    assert running.downloads() > 0


def test_a_rotation_while_the_keys_cannot_be_fetched_leaves_the_old_ones_good(running: Running) -> None:
    before = running.token()
    running.idp.faults.always("jwks-down", realm="storefront")
    running.keys.rotate()
    assert running.says(running.token()) == 503
    assert running.says(before) == 200


def test_unknown_names_do_not_become_downloads_without_end(running: Running) -> None:
    lies = {running.says(running.idp.token("storefront", subject="x", fault="unknown-kid")) for _ in range(20)}
    assert lies == {401}
    assert running.downloads() <= 2
