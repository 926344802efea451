"""Whose certificates downloads believe: what the environment names, and nobody besides."""

import os
from pathlib import Path

import pytest

from realmgate.keys.authorities import Authorities, authorities


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, Authorities(verify=True)),
        ({"SSL_CERT_FILE": "", "SSL_CERT_DIR": ""}, Authorities(verify=True)),
        ({"SSL_CERT_FILE": "ca.pem"}, Authorities("ca.pem")),
        ({"SSL_CERT_FILE": "ca.pem", "SSL_CERT_DIR": "/a"}, Authorities("ca.pem", "/a")),
        ({"REQUESTS_CA_BUNDLE": "ours.pem", "SSL_CERT_FILE": "ca.pem"}, Authorities("ours.pem")),
        ({"CURL_CA_BUNDLE": "ours.pem", "SSL_CERT_DIR": "/a"}, Authorities("ours.pem")),
        ({"SSL_CERT_DIR": "/nowhere/at/all"}, Authorities("/nowhere/at/all", "/nowhere/at/all")),
    ],
)
def test_variables_are_read_as_requests_and_openssl_do(variables: dict[str, str], expected: Authorities) -> None:
    assert authorities(variables) == expected


def test_the_first_directory_that_is_there_stands_for_several(tmp_path: Path) -> None:
    several = os.pathsep.join(["/nowhere/at/all", str(tmp_path)])
    assert authorities({"SSL_CERT_DIR": several}) == Authorities(str(tmp_path), several)
