"""Which proof a verified token needs: each that it names, and none that it does not."""

from typing import Any

import pytest
from answering import answering
from both_doors import AUDIENCE, ISSUER, NOW, mint
from certificates import certified
from proofs import ES256, OTHER, b64url, bound_doors, x5t

from realmgate import ConfigurationError, DPoP, Introspection, Realm
from realmgate.errors import ProofRejected, TokenRejected
from realmgate.flow import run
from realmgate.possession.check import check_possession
from realmgate.reasons import Reason

TOKEN = "a.b.c"
CERTIFICATE = certified("client")
MINE = x5t(CERTIFICATE.der)


class Knock:
    """A request with a proof and a certificate, or without."""

    method = "GET"
    path = "/api"

    def __init__(self, **headers: str) -> None:
        self._headers = headers

    def header(self, name: str) -> list[str]:
        value = self._headers.get(name)
        return [] if value is None else [value]

    def shown(self) -> list[str]:
        return self.header("authorization")

    def has_alias(self, name: str) -> bool:
        del name
        return False


def check(cnf: dict[str, Any] | None, scheme: str, **headers: str) -> None:
    realm = Realm("storefront", issuer=ISSUER, audience=AUDIENCE, dpop=DPoP(), certificate_header="cert")
    claims = {} if cnf is None else {"cnf": cnf}
    flow = check_possession(claims, Knock(**headers), scheme=scheme, token=TOKEN, realm=realm, nonces=None, now=NOW)
    run(flow, lambda _: True)


def proof() -> str:
    return ES256.proof(TOKEN)


def certificate() -> str:
    return ":" + b64url(CERTIFICATE.der).replace("-", "+").replace("_", "/") + ":"


def test_what_a_token_names_is_proven() -> None:
    check(None, "bearer")
    check({"jkt": ES256.jkt}, "dpop", dpop=proof())
    check({"x5t#S256": MINE}, "bearer", cert=certificate())


def test_a_token_that_names_two_is_proven_twice() -> None:
    both = {"jkt": ES256.jkt, "x5t#S256": MINE}
    check(both, "dpop", dpop=proof(), cert=certificate())
    with pytest.raises(ProofRejected):
        check(both, "dpop", cert=certificate())
    with pytest.raises(TokenRejected):
        check(both, "dpop", dpop=proof())


@pytest.mark.parametrize(
    ("cnf", "scheme", "reason"),
    [
        ({"jkt": "x"}, "bearer", Reason.BOUND),
        ({"jkt": "x", "x5t#S256": MINE}, "bearer", Reason.BOUND),
        (None, "dpop", Reason.NOT_BOUND),
        ({"x5t#S256": MINE}, "dpop", Reason.NOT_BOUND),
        ({"x5t#S256": MINE}, "bearer", Reason.CERTIFICATE_MISSING),
    ],
)
def test_scheme_and_binding_have_to_fit(cnf: Any, scheme: str, reason: Reason) -> None:
    with pytest.raises(TokenRejected) as refused:
        check(cnf, scheme)
    assert refused.value.reason is reason


def test_a_realm_that_reads_no_header_finds_no_certificate() -> None:
    realm = Realm("storefront", issuer=ISSUER, audience=AUDIENCE)
    flow = check_possession(
        {"cnf": {"x5t#S256": MINE}},
        Knock(cert=certificate()),
        scheme="bearer",
        token=TOKEN,
        realm=realm,
        nonces=None,
        now=NOW,
    )
    with pytest.raises(TokenRejected):
        run(flow, lambda _: True)


# What each way of being sender-constrained takes: nothing, a key, a certificate, both.
ONLY = {
    "certificate": ({"certificate_header": "cert", "sender_constrained": True}, (401, 401, 200, 401)),
    "either": ({"certificate_header": "cert", "dpop": DPoP(), "sender_constrained": True}, (401, 200, 200, 200)),
    "key": ({"dpop": DPoP(), "sender_constrained": True}, (401, 200, 401, 401)),
    "key, and perhaps a certificate": (
        {"certificate_header": "cert", "dpop": DPoP(required=True)},
        (401, 200, 401, 200),
    ),
    "whoever comes": ({"certificate_header": "cert", "dpop": DPoP()}, (200, 200, 200, 200)),
}


@pytest.mark.parametrize(("differs", "statuses"), ONLY.values(), ids=ONLY)
@pytest.mark.parametrize("remember", [0, 100])
def test_a_realm_can_insist_on_tokens_that_a_thief_cannot_use(
    differs: dict[str, Any], statuses: tuple[int, ...], remember: int
) -> None:
    doors = bound_doors(remember=remember, **differs)

    def show(**cnf: str) -> int:
        token = mint(cnf=cnf) if cnf else mint()
        scheme = "DPoP" if "jkt" in cnf else "Bearer"
        sent = [("cert", certificate()), ("dpop", ES256.proof(token))]
        return doors.ask(f"{scheme} {token}", mount="/api", path="", headers=sent).status

    for _ in range(2):
        key, own = {"jkt": ES256.jkt}, {"x5t#S256": MINE}
        assert (show(), show(**key), show(**own), show(**key, **own)) == statuses


def test_the_challenge_of_a_realm_for_bound_tokens_names_only_what_could_help() -> None:
    challenge = bound_doors(dpop=DPoP(), sender_constrained=True).bearer(mint()).header("www-authenticate") or ""
    assert "Bearer" not in challenge
    assert "DPoP" in challenge
    only_certificates = bound_doors(certificate_header="cert", sender_constrained=True).bearer(mint())
    assert 'Bearer realm="storefront", error="invalid_token"' in (only_certificates.header("www-authenticate") or "")


def test_a_realm_that_could_take_no_token_at_all_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"sender_constrained=….*certificate_header="):
        Realm("storefront", issuer=ISSUER, audience=AUDIENCE, sender_constrained=True)
    with pytest.raises(ConfigurationError, match="True or False"):
        bound_doors(dpop=DPoP(), sender_constrained="certificate")


def test_an_answer_of_the_issuer_must_name_a_binding_too() -> None:
    said = {
        "active": True,
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "customer@example.com",
        "client_id": "storefront-web",
        "exp": int(NOW) + 3600,
    }
    answers = [said, {**said, "cnf": {"x5t#S256": MINE}}]
    with answering(lambda _: (200, answers[0])) as server:
        introspection = Introspection(f"{server.address}/introspect", client_id="shop", client_secret="s3cret")
        differs: dict[str, Any] = {"certificate_header": "cert", "sender_constrained": True}
        doors = bound_doors(keys=None, trust_mock=True, introspection=introspection, **differs)
        assert doors.bearer("opaque", headers=[("cert", certificate())]).status == 401
        answers.reverse()
        assert doors.bearer("bound", headers=[("cert", certificate())]).status == 200
        assert doors.bearer("bound").status == 401


@pytest.mark.parametrize("cache_for", [0, 60])
def test_a_token_that_only_its_issuer_can_read_may_be_bound_too(cache_for: float) -> None:
    said = {
        "active": True,
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "customer@example.com",
        "client_id": "storefront-web",
        "token_type": "DPoP",
        "exp": int(NOW) + 3600,
        "cnf": {"jkt": ES256.jkt},
    }
    with answering(lambda _: (200, said)) as server:
        introspection = Introspection(
            f"{server.address}/introspect", client_id="shop", client_secret="s3cret", cache_for=cache_for
        )
        doors = bound_doors(keys=None, trust_mock=True, introspection=introspection, dpop=DPoP())

        def show(*headers: tuple[str, str], scheme: str = "DPoP") -> int:
            return doors.ask(f"{scheme} opaque", mount="/api", path="", headers=headers).status

        proof = ES256.proof("opaque")
        assert show(("dpop", proof)) == 200
        assert show(("dpop", proof)) == 401
        assert show() == 401
        assert show(("dpop", OTHER.proof("opaque"))) == 401
        assert show(scheme="Bearer") == 401
        assert show(("dpop", ES256.proof("opaque"))) == 200
