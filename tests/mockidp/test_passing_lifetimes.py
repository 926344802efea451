import pytest
from visitor import new_provider

from mockidp.passing_lifetimes import PassingLifetimes
from mockidp.settings.config import Client, Config, Lifetimes, Realm

PATIENT = Client(client_id="patient", client_secret="s", lifetimes=Lifetimes(access_token="2h"))


def test_it_goes_before_what_client_realm_and_server_say_until_it_is_cleared() -> None:
    provider = new_provider(Config(realms=(Realm(name="storefront", clients=(PATIENT,)),)))
    site = provider.sites.named("storefront")
    provider.lifetimes.set("access_token", "5s")
    assert (site.lifetime("access_token", PATIENT), site.lifetime("id_token", PATIENT)) == (5, 3600)
    provider.reset()
    assert site.lifetime("access_token", PATIENT) == 7200


def test_what_is_no_duration_is_refused_and_changes_nothing() -> None:
    lifetimes = PassingLifetimes()
    with pytest.raises(ValueError, match="expected a duration of at least one second"):
        lifetimes.set("code", "soon")
    assert lifetimes.get("code") is None
