"""Whether whoever presents a bound token is the one it is bound to. RFC 7800 §3.1, RFC 9449 §7.1, RFC 8705 §3."""

from collections.abc import Mapping
from typing import Any

from ..dpop_options import DPOP
from ..errors import TokenRejected
from ..flow import Flow
from ..incoming import Incoming
from ..realm import Realm
from ..reasons import Reason
from .certificate import check_certificate
from .dpop import check_proof
from .nonces import Nonces


def check_possession(
    claims: Mapping[str, Any],
    incoming: Incoming,
    *,
    scheme: str,
    token: str,
    realm: Realm,
    nonces: Nonces | None,
    now: float,
) -> Flow[None]:
    """Have every confirmation that a verified token names proven; the realm was found able to check each of them."""
    bound_to = claims.get("cnf", {})
    jkt, x5t = bound_to.get("jkt"), bound_to.get("x5t#S256")
    if (jkt is None) != (scheme != DPOP):
        raise TokenRejected(Reason.BOUND if jkt else Reason.NOT_BOUND)
    if realm.sender_constrained and jkt is None and x5t is None:
        raise TokenRejected(Reason.NOT_BOUND)
    if x5t is not None:
        check_certificate(incoming, header=realm.certificate_header, x5t=x5t)
    if jkt is not None:
        yield from check_proof(incoming, token=token, jkt=jkt, realm=realm, nonces=nonces, now=now)
