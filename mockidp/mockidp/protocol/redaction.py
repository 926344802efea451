"""Keeps tokens, codes and secrets out of Authlib's debug lines, some of which hold whole token answers."""

import logging
from collections.abc import Mapping
from typing import Final

HIDDEN: Final = "[not logged]"


class HideMappings(logging.Filter):
    """Replaces every mapping among a record's arguments: that is where tokens would be."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record pass, without its secrets."""
        if isinstance(record.args, Mapping):
            record.args = dict.fromkeys(record.args, HIDDEN)
        elif record.args:
            record.args = tuple(HIDDEN if isinstance(arg, Mapping) else arg for arg in record.args)
        return True


_HIDE: Final = HideMappings()
_SERVER_SIDE: Final = ("authlib.oauth2.rfc6749.", "authlib.oidc.core.")  # Authlib's clients may log as they like


def redact_authlib() -> None:
    """Filter each of its loggers that we cause to speak: a filter on their parent would not see their records."""
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(_SERVER_SIDE):
            logging.getLogger(name).addFilter(_HIDE)
