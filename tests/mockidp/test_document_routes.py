import subprocess
import sys

import pytest
from visitor import Visitor

PROGRAM = """
import sys
from urllib.request import urlopen
from mockidp import MockIdp

with MockIdp() as idp:
    for path in ("/storefront/.well-known/openid-configuration", "/backoffice/jwks", "/"):
        assert urlopen(idp.base_url + path, timeout=30).status == 200
    print("authlib" in sys.modules)
    form = b"grant_type=client_credentials&client_id=storefront-service&client_secret=storefront-service-secret"
    print(b"access_token" in urlopen(idp.base_url + "/oauth2-token", form, timeout=30).read(), "authlib" in sys.modules)
"""


def test_what_is_looked_at_first_waits_for_nothing_that_only_answers_about_tokens_need() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "False\nTrue True\n"


@pytest.mark.parametrize("path", ["/storefront/jwks", "/storefront/.well-known/openid-configuration", "/mockidp.css"])
def test_other_methods_are_refused_with_those_there_are(path: str) -> None:
    refused = Visitor().http.post(path)
    assert refused.status_code == 405
    assert "GET" in refused.headers["allow"]
