"""Every lie of the catalogue is told to the gate, through both doors, and the truth right after it is believed."""

from collections.abc import Callable, Iterator

import pytest
from both_doors import Doors
from person import authlib_tokens

from mockidp import MockIdp
from mockidp.faults.catalogue import CATALOGUE
from mockidp.faults.row import Endpoint, EndpointFault, TokenFault
from realmgate import Realms

ShopOf = Callable[..., Realms]
GateAt = Callable[..., Doors]

LIES = [name for name, fault in CATALOGUE.items() if isinstance(fault, TokenFault) and "access_token" in fault.tokens]
OUTAGES = [
    pytest.param(name, endpoint, id=f"{name} at {endpoint}")
    for name, fault in CATALOGUE.items()
    for endpoint in ("jwks", "discovery")
    if isinstance(fault, EndpointFault) and fault.endpoint in {None, endpoint}
]
REALMS = ("storefront", "backoffice")
TAKEN_BACK = "jwks-empty"  # no failure: the issuer says that no key is good any more
# After these the gate has keys all the same: what it got was right, only late, or under another label.
HARMLESS = {"delay", "drip", "jwks-odd-key", "jwks-slow", "jwks-stale", "wrong-content-type"}


@pytest.fixture(scope="module")
def lying() -> Iterator[MockIdp]:
    """One provider for all lies, since none of them changes it."""
    with MockIdp() as provider:
        provider.clock.freeze()
        yield provider


@pytest.fixture(params=REALMS)
def realm(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("fault", LIES)
def test_a_lie_is_refused_and_the_truth_after_it_is_believed(
    lying: MockIdp, shop_of: ShopOf, gate_at: GateAt, realm: str, fault: str
) -> None:
    doors = gate_at(shop_of(lying), realm, lying.clock)
    good = lying.token(realm, subject="somebody", scope="orders:read")
    lie = lying.token(realm, subject="somebody", scope="orders:read", fault=fault)

    before_any_key_is_known = doors.bearer(lie)
    truth = [doors.bearer(good), doors.bearer(good)]
    next_to_a_remembered_token = doors.bearer(lie)

    assert [answer.status for answer in truth] == [200, 200]
    for answer in (before_any_key_is_known, next_to_a_remembered_token):
        assert answer.status == 401
        assert answer.header("www-authenticate") == (
            f'Bearer realm="{realm}", error="invalid_token", '
            'error_description="The access token is not valid in this realm"'
        )
    assert doors.bearer(lying.token(realm, subject="somebody else")).status == 200


@pytest.mark.parametrize("fault", ["wrong-signature", "expired", "other-realm", "alg-none"])
def test_the_token_endpoint_lies_once_and_then_tells_the_truth(
    idp: MockIdp, shop_of: ShopOf, gate_at: GateAt, fault: str
) -> None:
    doors = gate_at(shop_of(idp), "storefront", idp.clock)
    idp.faults.next(fault, realm="storefront")

    statuses = [
        doors.bearer(authlib_tokens(idp.issuer("storefront"), "storefront")[1]["access_token"]).status for _ in range(2)
    ]

    assert statuses == [401, 200]


@pytest.mark.parametrize(("fault", "endpoint"), OUTAGES)
def test_a_gate_that_gets_no_keys_says_503_and_never_that_the_token_is_bad(
    idp: MockIdp, shop_of: ShopOf, gate_at: GateAt, fault: str, endpoint: Endpoint
) -> None:
    doors = gate_at(shop_of(idp), "storefront", idp.clock)
    idp.faults.always(quickly(fault), realm="storefront", endpoint=endpoint)

    answer = doors.bearer(idp.token("storefront", subject="somebody"))

    assert answer.status == (200 if fault in HARMLESS else 503)
    assert (answer.header("retry-after") is None) == (fault in HARMLESS)


@pytest.mark.parametrize(("fault", "endpoint"), OUTAGES)
def test_known_keys_are_good_enough_through_an_outage(
    idp: MockIdp, shop_of: ShopOf, gate_at: GateAt, fault: str, endpoint: Endpoint
) -> None:
    doors = gate_at(shop_of(idp), "storefront", idp.clock)
    assert doors.bearer(idp.token("storefront", subject="somebody")).status == 200
    idp.faults.always(quickly(fault), realm="storefront", endpoint=endpoint)
    idp.requests.clear()

    looked_for = doors.bearer(idp.token("storefront", subject="somebody", fault="unknown-kid"))

    assert idp.requests.wait_for(method="GET"), "the fault was not met"
    assert looked_for.status in {401, 503}
    assert doors.bearer(idp.token("storefront", subject="somebody")).status == (503 if fault == TAKEN_BACK else 200)


def quickly(fault: str) -> str:
    row = CATALOGUE[fault]
    return f"{fault}=0.1" if isinstance(row, EndpointFault) and row.usual == 1 else fault
