import logging
from typing import Any

import msgspec
import pytest
from visitor import new_provider

from mockidp.provider import Provider
from mockidp.settings.config import Config, PlannedFault

LATE: dict[str, Any] = {"client_id": "late", "client_secret": "s", "grant_types": ("client_credentials",)}


@pytest.fixture
def provider() -> Provider:
    return new_provider()


def warnings(provider: Provider) -> list[str | None]:
    return [order.warning for order in provider.faults.pending]


@pytest.mark.parametrize(
    ("fault", "whom", "warning"),
    [
        ("expired", {"client": "nope"}, "there is no client 'nope' yet"),
        (
            "expired",
            {"client": "storefront-wbe", "realm": "storefront"},
            "there is no client 'storefront-wbe' in realm storefront yet; did you mean 'storefront-web'?",
        ),
        ("drop", {"client": "nope", "endpoint": "token"}, "there is no client 'nope' yet"),
        ("expired", {"user": "nobody"}, "there is no user 'nobody' yet"),
        ("expired", {"user": "admin", "realm": "storefront"}, "there is no user 'admin' in realm storefront yet"),
        ("expired", {"client": "nope", "user": "nobody"}, "there is no client 'nope' yet"),
        ("expired", {}, None),
        ("expired", {"client": "storefront-web", "realm": "storefront"}, None),
        ("expired", {"user": "customer@example.com", "client": "backoffice-web"}, None),
    ],
)
def test_a_fault_for_somebody_who_is_not_there_is_accepted_with_a_warning(
    provider: Provider, caplog: pytest.LogCaptureFixture, fault: str, whom: dict[str, Any], warning: str | None
) -> None:
    provider.faults.next(fault, **whom)
    provider.faults.always(fault, **whom)
    assert warnings(provider) == [warning, warning]
    assert caplog.messages == ([f"fault {fault}: {warning}"] * 2 if warning else [])
    assert {record.levelno for record in caplog.records} <= {logging.WARNING}


def test_the_warning_is_over_when_they_come_and_back_when_they_go(provider: Provider) -> None:
    provider.faults.next("expired", client="late", user="clerk", realm="storefront")
    provider.clients.add("storefront", **LATE)
    assert warnings(provider) == ["there is no user 'clerk' in realm storefront yet"]
    provider.users.add("storefront", username="clerk", password="p")
    assert warnings(provider) == [None]
    provider.clients.remove("storefront", "late")
    assert warnings(provider) == ["there is no client 'late' in realm storefront yet"]


def test_a_subject_is_somebody_too(provider: Provider) -> None:
    provider.users.add("storefront", username="clerk", subject="clerk-4711", password="p")
    provider.faults.next("expired", user="clerk-4711")
    assert warnings(provider) == [None]


def test_what_the_configuration_plans_for_nobody_is_told_once(
    provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    planned = msgspec.structs.replace(Config(), faults=(PlannedFault(fault="expired", client="nope"),))
    provider.configure(planned)
    provider.configure(msgspec.structs.replace(planned, session_lifetime="2h"))
    assert caplog.messages == ["fault expired: there is no client 'nope' yet"]
    assert warnings(provider) == ["there is no client 'nope' yet"]
