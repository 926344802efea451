"""ID tokens that a relying party must refuse (OIDC Core §3.1.3.7), by what conformance tests of clients try."""

from typing import Final

from .claim_lies import saying, told, without
from .header_lies import headed
from .row import ID_TOKEN, TokenFault

LOGIN_FAILS: Final = "the login fails"

DAY: Final = 86400

ID_TOKEN_LIES: Final = (
    TokenFault(
        "wrong-sub",
        "It speaks of somebody else than the one who logged in.",
        saying(sub="somebody-else"),
        ID_TOKEN,
        "after a refresh the login ends (OIDC Core §12.2), and claims from elsewhere are not used (§5.3.2)",
    ),
    TokenFault(
        "issued-a-week-ago",
        "It was issued a week ago, and is still good.",
        told(lambda draft, _: {"iat": draft.claims["iat"] - 7 * DAY}),
        ID_TOKEN,
        "refused by clients that bound its age (OIDC Core §3.1.3.7, no. 10)",
    ),
    TokenFault(
        "missing-auth-time",
        "It does not say when the user logged in.",
        without("auth_time"),
        ID_TOKEN,
        "the login fails where `max_age` was asked for (§3.1.3.7, no. 13)",
    ),
    TokenFault(
        "auth-time-long-ago",
        "The user logged in a day before.",
        told(lambda draft, _: {"auth_time": draft.claims["iat"] - DAY}),
        ID_TOKEN,
        "the user is asked again where `max_age` was asked for (§3.1.3.7, no. 13)",
    ),
    TokenFault("wrong-nonce", "Its `nonce` is not the client's.", saying(nonce="another"), ID_TOKEN, LOGIN_FAILS),
    TokenFault("missing-nonce", "It does not repeat the client's `nonce`.", without("nonce"), ID_TOKEN, LOGIN_FAILS),
    TokenFault(
        "wrong-at-hash",
        "Its `at_hash` is of another access token.",
        saying(at_hash="77QmUPtjPfzWtF2AnpK9RQ"),
        ID_TOKEN,
        "the access token is not used (§3.1.3.8)",
    ),
    TokenFault(
        "missing-at-hash",
        "It has no `at_hash`.",
        without("at_hash"),
        ID_TOKEN,
        "nothing in the code flow, where it is optional (§3.1.3.6); refused by clients that rely on it",
    ),
    TokenFault(
        "wrong-azp",
        "It is meant for the client, and says that it was issued to another (`azp`).",
        saying(azp="another-client"),
        ID_TOKEN,
        LOGIN_FAILS,
    ),
    TokenFault(
        "other-audience-too",
        "It is meant for another client, too, and does not say to whom it was issued (`azp`).",
        told(lambda draft, _: {"aud": [draft.claims["aud"], "another-client"]}),
        ID_TOKEN,
        LOGIN_FAILS,
    ),
    TokenFault(
        "missing-kid",
        "Its header does not say which key signed it.",
        headed(kid=None),
        ID_TOKEN,
        "fine with one key in the set; with several, the login fails or each is tried (OIDC Core §10.1)",
    ),
    TokenFault(
        "access-token-as-id-token",
        "It has the `typ` of an access token.",
        headed(typ="at+jwt"),
        ID_TOKEN,
        LOGIN_FAILS,
    ),
)
