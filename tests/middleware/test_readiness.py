"""Keys before the first request, over real sockets."""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from answering import Answering, answering
from both_doors import ADMIN_AUDIENCE, AUDIENCE, ISSUER, JWKS, KEYS, Doors, mint

from realmgate import Introspection, JwksUri, Realm, Realms
from realmgate.flow import Fetch

DAY = 86400.0


@pytest.fixture
def server() -> Iterator[Answering]:
    with answering(lambda _: (200, JWKS)) as server:
        yield server


@pytest.fixture
def shop_of(server: Answering) -> Callable[..., Realms]:
    """Two realms with one source far away."""

    def shop_of(snapshot: Any = None, **timing: Any) -> Realms:
        keys = JwksUri(f"{server.address}/jwks", trust_mock=True, **timing)
        return Realms(
            Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=keys, trust_mock=True),
            Realm("backoffice", issuer=ISSUER, audience=ADMIN_AUDIENCE, keys=keys, trust_mock=True),
            snapshot=snapshot,
        )

    return shop_of


def aged(snapshot: dict[str, Any], seconds: float) -> dict[str, Any]:
    """The snapshot as it would be if it had been made so many seconds earlier; through JSON, as it would be kept."""
    older: dict[str, Any] = json.loads(json.dumps(snapshot))
    for entry in older["sources"].values():
        entry["fresh_until"] -= seconds
    return older


def test_nothing_is_ready_before_keys_are_there(shop_of: Callable[..., Realms], server: Answering) -> None:
    shop = shop_of()
    assert not shop.ready
    assert server.asked == []
    assert shop.warm_up()
    assert shop.ready
    assert len(server.asked) == 1


def test_a_warm_gate_asks_nobody(
    shop_of: Callable[..., Realms], server: Answering, doors_to: Callable[..., Doors]
) -> None:
    shop = shop_of()
    assert asyncio.run(shop.warm_up_async())
    assert doors_to(shop["storefront"]).bearer(mint()).status == 200
    assert doors_to(shop["backoffice"]).bearer(mint(aud=ADMIN_AUDIENCE)).status == 200
    assert shop.warm_up()
    assert len(server.asked) == 1


def test_a_cold_outage_is_no_crash_and_not_ready(
    shop_of: Callable[..., Realms], server: Answering, doors_to: Callable[..., Doors]
) -> None:
    server.answer = lambda _: (500, {})
    shop = shop_of()
    assert not shop.warm_up()
    assert not asyncio.run(shop.warm_up_async())
    assert not shop.ready
    assert doors_to(shop["storefront"]).bearer(mint()).status == 503


def test_what_is_at_hand_is_ready_and_what_is_never_needed_is_not_missed() -> None:
    asking = Introspection("https://id.example/introspect", client_id="shop", client_secret="s3cret")
    shop = Realms(
        Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS),
        Realm("backoffice", issuer="https://id.example/other", audience=ADMIN_AUDIENCE, introspection=asking),
    )
    assert shop.ready
    assert shop.warm_up()


class TestSnapshot:
    @pytest.fixture
    def snapshot(self, shop_of: Callable[..., Realms], server: Answering) -> dict[str, Any]:
        """Made a moment ago; meanwhile the server has gone silent."""
        shop = shop_of()
        shop.warm_up()
        snapshot: dict[str, Any] = json.loads(json.dumps(shop.snapshot()))
        server.asked.clear()
        server.answer = lambda _: (500, {})
        return snapshot

    def test_it_holds_public_keys_of_far_away_sources_only(self, snapshot: dict[str, Any]) -> None:
        ((name, entry),) = snapshot["sources"].items()
        assert name.startswith("JwksUri http://127.0.0.1:")
        assert entry["keys"] == JWKS["keys"]
        assert not any({"d", "k", "p"} & key.keys() for key in entry["keys"])
        assert entry["fresh_until"] == pytest.approx(time.time() + 600, abs=60)
        assert Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS)).snapshot()["sources"] == {}

    def test_before_any_key_is_known_it_is_empty(self, shop_of: Callable[..., Realms]) -> None:
        assert shop_of().snapshot()["sources"] == {}

    def test_it_starts_a_gate_in_an_outage(
        self, shop_of: Callable[..., Realms], snapshot: dict[str, Any], doors_to: Callable[..., Doors]
    ) -> None:
        shop = shop_of(snapshot)
        assert shop.ready
        assert doors_to(shop["storefront"]).bearer(mint()).status == 200
        assert doors_to(shop["storefront"]).bearer(mint(header={"kid": "other"})).status == 503

    @pytest.mark.parametrize("seconds", [601 + DAY, 1000 * DAY])
    def test_one_that_is_too_old_is_worth_nothing(
        self, shop_of: Callable[..., Realms], snapshot: dict[str, Any], doors_to: Callable[..., Doors], seconds: float
    ) -> None:
        shop = shop_of(aged(snapshot, seconds))
        assert not shop.ready
        assert doors_to(shop["storefront"]).bearer(mint()).status == 503

    def test_one_that_comes_from_the_future_is_not_believed_for_ever(
        self, shop_of: Callable[..., Realms], snapshot: dict[str, Any]
    ) -> None:
        shop = shop_of(aged(snapshot, -1000 * DAY))
        (entry,) = shop.snapshot()["sources"].values()
        assert entry["fresh_until"] <= time.time() + DAY

    def test_handing_it_on_does_not_make_it_younger(
        self, shop_of: Callable[..., Realms], snapshot: dict[str, Any]
    ) -> None:
        old = aged(snapshot, 3600)
        handed_on = shop_of(shop_of(old).snapshot()).snapshot()
        (before,), (after,) = old["sources"].values(), handed_on["sources"].values()
        assert after["fresh_until"] == pytest.approx(before["fresh_until"], abs=60)

    def test_stale_keys_of_it_are_refreshed_beside_the_first_request(
        self,
        shop_of: Callable[..., Realms],
        snapshot: dict[str, Any],
        server: Answering,
        doors_to: Callable[..., Doors],
    ) -> None:
        shop = shop_of(aged(snapshot, 3600))
        server.answer = lambda _: (200, {"keys": [KEYS["ES256"].jwk]})
        door = doors_to(shop["storefront"])
        assert door.bearer(mint("ES256")).status == 200
        # The same thread does one after the other, so this one is answered after the refresh.
        shop["storefront"].fetcher.fetch(Fetch(url=f"{server.address}/last"))
        assert door.bearer(mint("RS256")).status == 401

    def test_of_another_source_it_says_nothing(
        self, server: Answering, snapshot: dict[str, Any], doors_to: Callable[..., Doors]
    ) -> None:
        keys = JwksUri(f"{server.address}/other", trust_mock=True)
        realm = Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=keys, trust_mock=True)
        assert not Realms(realm, snapshot=snapshot).ready

    def test_a_mocks_keys_in_it_are_dropped_where_no_mock_is_trusted(self, snapshot: dict[str, Any]) -> None:
        keys = [{**key, "mockidp": "testing only"} for key in JWKS["keys"]]
        entry = {"keys": keys, "fresh_until": time.time() + 600}
        realm = Realm("storefront", issuer=ISSUER, audience=AUDIENCE)
        shop = Realms(realm, snapshot={"version": 1, "sources": {f"Discovery {ISSUER}": entry}})
        assert not shop.ready
        honest = {**entry, "keys": JWKS["keys"]}
        assert Realms(realm, snapshot={"version": 1, "sources": {f"Discovery {ISSUER}": honest}}).ready

    @pytest.mark.parametrize(
        "broken",
        [
            "{}",
            [],
            {},
            {"version": 2, "sources": {}},
            {"version": 1, "sources": []},
            {"version": 1, "sources": {f"Discovery {ISSUER}": []}},
            {"version": 1, "sources": {f"Discovery {ISSUER}": {"keys": JWKS["keys"]}}},
            {"version": 1, "sources": {f"Discovery {ISSUER}": {"keys": JWKS["keys"], "fresh_until": "2099"}}},
            {"version": 1, "sources": {f"Discovery {ISSUER}": {"keys": JWKS["keys"], "fresh_until": float("inf")}}},
            {"version": 1, "sources": {f"Discovery {ISSUER}": {"keys": JWKS["keys"], "fresh_until": True}}},
            {"version": 1, "sources": {f"Discovery {ISSUER}": {"keys": JWKS["keys"], "fresh_until": 10**400}}},
            {"version": 1, "sources": {f"Discovery {ISSUER}": {"keys": JWKS["keys"], "fresh_until": float("nan")}}},
            {"version": 1, "sources": {f"Discovery {ISSUER}": {"keys": "x", "fresh_until": 1e12}}},
            {"version": 1, "sources": {f"Discovery {ISSUER}": {"keys": [], "fresh_until": 1e12}}},
            {"version": 1, "sources": {f"Discovery {ISSUER}": {"fresh_until": 1e12}}},
        ],
    )
    def test_one_that_cannot_be_read_costs_a_line_in_the_log(
        self, broken: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.WARNING):
            shop = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE), snapshot=broken)
        assert not shop.ready
        assert "passed over" in caplog.text


def test_keys_are_refreshed_ahead_of_their_end_and_not_all_at_once(shop_of: Callable[..., Realms]) -> None:
    parts = set()
    for _ in range(20):
        shop = shop_of(default_age=1000.0)
        shop.warm_up()
        keyring = shop["storefront"].keyring
        parts.add((keyring.refresh_at - time.monotonic()) / 1000)
    assert all(0.74 < part <= 0.85 for part in parts)
    assert len({round(part, 4) for part in parts}) > 1


def test_a_key_that_is_refreshed_ahead_is_served_meanwhile(
    shop_of: Callable[..., Realms], server: Answering, doors_to: Callable[..., Doors]
) -> None:
    shop = shop_of(default_age=0.5, min_age=0.0, max_stale=0.0)
    shop.warm_up()
    door = doors_to(shop["storefront"])
    deadline = time.monotonic() + 30
    while len(server.asked) < 3:
        assert door.bearer(mint()).status == 200
        assert time.monotonic() < deadline
