"""What a person allowed a client: the root of every token that is about a person."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What a person allowed a client; every token that comes from it is taken back with it.

    `scope_named` tells whether the client named a scope or got its default; `asked` are the parameters of its request,
    and `fault` is how its tokens are to lie.
    """

    approval_id: str
    realm: str
    client_id: str
    username: str
    subject: str
    scope: str
    scope_named: bool
    auth_time: int
    nonce: str | None = field(default=None, repr=False)
    asked: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    fault: str = ""

    def is_for(self, realm: str, client_id: str) -> bool:
        """Was it allowed to this client of this realm? One of the same id elsewhere is another."""
        return (self.realm, self.client_id) == (realm, client_id)
