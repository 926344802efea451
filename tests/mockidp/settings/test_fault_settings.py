from pathlib import Path
from typing import Any

import jwt
import pytest
from visitor import Visitor, new_provider

from mockidp import Config, ConfigError, PlannedFault
from mockidp.config_sources.config_files import load_config
from mockidp.faults.planned import planned


def asked(visitor: Visitor) -> tuple[int, str]:
    """Status, and how the token is signed."""
    answer = visitor.exchange(
        grant_type="client_credentials", client_id="storefront-service", client_secret="storefront-service-secret"
    )
    header = jwt.get_unverified_header(answer.json()["access_token"]) if answer.status_code == 200 else {}
    return answer.status_code, header.get("alg", "")


def test_faults_are_in_force_from_the_start_and_again_after_a_reset() -> None:
    faults = (
        PlannedFault(fault="status=500", endpoint="token", client="storefront-service", times=1),
        PlannedFault(fault="alg-none", realm="storefront"),
    )
    visitor = Visitor(new_provider(Config(faults=faults)))
    for _ in range(2):
        assert [asked(visitor) for _ in range(3)] == [(500, ""), (200, "none"), (200, "none")]
        visitor.provider.reset()
    visitor.provider.faults.clear()
    assert asked(visitor) == (200, "ES256")
    visitor.provider.faults.next("status=502")
    visitor.provider.reset()
    assert [asked(visitor)[0] for _ in range(2)] == [500, 200]


def test_they_are_written_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('[[faults]]\nfault = "delay=0.5"\nendpoint = "jwks"\ntimes = 2\n')
    assert load_config(tmp_path / "a.toml").faults == (PlannedFault(fault="delay=0.5", endpoint="jwks", times=2),)


@pytest.mark.parametrize(
    ("settings", "place", "problem"),
    [
        ({"fault": "expird"}, "faults[0].fault", "there is no fault 'expird'; did you mean expired"),
        ({"fault": "delay=soon"}, "faults[0].fault", "delay takes a number from 0 to 30"),
        ({"fault": "expired", "endpoint": "jwks"}, "faults[0].fault", "expired is a fault of tokens"),
        ({"fault": "drop", "user": "ann"}, "faults[0].fault", "drop is a fault of an endpoint"),
        ({"fault": "drop", "endpoint": "door"}, "faults[0].fault", "there is no endpoint 'door'"),
        ({"fault": "expired", "token": "refresh_token"}, "faults[0].fault", "expired is a fault of access_token and"),
        ({"fault": "expired", "realm": "a"}, "faults[0].realm", "there is no realm 'a'; there are storefront, backo"),
        ({"fault": "expired", "times": 0}, "faults[0].times", "expected how often it is to happen, at least once"),
    ],
)
def test_one_that_cannot_be_is_refused_with_file_line_and_place(
    settings: dict[str, Any], place: str, problem: str, tmp_path: Path
) -> None:
    lines = "".join(f"  {name}: {value}\n" for name, value in settings.items() if name != "fault")
    (tmp_path / "a.yaml").write_text(f"faults:\n- fault: {settings['fault']}\n{lines}")
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "a.yaml")
    assert caught.value.place == place
    assert caught.value.problem.startswith(problem)
    assert caught.value.line == (2 if place.endswith("fault") else 3)
    with pytest.raises(ConfigError, match=r"faults\[0\]|times"):
        new_provider(Config(faults=(PlannedFault(**settings),)))


def test_orocommerce_has_endpoints_that_fail_and_no_tokens_that_lie() -> None:
    drop = PlannedFault(fault="drop", endpoint="token")
    assert len(planned(Config(dialect="orocommerce", faults=(drop,)))) == 1
    with pytest.raises(ConfigError, match=r"^faults\[0\]\.fault: there are faults of tokens in the standard dialect"):
        planned(Config(dialect="orocommerce", faults=(PlannedFault(fault="expired"),)))
