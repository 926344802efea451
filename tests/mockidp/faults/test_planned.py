from mockidp import Config, PlannedFault
from mockidp.faults.order import order
from mockidp.faults.planned import planned


def test_the_orders_are_those_that_a_test_would_give() -> None:
    config = Config(
        faults=(
            PlannedFault(fault="expired", client="storefront-web", user="ann", token="id_token", times=2),
            PlannedFault(fault="delay=0.5", endpoint="jwks", realm="storefront"),
        )
    )
    assert planned(config) == (
        order("expired", 2, {"client": "storefront-web", "user": "ann", "token": "id_token"}),
        order("delay=0.5", None, {"endpoint": "jwks", "realm": "storefront"}),
    )


def test_a_configuration_without_faults_plans_none() -> None:
    assert planned(Config()) == ()
