import threading

import pytest

from mockidp.signing.keys import AllKeys, RealmKeys


def test_no_key_is_made_before_somebody_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockidp.signing.signing_key.SigningKey", lambda algorithm: pytest.fail("made a key"))
    keys = RealmKeys("RS256")
    monkeypatch.undo()
    assert keys.current is keys.current


def test_a_rotated_key_signs_and_the_earlier_ones_stay_published() -> None:
    keys = RealmKeys("ES256")
    first = keys.current
    second = keys.rotate()
    assert keys.current is second
    assert [key["kid"] for key in keys.jwks()["keys"]] == [second.kid, first.kid]
    assert keys.find(first.kid) is first
    assert keys.find("other") is None


def test_threads_that_need_the_first_key_at_once_get_the_same() -> None:
    keys = RealmKeys("RS256")
    together = threading.Barrier(8)
    seen: list[str] = []

    def look() -> None:
        together.wait(10)
        seen.append(keys.current.kid)

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len(set(seen)) == 1


def kids(keys: RealmKeys) -> list[str]:
    return [key["kid"] for key in keys.jwks()["keys"]]


def test_a_published_key_is_seen_but_not_used_until_it_is_activated() -> None:
    keys = RealmKeys("ES256")
    first, second = keys.current, keys.publish()
    assert keys.current is first
    assert kids(keys) == [second.kid, first.kid]
    assert keys.phases == {second.kid: "next", first.kid: "current"}

    assert keys.activate() is second
    assert keys.current is second
    assert keys.phases == {second.kid: "current", first.kid: "former"}


def test_keys_are_activated_in_the_order_in_which_they_were_published() -> None:
    keys = RealmKeys("ES256")
    published = [keys.publish(), keys.publish()]
    assert [keys.activate(), keys.activate()] == published


def test_a_key_that_was_never_published_cannot_be_activated() -> None:
    with pytest.raises(LookupError, match=r"publish\(\) one first"):
        RealmKeys("ES256").activate()


def test_retiring_takes_only_former_keys_out_of_the_set() -> None:
    keys = RealmKeys("ES256")
    former, current, waiting = keys.current, keys.rotate(), keys.publish()
    assert keys.retire() == (former,)
    assert kids(keys) == [waiting.kid, current.kid]
    assert keys.current is current
    assert keys.retire() == ()


def test_a_revoked_key_is_gone_at_once_and_another_signs() -> None:
    keys = RealmKeys("ES256")
    first = keys.current
    second = keys.revoke()
    assert keys.current is second is not first
    assert kids(keys) == [second.kid]


def test_the_key_that_waits_follows_the_revoked_one() -> None:
    keys = RealmKeys("ES256")
    first, waiting = keys.current, keys.publish()
    assert keys.revoke(first.kid) is waiting
    assert keys.phases == {waiting.kid: "current"}


@pytest.mark.parametrize("phase", ["next", "former"])
def test_revoking_a_key_that_is_not_in_use_leaves_the_current_one(phase: str) -> None:
    keys = RealmKeys("ES256")
    current, _ = keys.rotate(), keys.publish()
    [gone] = [kid for kid, its in keys.phases.items() if its == phase]
    assert keys.revoke(gone) is current is keys.current
    assert gone not in kids(keys)


def test_an_unknown_key_cannot_be_revoked() -> None:
    keys = RealmKeys("ES256")
    with pytest.raises(LookupError, match=f"'other'; published are {keys.current.kid}"):
        keys.revoke("other")


def test_a_collision_is_another_key_under_the_same_name() -> None:
    keys = RealmKeys("ES256")
    first, second = keys.current, keys.collide()
    assert keys.current is second
    assert second.kid == first.kid
    assert second.public()["x"] != first.public()["x"]
    assert kids(keys) == [first.kid]


def test_a_rotation_passes_by_keys_that_wait() -> None:
    keys = RealmKeys("ES256")
    first, waiting, rotated = keys.current, keys.publish(), keys.rotate()
    assert keys.phases == {waiting.kid: "next", rotated.kid: "current", first.kid: "former"}


def test_the_next_key_may_be_for_another_algorithm() -> None:
    keys = RealmKeys("RS256")
    said = [(keys.algorithm, keys.algorithms)]
    keys.publish("ES256")
    said.append((keys.algorithm, keys.algorithms))
    keys.activate()
    said.append((keys.algorithm, keys.algorithms))
    assert said == [("RS256", ("RS256",)), ("RS256", ("ES256", "RS256")), ("ES256", ("ES256", "RS256"))]
    assert keys.current.algorithm == "ES256"
    assert keys.rotate("EdDSA").algorithm == "EdDSA"


def test_the_set_before_the_last_change_is_remembered_for_those_who_serve_it_stale() -> None:
    keys = RealmKeys("ES256")
    assert keys.jwks_before() == keys.jwks()
    before = keys.jwks()
    keys.publish()
    assert keys.jwks_before() == before
    keys.activate()
    assert keys.jwks_before() == before, "an activation changes nothing that is published"


def test_a_reset_brings_back_the_first_key_and_no_other() -> None:
    keys = RealmKeys("ES256")
    first = keys.current
    keys.publish("EdDSA")
    keys.activate()
    keys.collide()
    keys.reset()
    assert keys.current is first
    assert kids(keys) == [first.kid]
    assert keys.algorithm == "ES256"


def test_all_realms_rotate_at_once_and_shared_keys_only_once() -> None:
    shared, own = RealmKeys("ES256"), RealmKeys("ES256")
    before = shared.current, own.current
    keys = AllKeys({"a": shared, "b": shared, "c": own})
    keys.rotate()
    assert list(keys) == ["a", "b", "c"]
    assert len(keys) == 3
    assert len(kids(keys["a"])) == len(kids(keys["c"])) == 2
    assert before == (shared.find(before[0].kid), own.find(before[1].kid))
    keys.reset()
    assert (shared.current, own.current) == before


@pytest.mark.parametrize("change", ["publish", "rotate"])
def test_a_key_for_an_unknown_algorithm_is_refused_and_nothing_changes(change: str) -> None:
    keys = RealmKeys("EdDSA")
    before = keys.jwks()
    with pytest.raises(ValueError, match="expected RS256, ES256 or EdDSA, not 'PS256'"):
        getattr(keys, change)("PS256")
    assert keys.jwks() == before


def test_a_realm_without_keys_is_named_with_those_that_have_some() -> None:
    keys = AllKeys({"storefront": RealmKeys("EdDSA"), "backoffice": RealmKeys("EdDSA")})
    with pytest.raises(KeyError) as unknown:
        keys["nope"]
    assert str(unknown.value) == "there is no realm 'nope'; there are storefront, backoffice"
    assert keys.get("nope") is None
