import logging

import pytest
from visitor import Visitor

from mockidp.protocol.redaction import HIDDEN, redact_authlib


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "authlib")


def test_a_whole_flow_logs_no_code_no_token_and_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    visitor = Visitor()
    code = visitor.answer("buyer@example.com", response_type="code", client_id="storefront-web", scope="openid")["code"]
    tokens = visitor.redeem(code).json()
    refreshed = visitor.refresh(tokens["refresh_token"]).json()
    visitor.exchange(
        grant_type="client_credentials", client_id="storefront-service", client_secret="storefront-service-secret"
    )
    visitor.redeem(code)
    secrets = {code, "storefront-web-secret", "storefront-service-secret", refreshed["refresh_token"]}
    secrets |= {tokens[name] for name in ("access_token", "refresh_token", "id_token")}
    assert HIDDEN in caplog.text  # the lines that would hold them are there
    assert [secret for secret in secrets if secret in caplog.text] == []


def test_only_mappings_are_hidden(caplog: pytest.LogCaptureFixture) -> None:
    redact_authlib()
    logger = logging.getLogger("authlib.oauth2.rfc6749.grants.authorization_code")
    logger.debug("Issue %r to %r", {"access_token": "x"}, "web")
    logger.debug("Issue %(access_token)s", {"access_token": "x"})
    assert caplog.messages == [f"Issue {HIDDEN!r} to 'web'", f"Issue {HIDDEN}"]


def test_other_loggers_are_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    redact_authlib()
    logging.getLogger("authlib.somewhere.else").debug("Got %r", {"a": 1})
    assert caplog.messages == ["Got {'a': 1}"]
