import requests

from mockidp import MockIdp


def test_over_http_it_is_what_it_is_in_python() -> None:
    with MockIdp(tls=True) as idp:
        address = f"{idp.base_url}/_mockidp/env"
        assert requests.get(address, verify=idp.ca_file, timeout=10).json() == {"variables": idp.env()}
        one = requests.get(address, {"client": "backoffice-cli"}, verify=idp.ca_file, timeout=10).json()
        assert one == {"variables": idp.env(client="backoffice-cli")}


def test_what_is_not_there_is_a_problem_with_its_place() -> None:
    with MockIdp() as idp:
        answer = requests.get(f"{idp.base_url}/_mockidp/env", {"realm": "garage"}, timeout=10)
    assert (answer.status_code, answer.json()["place"]) == (422, "realm")
    assert answer.json()["detail"] == "there is no realm 'garage'; there are storefront, backoffice"
