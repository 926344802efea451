"""Refusals, byte for byte as in OroCommerce's own tests."""

import pytest

from mockidp.dialects.orocommerce.refusals import bad_client, bad_grant, bad_request, denied


def test_a_refused_client_reads_as_in_orocommerces_own_test() -> None:
    assert bad_client().response(None).body == (
        b'{"error":"invalid_client","error_description":"Client authentication failed",'
        b'"message":"Client authentication failed"}'
    )


def test_a_hint_stands_before_the_message() -> None:
    assert list(bad_request("code").members) == ["error", "error_description", "hint", "message"]
    assert bad_request("code").members["hint"] == "Check the `code` parameter"


def test_an_empty_hint_is_a_hint() -> None:
    assert bad_grant("").members["hint"] == ""


@pytest.mark.parametrize(
    ("authorization", "challenge"),
    [
        ("Basic x", 'Basic realm="OAuth"'),
        ("Bearer x", 'Bearer realm="OAuth"'),
        ("Digest x", 'Basic realm="OAuth"'),
        ("", None),
        (None, None),
    ],
)
def test_only_a_refused_client_that_sent_a_header_is_challenged(
    authorization: str | None, challenge: str | None
) -> None:
    assert bad_client().response(authorization).headers.get("www-authenticate") == challenge
    assert "www-authenticate" not in bad_request("code").response(authorization).headers
    assert "www-authenticate" not in denied().response(authorization).headers
