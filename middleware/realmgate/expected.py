"""What one realm expects of a token, made ready once: which checks concern it, and who reads what."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from . import claim_readings as read
from .claims import Claims, check_lifetime, check_required, words
from .errors import TokenRejected
from .own_checks import pass_own_checks
from .principal import Principal, freeze
from .profiles import OPAQUE, PROFILES, Check, Profile, Reading, Words
from .realm import Realm
from .reasons import Reason

# These look for what a realm may leave out; where it does, they would find nothing to say.
ONLY_WHERE: Final[dict[Check, Callable[[Realm], bool]]] = {
    check_lifetime: lambda realm: realm.max_lifetime is not None,
    check_required: lambda realm: bool(realm.require),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A profile as one realm wants it; the realm's own readings of a claim go before the profile's."""

    profile: Profile
    checks: tuple[Check, ...]
    client_id: Reading
    scopes: Words
    roles: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A realm together with the audiences that belong to its siblings, so not to it."""

    realm: Realm
    audiences: frozenset[str]
    foreign_audiences: frozenset[str] = frozenset()
    issuer: str | None = field(init=False)
    algorithms: frozenset[str] = field(init=False)
    of_jwt: Rules = field(init=False, repr=False, compare=False)
    of_answer: Rules = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Do once what would have to be done for every token."""
        object.__setattr__(self, "issuer", self.realm.issuer)
        object.__setattr__(self, "algorithms", frozenset(self.realm.algorithms))
        object.__setattr__(self, "of_jwt", _rules(PROFILES[self.realm.profile], self.realm))
        object.__setattr__(self, "of_answer", _rules(OPAQUE, self.realm))


def accept(claims: dict[str, Any], expected: Expected, rules: Rules, now: float) -> Principal:
    """Check claims that are believed and meant for the realm, and describe whom they stand for, or `TokenRejected`."""
    realm = expected.realm
    for check in rules.checks:
        check(claims, realm, now)
    client_id = rules.client_id(claims) or ""
    if not isinstance(client_id, str):
        raise TokenRejected(Reason.MALFORMED_CLAIM, hint="client_id")
    if realm.clients is not None and client_id not in realm.clients:
        raise TokenRejected(Reason.WRONG_CLIENT)
    principal = Principal(
        subject=rules.profile.subject(claims),
        realm=realm.name,
        client_id=client_id,
        scopes=rules.scopes(claims),
        roles=rules.roles(claims),
        claims=freeze(claims),
        expires_at=float(claims["exp"]),
    )
    if realm.checks:
        pass_own_checks(principal, realm.checks)
    return principal


def _rules(profile: Profile, realm: Realm) -> Rules:
    return Rules(
        profile=profile,
        checks=tuple(check for check in profile.checks if check not in ONLY_WHERE or ONLY_WHERE[check](realm)),
        client_id=_reading("client_id", realm.client_id, profile.client_id),
        scopes=_reading_of_words("scopes", realm.scopes, profile.scopes),
        roles=_reading_of_words("roles", realm.roles, read.roles),
    )


def _reading_of_words(argument: str, own: str | Reading | None, usual: Words) -> Words:
    if own is None:
        return usual
    found = _reading(argument, own, usual)
    return lambda claims: words(found(claims), argument)


def _reading(argument: str, own: str | Reading | None, usual: Reading) -> Reading:
    """A realm's own reading is the name of a claim, or a function of all of them."""
    if own is None:
        return usual
    if isinstance(own, str):
        return lambda claims: claims.get(own)

    def read_by_function(claims: Claims) -> Any:
        try:
            return own(claims)
        except Exception as error:
            # The error's text may quote a claim; its name does not.
            raise TokenRejected(Reason.READING_FAILED, hint=f"{argument}= raised {type(error).__name__}") from error

    return read_by_function
