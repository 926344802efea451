"""The proof that whoever sends a request holds the key its token is bound to. RFC 9449 §4.3, RFC 7638."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from ..claims import number
from ..dpop_options import DPoP
from ..errors import KeysUnavailable, NonceWanted, ProofRejected, TokenRejected
from ..flow import EffectFailed, Flow, Remember
from ..incoming import Incoming
from ..jose.base64url import ALPHABET
from ..jose.compact import NotCompactJws, UnverifiedJws, parse
from ..jose.keys import PRIVATE_MEMBERS, KeyRefused, VerifyingKey, import_jwk
from ..jose.strict_json import NotStrictJson, parse_object
from ..realm import Realm
from ..reasons import Reason
from ..resource import NoPlace, normal_path, place_of
from .nonces import Nonces

TYPE: Final = "dpop+jwt"
# RFC 7638 §3.2, in the order of §3.3.
THUMBPRINT_MEMBERS: Final = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n"), "OKP": ("crv", "kty", "x")}


def check_proof(
    incoming: Incoming, *, token: str, jkt: str, realm: Realm, nonces: Nonces | None, now: float
) -> Flow[None]:
    """Raise `ProofRejected`, `NonceWanted` or, for a key that is not the token's, `TokenRejected`.

    No key is imported, and none verifies anything, before it turned out to be the token's own.
    """
    options = realm.dpop or DPoP()
    jws, claims = take_apart(incoming.header("dpop"))
    members = public_members(jws, options.algorithms)
    if digest(members.encode()) != jkt:
        raise TokenRejected(Reason.PROOF_BY_OTHER_KEY)
    if claims.get("ath") != digest(token.encode()):
        raise ProofRejected(Reason.PROOF_OF_OTHER_TOKEN)
    check_request(claims, incoming, realm)
    expires = check_time(claims, options.window, nonces, now)
    if not key_of(members).verifies(jws):
        raise ProofRejected(Reason.PROOF_WRONG_SIGNATURE)
    check_nonce(claims, nonces, now)
    yield from check_first_use(claims, jkt, expires)


def take_apart(headers: Sequence[str]) -> tuple[UnverifiedJws, dict[str, Any]]:
    """The one proof of a request; WSGI servers join two headers with a comma."""
    if not headers:
        raise ProofRejected(Reason.PROOF_MISSING)
    if len(headers) > 1 or "," in headers[0]:
        raise ProofRejected(Reason.SEVERAL_PROOFS)
    try:
        jws = parse(headers[0].strip(" \t"))
        claims = parse_object(jws.payload)
    except (NotCompactJws, NotStrictJson):
        raise ProofRejected(Reason.PROOF_MALFORMED) from None
    # Media types ignore case (RFC 7515 §4.1.9).
    if (jws.header.typ or "").lower() != TYPE:
        raise ProofRejected(Reason.PROOF_MALFORMED)
    return jws, claims


def public_members(jws: UnverifiedJws, algorithms: Sequence[str]) -> str:
    """The key in a proof's header, in the one form that a thumbprint is made of. RFC 7638 §3."""
    jwk = jws.header.members.get("jwk")
    if jws.header.alg not in algorithms or not isinstance(jwk, Mapping) or PRIVATE_MEMBERS & jwk.keys():
        raise ProofRejected(Reason.PROOF_MALFORMED)
    names = THUMBPRINT_MEMBERS.get(str(jwk.get("kty")), ())
    members = {name: jwk.get(name) for name in names}
    if not members or not all(isinstance(value, str) and _is_plain(value) for value in members.values()):
        raise ProofRejected(Reason.PROOF_MALFORMED)
    return json.dumps(members, separators=(",", ":"))


def _is_plain(value: str) -> bool:
    """Base64url, or a name that looks like it: nothing that JSON could write in two ways."""
    return value.isascii() and not value.encode().translate(None, ALPHABET)


# A client uses its key again and again, and importing one takes half as long as verifying with it.
@lru_cache(maxsize=1024)
def key_of(members: str) -> VerifyingKey:
    """Import a public key."""
    try:
        return import_jwk(json.loads(members))
    except KeyRefused:
        raise ProofRejected(Reason.PROOF_MALFORMED) from None


def check_request(claims: Mapping[str, Any], incoming: Incoming, realm: Realm) -> None:
    """Whether the proof is for this method and this address. RFC 9449 §4.3, steps 8 and 9.

    The origin is the configured one. What the request says of it (``Host``, forwarded headers) could be moved by
    whoever replays a proof elsewhere.
    """
    htu = claims.get("htu")
    try:
        place = place_of(htu) if isinstance(htu, str) else None
    except NoPlace:
        place = None
    here = (realm.origin, normal_path(incoming.path))
    if claims.get("htm") != incoming.method or place != here:
        raise ProofRejected(Reason.PROOF_OF_OTHER_REQUEST)


def check_time(claims: Mapping[str, Any], window: float, nonces: Nonces | None, now: float) -> float:
    """When a proof of these days is good no more, in seconds since the epoch. RFC 9449 §11.1.

    A nonce of ours tells its age better than the clock of a client does.
    """
    try:
        issued = number(claims.get("iat"), "iat")
    except TokenRejected:
        raise ProofRejected(Reason.PROOF_MALFORMED) from None
    if nonces is not None:
        return now + 2 * nonces.lifetime
    if not issued - window <= now < issued + window:
        raise ProofRejected(Reason.PROOF_NOT_RECENT)
    return issued + window


def check_nonce(claims: Mapping[str, Any], nonces: Nonces | None, now: float) -> None:
    """Whether the proof was made after we handed out a nonce, where the realm asks for one. RFC 9449 §9."""
    if nonces is None:
        return
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not nonces.takes(nonce, now):
        raise NonceWanted(Reason.NONCE_WANTED, nonce=nonces.current(now))


def next_nonce(incoming: Incoming, nonces: Nonces, now: float) -> str | None:
    """The nonce to hand out with an answer, where a good proof holds one that is about to go. RFC 9449 §8.2."""
    try:
        nonce = take_apart(incoming.header("dpop"))[1].get("nonce")
    except ProofRejected:
        return None
    current = nonces.current(now)
    return current if nonce != current else None


def check_first_use(claims: Mapping[str, Any], jkt: str, expires: float) -> Flow[None]:
    """Whether the proof is seen for the first time. No answer is no yes."""
    jti = claims.get("jti")
    if not isinstance(jti, str) or not jti:
        raise ProofRejected(Reason.PROOF_MALFORMED)
    try:
        # Two clients may well count their proofs alike; and a digest has the same short form for whatever they choose.
        key = digest(f"{jkt}.{jti}".encode("utf-8", "surrogatepass"))
        new = yield Remember(jti=key, until=expires, holder=jkt)
    except EffectFailed:
        raise KeysUnavailable(Reason.REPLAYS_UNAVAILABLE) from None
    if not new:
        raise ProofRejected(Reason.PROOF_REPLAYED)


def digest(data: bytes) -> str:
    """SHA-256 in base64url, which is how thumbprints and token hashes are written."""
    return urlsafe_b64encode(sha256(data).digest()).rstrip(b"=").decode()
