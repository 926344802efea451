"""Which certificate authorities downloads trust, as the variables say that other programs listen to."""

import os
from collections.abc import Mapping
from typing import NamedTuple

# As requests has it: one file or one directory, instead of everything else.
OF_REQUESTS = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
# As OpenSSL has it: a file and directories, which count together.
FILE, DIRECTORIES = "SSL_CERT_FILE", "SSL_CERT_DIR"
CA_VARIABLES = (*OF_REQUESTS, FILE, DIRECTORIES)


class Authorities(NamedTuple):
    """What `requests` is to verify with, and the directories that count besides, separated as OpenSSL does it.

    Nothing is looked at here. A file that is not there trusts nobody, so that a download fails.
    """

    verify: str | bool
    directories: str | None = None


def authorities(variables: Mapping[str, str]) -> Authorities:
    """The authorities that an environment names; without any, those that `requests` brings along."""
    for name in OF_REQUESTS:
        if variables.get(name):
            return Authorities(variables[name])
    file, directories = variables.get(FILE), variables.get(DIRECTORIES) or None
    if directories is None:
        return Authorities(file or True)
    # Of several directories some may be missing, which only OpenSSL takes lightly.
    there = (one for one in directories.split(os.pathsep) if one and os.path.isdir(one))  # noqa: PTH112
    return Authorities(file or next(there, directories), directories)
