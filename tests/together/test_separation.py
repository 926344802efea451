"""A token of one realm at the door of the other, with a real provider and through both doors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from both_doors import Doors

from mockidp import MockIdp
from realmgate import Realm, RealmOverlap, Realms

AUDIENCES = {"storefront": "https://shop.example/api", "backoffice": "https://shop.example/admin/api"}
BOTH_WAYS = [("storefront", "backoffice"), ("backoffice", "storefront")]

GateAt = Callable[..., Doors]


@dataclass
class Arrangement:
    """A shop, its provider, and which of the provider's issuers each realm of the shop listens to."""

    idp: MockIdp
    shop: Realms
    issuers: dict[str, str]

    def token(self, realm: str, *audiences: str) -> str:
        audience = [AUDIENCES[name] for name in audiences] if audiences else AUDIENCES[realm]
        return self.idp.token(self.issuers[realm], subject="somebody", scope="orders:read", audience=audience)


@pytest.fixture(params=["own issuers", "own issuers, keys in process", "one key set", "one issuer and one key set"])
def arrangement(request: pytest.FixtureRequest) -> Iterator[Arrangement]:
    """The same two realms, from the easy case to the hard one."""
    one_issuer = request.param == "one issuer and one key set"
    issuers = {name: "storefront" if one_issuer else name for name in AUDIENCES}
    with MockIdp(shared_keys=request.param.endswith("one key set")) as idp:
        idp.clock.freeze()
        yield Arrangement(
            idp=idp,
            issuers=issuers,
            shop=Realms(
                *(
                    Realm(
                        name,
                        issuer=idp.issuer(issuers[name]),
                        audience=audience,
                        keys=idp.keys_of(issuers[name]) if request.param.endswith("in process") else None,
                        trust_mock=True,
                    )
                    for name, audience in AUDIENCES.items()
                )
            ),
        )


@pytest.mark.parametrize("realm", AUDIENCES)
def test_a_token_opens_its_own_realm(arrangement: Arrangement, gate_at: GateAt, realm: str) -> None:
    answer = gate_at(arrangement.shop, realm, arrangement.idp.clock).bearer(arrangement.token(realm))

    assert answer.status == 200
    assert answer.json["subject"] == "somebody"
    assert answer.json["realm"] == realm
    assert answer.json["scopes"] == ["orders:read"]


@pytest.mark.parametrize(("own", "other"), BOTH_WAYS)
def test_a_token_is_refused_at_the_other_realm(arrangement: Arrangement, gate_at: GateAt, own: str, other: str) -> None:
    answer = gate_at(arrangement.shop, other, arrangement.idp.clock).bearer(arrangement.token(own))

    assert answer.status == 401
    assert answer.header("www-authenticate") == (
        f'Bearer realm="{other}", error="invalid_token", '
        'error_description="The access token is not valid in this realm"'
    )
    assert own not in str(answer.headers) + answer.body.decode()


@pytest.mark.parametrize(("own", "other"), BOTH_WAYS)
def test_a_token_that_names_both_audiences_is_refused_by_both(
    arrangement: Arrangement, gate_at: GateAt, own: str, other: str
) -> None:
    greedy = arrangement.token(own, own, other)

    for realm in (own, other):
        answer = gate_at(arrangement.shop, realm, arrangement.idp.clock).bearer(greedy)
        assert answer.status == 401
        assert 'error="invalid_token"' in (answer.header("www-authenticate") or "")


@pytest.mark.parametrize(("own", "other"), BOTH_WAYS)
def test_a_remembered_token_is_no_better_at_the_other_realm(
    arrangement: Arrangement, gate_at: GateAt, own: str, other: str
) -> None:
    token = arrangement.token(own)
    at_home = gate_at(arrangement.shop, own, arrangement.idp.clock)
    abroad = gate_at(arrangement.shop, other, arrangement.idp.clock)

    assert [at_home.bearer(token).status for _ in range(2)] == [200, 200]
    assert [abroad.bearer(token).status for _ in range(2)] == [401, 401]


def test_realms_that_one_token_could_satisfy_are_not_built(idp: MockIdp) -> None:
    same: dict[str, Any] = {"issuer": idp.issuer("storefront"), "audience": AUDIENCES["storefront"], "trust_mock": True}

    with pytest.raises(RealmOverlap, match="'storefront' and 'backoffice' overlap"):
        Realms(Realm("storefront", **same), Realm("backoffice", **same))


def test_without_trust_in_a_mock_its_keys_open_nothing(
    idp: MockIdp, gate_at: GateAt, caplog: pytest.LogCaptureFixture
) -> None:
    name = "storefront"
    wary = Realms(
        Realm(name, issuer=idp.issuer(name), audience=AUDIENCES[name], keys=idp.keys_of(name)),
    )

    answer = gate_at(wary, name, idp.clock).bearer(idp.token(name, subject="somebody"))

    assert answer.status == 503
    assert any("mock identity provider" in record.message for record in caplog.records if record.levelname == "ERROR")
