"""Realms that are proven to be disjoint, so that a token is good in one of them at the most."""

import logging
from collections.abc import Iterator, Mapping
from itertools import combinations
from random import uniform
from secrets import token_bytes
from typing import Any

from .audit import audit
from .dpop_options import MIN_SECRET
from .errors import ConfigurationError, RealmOverlap
from .expected import Expected
from .guarded import GuardedRealm
from .introspection_client import Asker
from .keys.fetching import Fetcher
from .keys.keyring import Keyring
from .keys.sources import source_of
from .metadata import Document, MetadataApp, MetadataRoute, documents
from .possession.nonces import Nonces
from .readiness import are_there, bring_back, load_keys, load_keys_async, take_along
from .realm import Realm

log = logging.getLogger("realmgate")


class Realms:
    """The realms of one product, also those that are mounted in another process; each knows its siblings.

    Two realms are disjoint if their issuers differ, or their audiences, or their client sets over the same claim, or a
    required scalar claim. Keys, token types and profiles never count, so realms may share an issuer and its key set.

    Raises `RealmOverlap`, which says which pair and why, and `ConfigurationError` for a name that stands twice.
    """

    def __init__(self, *realms: Realm, snapshot: Mapping[str, Any] | None = None) -> None:
        """Prove every pair disjoint and give each realm its keys; `snapshot` is what `snapshot()` gave earlier."""
        for realm in realms:
            if not isinstance(realm, Realm):
                raise TypeError(f"Realms(…) takes Realm(…) values one by one, not a {type(realm).__name__}")
        names = [realm.name for realm in realms]
        if not names or len(set(names)) != len(names):
            raise ConfigurationError(f"Realms(…) needs at least one realm, and each name once, not {names}")
        for one, other in combinations(realms, 2):
            _check_disjoint(one, other)
        self._realms = self._guard(realms)
        if snapshot is not None:
            bring_back(self._keyrings, snapshot)

    def _guard(self, realms: tuple[Realm, ...]) -> dict[str, GuardedRealm]:
        """Realms with the same source share its keyring and its thread; with the same endpoint, its connections."""
        shared: dict[Any, tuple[Keyring, Fetcher]] = {}
        askers = {
            each.introspection: Asker(connections=each.introspection.connections, auth=each.introspection.auth)
            for each in realms
            if each.introspection
        }
        guarded: dict[str, GuardedRealm] = {}
        for realm in realms:
            if realm.trust_mock:
                log.warning("realm %s trusts mock identity providers, as trust_mock=True says", realm.name)
            source = source_of(realm)
            # A source that cannot be hashed (a mapping of keys) is shared by nobody.
            key = (source, realm.trust_mock) if _hashable(source) else realm.name
            if key not in shared:
                shared[key] = Keyring(source, trust_mock=realm.trust_mock, ahead=_ahead), Fetcher()
            keyring, fetcher = shared[key]
            expected = Expected(
                realm=realm,
                audiences=realm.audiences,
                foreign_audiences=_foreign_audiences(realm, realms),
            )
            guarded[realm.name] = GuardedRealm(
                expected=expected,
                keyring=keyring,
                fetcher=fetcher,
                asker=askers[realm.introspection] if realm.introspection else None,
                owner=self,
                nonces=_nonces_of(realm),
            )
        return guarded

    def __getitem__(self, name: str) -> GuardedRealm:
        """The realm of a name, as a gate takes it."""
        try:
            return self._realms[name]
        except KeyError:
            raise KeyError(f"no realm {name!r} here, only {', '.join(self._realms)}") from None

    def __iter__(self) -> Iterator[str]:
        """The names, in the order given."""
        return iter(self._realms)

    def __len__(self) -> int:
        """How many realms."""
        return len(self._realms)

    @property
    def ready(self) -> bool:
        """Whether no request would have to wait for keys; for health checks, which it does not make wait either."""
        return are_there(self._keyrings)

    def warm_up(self) -> bool:
        """Load all keys that are not known yet, with blocking, and say whether the realms are `ready`.

        Call it at start-up, also before a fork. What fails is in the log, and is tried again by the first request.
        """
        load_keys(self._sources)
        return self.ready

    async def warm_up_async(self) -> bool:
        """Load all keys that are not known yet, and say whether the realms are `ready`."""
        await load_keys_async(self._sources)
        return self.ready

    def snapshot(self) -> dict[str, Any]:
        """The keys of all issuers as JSON can hold them, for the next start.

        ``Realms(…, snapshot=…)`` takes it. The keys are public, but whoever can write the snapshot can hand out keys.
        """
        return take_along(self._keyrings)

    @property
    def _sources(self) -> list[tuple[Keyring, Fetcher]]:
        """Each source once, but for those of realms that need no keys."""
        needed = (each for each in self._realms.values() if each.expected.realm.needs_keys)
        return list({id(each.keyring): (each.keyring, each.fetcher) for each in needed}.values())

    @property
    def _keyrings(self) -> list[Keyring]:
        return [keyring for keyring, _ in self._sources]

    def metadata_routes(self, *names: str) -> list[MetadataRoute]:
        """Starlette routes to the metadata of all realms, or of those named, for the top of an app. RFC 9728 §3.

        They are public, and an audit knows it. A realm's challenges point to its metadata if it was given `resource`.
        """
        return [MetadataRoute(path, document) for path, document in self._documents(names).items()]

    def metadata(self, app: Any, *names: str) -> MetadataApp:
        """Put the metadata of all realms, or of those named, before a whole WSGI app."""
        return MetadataApp(app, self._documents(names))

    def _documents(self, names: tuple[str, ...]) -> dict[str, Document]:
        return documents(self[name].expected.realm for name in names or self)

    def audit(self, app: Any, *, public: tuple[str, ...] = ()) -> None:
        """Prove that every route of a Starlette or FastAPI app is public or lies behind exactly one of these gates.

        `public` names route paths; a name also covers what lies below it, except ``/``, which only means the page
        there. What answers for every other path as well (an app or files mounted at the root) is named ``/*``. What
        cannot be looked into counts as unguarded, and so does a gate whose class decides in its own way. Raises
        `AuditFailed` with a line for each finding. A name that opens nothing is said in the log, as a warning: it lets
        nobody in, and one list is to do for an app that has pages switched off in places. Nothing is checked about
        middleware outside the gates that answers by itself.
        """
        audit(app, owner=self, public=public)


def _ahead() -> float:
    """Keys are refreshed at about four fifths of their age, and not by all processes at once."""
    return uniform(0.75, 0.85)  # noqa: S311 - spreads load, guards nothing


def _nonces_of(realm: Realm) -> Nonces | None:
    if realm.dpop is None or not realm.dpop.nonce:
        return None
    secret = realm.dpop.secret or token_bytes(MIN_SECRET)
    return Nonces(realm=realm.name, lifetime=realm.dpop.nonce_lifetime, secret=secret)


def _check_disjoint(one: Realm, other: Realm) -> None:
    if one.issuer is not None and other.issuer is not None and one.issuer != other.issuer:
        return
    if one.audiences and other.audiences and not one.audiences & other.audiences:
        return
    if _same_client_claim(one, other) and one.clients and other.clients and not one.clients & other.clients:
        return
    common = one.require.keys() & other.require.keys()
    if any(one.require[claim] != other.require[claim] for claim in common):
        return
    shared = ", ".join(sorted(one.audiences & other.audiences)) or "(any)"
    raise RealmOverlap(
        f"realms {one.name!r} and {other.name!r} overlap: both take tokens of the issuer {one.issuer or other.issuer} "
        f"for the audience {shared}, so one token would be good in both. Give them different audiences (or issuers, "
        "disjoint clients=, or contradicting require=); different keys or token types do not keep them apart"
    )


def _same_client_claim(one: Realm, other: Realm) -> bool:
    """Client sets only keep realms apart where both read the client from the same place."""
    same_claim = one.profile == other.profile or "orocommerce" not in (one.profile, other.profile)
    return same_claim and one.client_id == other.client_id


def _foreign_audiences(realm: Realm, realms: tuple[Realm, ...]) -> frozenset[str]:
    everybody = {audience for each in realms for audience in each.audiences}
    return frozenset(everybody.difference(realm.audiences))


def _hashable(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True
