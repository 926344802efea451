"""Keep realms apart at the door of an ASGI or WSGI app.

A token of the storefront is never good in the back-office, nor the other way round::

    from realmgate import Realm, RealmGate, Realms

    shop = Realms(
        Realm("storefront", issuer="https://id.example/storefront", audience="https://shop.example/api"),
        Realm("backoffice", issuer="https://id.example/backoffice", audience="https://shop.example/admin/api"),
    )
    app = RealmGate(app, realm=shop["storefront"])

The gates here are ASGI middleware; `realmgate.wsgi` holds the same two names for WSGI.
"""

from .asgi import RealmGate, RealmMap
from .client_assertion import PrivateKeyJwt
from .decision import Decision, Outcome
from .deny_list import MemoryDenyList
from .dpop_options import DPoP
from .errors import (
    AuditFailed,
    ConfigurationError,
    NoGate,
    RealmgateError,
    RealmOverlap,
)
from .introspection import Introspection
from .introspection_auth import BearerToken, ClientCertificate, ClientSecretBasic, ClientSecretPost
from .keys.at_hand import Pem, Secret
from .keys.sources import CallableKeys, Discovery, JwksFile, JwksUri, StaticJwks
from .principal import Principal
from .realm import Realm
from .realms import Realms
from .reasons import Reason
from .requires import principal_of, refusal_for, requires

__all__ = [
    "AuditFailed",
    "BearerToken",
    "CallableKeys",
    "ClientCertificate",
    "ClientSecretBasic",
    "ClientSecretPost",
    "ConfigurationError",
    "DPoP",
    "Decision",
    "Discovery",
    "Introspection",
    "JwksFile",
    "JwksUri",
    "MemoryDenyList",
    "NoGate",
    "Outcome",
    "Pem",
    "Principal",
    "PrivateKeyJwt",
    "Realm",
    "RealmGate",
    "RealmMap",
    "RealmOverlap",
    "RealmgateError",
    "Realms",
    "Reason",
    "Secret",
    "StaticJwks",
    "principal_of",
    "refusal_for",
    "requires",
]
