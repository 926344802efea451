"""The table of answers, to the byte and through both doors. RFC 6750 §3."""

import json
import threading
import time
from collections.abc import Callable

import pytest
from answering import answering
from both_doors import ISSUER, JWKS, KEYS, NOW, Answer, Doors, ask_wsgi, mint

from realmgate import JwksUri, Principal, Realm, Realms
from realmgate.flow import run
from realmgate.gate import Gate

BARE = 'Bearer realm="storefront"'
INVALID = f'{BARE}, error="invalid_token", error_description="The access token is not valid in this realm"'
MALFORMED = (
    f'{BARE}, error="invalid_request", error_description="The request must carry exactly one well-formed access token"'
)


def says(answer: Answer, status: int, title: str, detail: str, *challenge: tuple[str, str]) -> bool:
    """Whether an answer is, byte for byte, the problem document with these words and nothing else."""
    body = f'{{"type":"about:blank","title":"{title}","status":{status},"detail":"{detail}"}}'.encode()
    headers = (
        ("content-type", "application/problem+json"),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
        *challenge,
    )
    return answer == Answer(status, headers, body)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param([], id="no header"),
        pytest.param([""], id="an empty header"),
        pytest.param(["Bearer"], id="a scheme alone"),
        pytest.param(["Bearer "], id="a scheme and a space"),
        pytest.param(["Basic dXNlcjpwYXNz"], id="Basic"),
        pytest.param(["DPoP eyJ"], id="DPoP"),
        pytest.param(["Token eyJ"], id="another scheme"),
        pytest.param([mint()], id="a good token without a scheme"),
    ],
)
def test_without_a_bearer_token_the_challenge_has_no_error_code(doors: Doors, sent: list[str]) -> None:
    answer = doors.ask(*sent)
    assert says(answer, 401, "Unauthorized", "This resource needs an access token", ("www-authenticate", BARE))


@pytest.mark.parametrize("remembered", [False, True])
@pytest.mark.parametrize(
    "sent",
    [
        pytest.param([f"Bearer {mint()}"] * 2, id="a good token in two headers"),
        pytest.param([f"Bearer {mint()}", "Basic dXNlcjpwYXNz"], id="two schemes in two headers"),
        pytest.param(["Basic dXNlcjpwYXNz", f"Bearer {mint()}"], id="two schemes the other way round"),
        pytest.param(["", f"Bearer {mint()}"], id="an empty header and a good token"),
        pytest.param([f"Bearer {mint()},Bearer {mint()}"], id="a comma"),
        pytest.param([f"Bearer {mint()},"], id="a comma at the end"),
        pytest.param([f"Bearer {mint()} {mint()}"], id="two tokens"),
        pytest.param([f"Bearer\t{mint()}"], id="a tab"),
        pytest.param([f"Bearer token={mint()}"], id="a parameter"),
        pytest.param(['Bearer "quoted"'], id="quotes"),
        pytest.param(["Bearer \xe9\xff"], id="bytes beyond ASCII"),
        pytest.param(["Bearer a\x00b"], id="NUL"),
        pytest.param(["Bearer " + "é" * 100_000], id="very long nonsense"),
    ],
)
def test_credentials_that_are_not_one_token_are_a_bad_request(doors: Doors, sent: list[str], remembered: bool) -> None:
    if remembered:
        assert doors.bearer(mint()).status == 200
    answer = doors.ask(*sent)
    text = "The request must carry exactly one well-formed access token"
    assert says(answer, 400, "Bad Request", text, ("www-authenticate", MALFORMED))


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("x", id="a single letter"),
        pytest.param("a.b.c", id="three letters"),
        pytest.param("opaque-token-of-another-kind", id="an opaque token"),
        pytest.param(mint(exp=1), id="expired"),
        pytest.param(mint(aud="https://elsewhere.example"), id="for another audience"),
        pytest.param(mint(iss="https://elsewhere.example"), id="from another issuer"),
        pytest.param(mint()[:-4] + "AAAA", id="with a broken signature"),
        pytest.param(mint("ES256", header={"kid": "nobody's"}), id="signed by an unknown key"),
        pytest.param(mint() + "====", id="padded"),
        pytest.param("A" * 100_000, id="very long"),
        pytest.param("." * 50_000, id="very many dots"),
        pytest.param(mint(header={"typ": "JWT"}), id="of another type"),
        pytest.param(mint(cnf={"jkt": "x"}), id="bound to a key"),
    ],
)
def test_a_token_that_is_not_good_here_is_invalid_whatever_is_wrong(doors: Doors, token: str) -> None:
    answer = doors.bearer(token)
    text = "The access token is not valid in this realm"
    assert says(answer, 401, "Unauthorized", text, ("www-authenticate", INVALID))


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "  Bearer", "Bearer   "])
@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
def test_a_good_token_gets_through(doors: Doors, scheme: str, alg: str) -> None:
    answer = doors.ask(f"{scheme} {mint(alg)}")
    assert answer.status == 200
    assert answer.json == {
        "subject": "customer@example.com",
        "realm": "storefront",
        "client_id": "storefront-web",
        "scopes": ["orders:read", "products:read"],
        "is_authenticated": True,
    }


def test_no_keys_mean_come_back_later(door_to: Callable[..., Doors]) -> None:
    nowhere = JwksUri("http://127.0.0.1:9/jwks", trust_mock=True)
    answer = door_to(keys=nowhere, trust_mock=True).bearer(mint())
    text = "The keys to verify access tokens are not available right now"
    assert says(answer, 503, "Service Unavailable", text, ("retry-after", "5"))


def test_head_is_answered_like_get_without_the_body(doors: Doors) -> None:
    for sent in ([], ["Bearer a,b"], ["Bearer x"]):
        get, head = doors.ask(*sent), doors.ask(*sent, method="HEAD")
        assert (head.status, head.headers, head.body) == (get.status, get.headers, b"")


@pytest.mark.parametrize("method", ["OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"])
def test_every_method_is_guarded(doors: Doors, method: str) -> None:
    assert doors.ask(method=method) == doors.ask()
    assert doors.bearer(mint(), method=method).status == 200


def test_a_preflight_is_refused_like_any_other_request(doors: Doors) -> None:
    asked = [("origin", "https://shop.example"), ("access-control-request-method", "GET")]
    assert doors.ask(method="OPTIONS", headers=asked).status == 401


JSON_API = "application/vnd.api+json"


@pytest.mark.parametrize(
    "accept",
    [
        pytest.param([JSON_API], id="by name"),
        pytest.param([JSON_API.upper()], id="in capitals"),
        pytest.param([f"text/html, {JSON_API};q=0.5, */*"], id="among others"),
        pytest.param([f"{JSON_API}; ext=bulk"], id="with a parameter"),
        pytest.param([f"{JSON_API};q=0.001"], id="hardly at all"),
        pytest.param(["text/html", JSON_API], id="in a second header"),
        pytest.param([f"{JSON_API};q=0, {JSON_API}"], id="once not and once so"),
    ],
)
def test_json_api_is_answered_where_it_is_asked_for(doors: Doors, accept: list[str]) -> None:
    answer = doors.ask(headers=[("accept", each) for each in accept])
    assert answer.header("content-type") == JSON_API
    assert answer.header("content-length") == str(len(answer.body))
    assert answer.header("www-authenticate") == BARE
    error = {"status": "401", "title": "Unauthorized", "detail": "This resource needs an access token"}
    assert json.loads(answer.body) == {"errors": [error]}


@pytest.mark.parametrize(
    "accept",
    [
        pytest.param([], id="not asked at all"),
        pytest.param(["*/*"], id="anything"),
        pytest.param(["application/json"], id="plain JSON"),
        pytest.param([f"{JSON_API};q=0"], id="refused"),
        pytest.param([f"{JSON_API}; Q=0.000"], id="refused in another spelling"),
        pytest.param(["application/vnd.api+jsonp"], id="a longer name"),
        pytest.param(["application/*"], id="half a name"),
        pytest.param(["\xe9;;,,q=0;=,"], id="nonsense"),
    ],
)
def test_a_problem_document_is_answered_otherwise(doors: Doors, accept: list[str]) -> None:
    answer = doors.ask(headers=[("accept", each) for each in accept])
    assert answer.header("content-type") == "application/problem+json"


def test_nothing_of_a_request_decides_or_shows_but_its_credentials(doors: Doors) -> None:
    plain, dressed = (
        doors.ask(),
        doors.ask(
            path="/elsewhere",
            headers=[
                ("host", "evil.example"),
                ("x-forwarded-host", "evil.example"),
                ("x-forwarded-uri", "/public"),
                ("x-original-url", "/public"),
                ("x_authorization", f"Bearer {mint()}"),
                ("proxy-authorization", f"Bearer {mint()}"),
                ("cookie", f"access_token={mint()}"),
                ("origin", "https://evil.example"),
                ("user-agent", "health-check"),
            ],
        ),
    )
    assert dressed == plain


@pytest.mark.parametrize("given", [None, "storefront", Realm("storefront", issuer=ISSUER, audience="a", keys=JWKS)])
def test_a_gate_takes_only_a_realm_that_knows_its_siblings(given: object) -> None:
    with pytest.raises(
        TypeError, match=r'shop = Realms\(Realm\("storefront", …\)\) and then realm=shop\["storefront"\]'
    ):
        Gate(given)  # type: ignore[arg-type]


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("remember", [0, 10_000])
def test_a_token_is_good_until_the_very_second_it_expires(door_to: Callable[..., Doors], remember: int) -> None:
    clock = Clock()
    doors = door_to(clock=clock, remember=remember)
    token = mint(exp=int(NOW) + 60)
    assert doors.bearer(token).status == 200
    clock.now = NOW + 59.999
    assert doors.bearer(token).status == 200
    clock.now = NOW + 60
    assert doors.bearer(token).status == 401
    clock.now = NOW + 59.999
    assert doors.bearer(token).status == 200


def test_a_remembered_token_is_refused_when_the_clock_goes_back_before_it_was_good(
    door_to: Callable[..., Doors],
) -> None:
    clock = Clock()
    doors = door_to(clock=clock)
    token = mint(nbf=int(NOW) + 5, iat=int(NOW))
    assert doors.bearer(token).status == 200
    clock.now = NOW - 1
    assert doors.bearer(token).status == 401


def test_a_key_that_leaves_while_its_token_is_verified_leaves_nothing_remembered(
    door_to: Callable[..., Doors],
) -> None:
    published = [JWKS]
    with answering(lambda _: (200, published[0])) as server:

        def withdraw(_: Principal) -> bool:
            """In the middle of the first verification."""
            if published[0] is JWKS:
                published[0] = {"keys": [KEYS["ES256"].jwk]}
                guarded = doors.wsgi.gate.guarded
                run(guarded.keyring.refresh(time.monotonic()), guarded.fetcher.fetch)
            return True

        keys = JwksUri(f"{server.address}/jwks", trust_mock=True)
        doors = door_to(keys=keys, trust_mock=True, checks=(withdraw,))
        sent = [("authorization", f"Bearer {mint()}")]
        assert [ask_wsgi(doors.wsgi, sent).status for _ in range(2)] == [200, 401]
        assert doors.bearer(mint("ES256")).status == 200


@pytest.mark.parametrize("remember", [0, 10_000])
def test_a_key_that_a_function_gives_no_more_is_gone_at_once(door_to: Callable[..., Doors], remember: int) -> None:
    given, askers = [JWKS], set()

    def keys() -> dict[str, list[dict[str, str]]]:
        askers.add(threading.get_ident())
        return given[0]

    doors = door_to(keys=keys, remember=remember)
    token = mint()
    assert [doors.bearer(token).status for _ in range(2)] == [200, 200]
    given[0] = {"keys": [KEYS["ES256"].jwk]}
    assert doors.bearer(token).status == 401
    given[0] = JWKS
    assert doors.bearer(token).status == 200
    assert askers == {threading.get_ident()}, "by whoever wants to get in, and not behind anybody's back"


def test_each_realm_remembers_for_itself(shop: Realms, doors_to: Callable[..., Doors]) -> None:
    token = mint()
    storefront, backoffice = doors_to(shop["storefront"]), doors_to(shop["backoffice"])
    for _ in range(2):
        assert storefront.bearer(token).status == 200
        assert backoffice.bearer(token).status == 401


def test_a_token_that_was_refused_is_looked_at_again(door_to: Callable[..., Doors]) -> None:
    clock = Clock()
    doors = door_to(clock=clock)
    token = mint(iat=int(NOW) + 60)
    assert doors.bearer(token).status == 401
    clock.now = NOW + 60
    assert doors.bearer(token).status == 200


def test_a_token_is_remembered_whole(doors: Doors) -> None:
    token = mint()
    assert doors.bearer(token).status == 200
    for other in (token[:-1], token + "A", token[1:], token[:20], token[-20:], token.swapcase()):
        assert doors.bearer(other).status == 401


def test_other_claims_under_a_remembered_signature_are_refused(doors: Doors) -> None:
    header, _, signature = (token := mint()).split(".")
    forged = f"{header}.{mint(sub='admin@example.com').split('.')[1]}.{signature}"
    assert [doors.bearer(each).status for each in (token, forged, token, forged)] == [200, 401, 200, 401]


def test_one_token_with_ever_more_spaces_does_not_fill_the_memory(doors: Doors) -> None:
    token = mint()
    for number in range(1, 100):
        assert doors.ask(f"Bearer{' ' * number}{token}{' ' * number}").status == 200
    for gate in (doors.asgi.gate, doors.wsgi.gate):
        assert len(gate._tokens._young) == 0
    assert doors.bearer(token).status == 200
    for gate in (doors.asgi.gate, doors.wsgi.gate):
        assert len(gate._tokens._young) == 1
