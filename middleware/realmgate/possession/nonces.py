"""Nonces that nobody has to store: each is the MAC of its period of time. RFC 9449 §8 and §9."""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Nonces:
    """The nonces of one realm; each is handed out for `lifetime` seconds and good for as long again."""

    realm: str
    lifetime: float
    secret: bytes = field(repr=False)

    def current(self, now: float) -> str:
        """The nonce to hand out at a time, in seconds since the epoch."""
        return self._of_period(int(now // self.lifetime))

    def takes(self, nonce: str, now: float) -> bool:
        """Whether a nonce is the current one or the one before."""
        period = int(now // self.lifetime)
        given = nonce.encode("utf-8", "surrogatepass")
        return any(hmac.compare_digest(given, self._of_period(one).encode()) for one in (period, period - 1))

    def _of_period(self, period: int) -> str:
        mac = hmac.digest(self.secret, f"{self.realm}\0{period}".encode(), "sha256")
        return urlsafe_b64encode(mac).rstrip(b"=").decode()
