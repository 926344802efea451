import jwt
import pytest
from msgspec.structs import replace
from oro import BASE as ORO_BASE
from visitor import BASE, Visitor, new_provider

from mockidp import ClaimsRule, Config, ConfigError, PlannedFault, Realm
from mockidp.provider import Provider, build_app
from mockidp.settings.realm import Client, User

SCOPE = "openid profile offline_access orders:read"


def reloaded(visitor: Visitor, config: Config) -> tuple[str, ...]:
    """What the browser and the clients find after another configuration was taken."""
    stays = visitor.provider.configure(config)
    visitor.http.app = build_app(visitor.provider)
    visitor.http._transport.app = visitor.http.app  # type: ignore[attr-defined]
    return stays


def config_of(visitor: Visitor) -> Config:
    return visitor.provider.config


def test_codes_tokens_logins_keys_and_requests_outlive_a_new_configuration() -> None:
    visitor = Visitor()
    provider = visitor.provider
    kept = {name: getattr(provider, name) for name in ("store", "clock", "keys", "faults", "requests", "journal")}
    tokens = visitor.tokens(scope=SCOPE)
    asked = {"response_type": "code", "client_id": "storefront-web", "scope": SCOPE}
    code = visitor.answer("customer@example.com", **asked)["code"]
    page = visitor.consent("customer@example.com", **asked)
    provider.users.add("storefront", username="guest", password="guest")
    captured = len(provider.requests)
    keys = provider.keys["storefront"].jwks()

    assert reloaded(visitor, replace(config_of(visitor), session_lifetime="2h", registration=True)) == ()

    assert {name: getattr(provider, name) for name in kept} == kept
    assert len(provider.requests) == captured
    assert provider.keys["storefront"].jwks() == keys
    assert visitor.userinfo(tokens["access_token"]).status_code == 200
    assert visitor.redeem(code).status_code == 200
    assert visitor.refresh(tokens["refresh_token"]).status_code == 200
    assert "code=" in visitor.submit(page, decision="approve").headers["location"]
    assert visitor.ask(**asked).status_code == 200  # logged in: it is the consent page
    assert provider.sites.named("storefront").user("guest")
    assert visitor.http.post("/storefront/register", json={}).status_code != 404


def test_a_realm_that_comes_back_has_the_keys_that_clients_know() -> None:
    provider = new_provider()
    before, keys = provider.config, provider.keys["backoffice"].jwks()
    storefront, backoffice = before.realms
    provider.configure(replace(before, realms=(storefront,)))
    provider.configure(replace(before, realms=(replace(storefront, name="garage"),)))
    provider.configure(before)
    assert provider.keys["backoffice"].jwks() == keys
    provider.configure(replace(before, realms=(storefront,)))
    provider.configure(replace(before, realms=(storefront, replace(backoffice, algorithm="EdDSA"))))
    assert [key["alg"] for key in provider.keys["backoffice"].jwks()["keys"]] == ["EdDSA"]


def test_what_was_changed_holds_for_the_next_token() -> None:
    visitor = Visitor()
    [storefront, backoffice] = config_of(visitor).realms
    rules = (ClaimsRule(set={"tier": "gold"}),)
    garage = Realm(name="garage", algorithm="ES256")
    wanted = replace(config_of(visitor), realms=(replace(storefront, claims=rules), garage))
    assert reloaded(visitor, wanted) == ()
    assert visitor.userinfo(visitor.tokens(scope=SCOPE)["access_token"]).json()["tier"] == "gold"
    assert visitor.http.get("/garage/jwks").status_code == 200
    assert visitor.http.get("/backoffice/jwks").status_code == 404
    assert list(visitor.provider.keys) == ["storefront", "garage"]
    assert reloaded(visitor, replace(wanted, realms=(storefront, backoffice))) == ()
    assert visitor.http.get("/backoffice/jwks").status_code == 200


def test_people_who_are_gone_get_no_more_tokens_and_nothing_fails() -> None:
    visitor = Visitor()
    tokens = visitor.tokens(scope=SCOPE)
    code = visitor.answer("customer@example.com", response_type="code", client_id="storefront-web")["code"]
    [storefront, backoffice] = config_of(visitor).realms
    nobody = replace(storefront, users=(User(username="new", password="new"),))
    reloaded(visitor, replace(config_of(visitor), realms=(nobody, backoffice)))
    for answer in (visitor.redeem(code), visitor.refresh(tokens["refresh_token"])):
        assert (answer.status_code, answer.json()["error"]) in {(400, "invalid_grant"), (400, "invalid_request")}
    assert visitor.userinfo(tokens["access_token"]).status_code == 200


def test_where_it_cannot_be_everything_is_as_before() -> None:
    visitor = Visitor()
    before = config_of(visitor)
    with pytest.raises(ConfigError):
        visitor.provider.configure(replace(before, faults=(PlannedFault(fault="no-such-fault"),)))
    assert config_of(visitor) is before
    assert visitor.provider.faults.pending == ()
    assert visitor.tokens()["access_token"]


def test_planned_faults_change_and_those_that_a_test_asked_for_stay() -> None:
    provider = new_provider(Config(faults=(PlannedFault(fault="expired", times=2),)))
    provider.faults.next("drop", endpoint="jwks")
    provider.configure(replace(provider.config, registration=True))
    assert [order.fault for order in provider.faults.pending] == ["expired", "drop"]
    provider.configure(replace(provider.config, faults=(PlannedFault(fault="wrong-issuer"),)))
    assert [order.fault for order in provider.faults.pending] == ["wrong-issuer", "drop"]
    provider.reset()
    assert [order.fault for order in provider.faults.pending] == ["wrong-issuer"]


def test_the_shop_of_orocommerce_goes_on_too() -> None:
    provider = Provider(Config(dialect="orocommerce"), base_url=ORO_BASE)
    assert provider.shop is not None
    waiting = [application.waiting for application in provider.shop]
    accounts = provider.shop.accounts
    provider.configure(replace(provider.config, backend_prefix="/office"))
    assert provider.shop.accounts is accounts
    assert [application.waiting for application in provider.shop] == waiting
    assert [application.prefix for application in provider.shop] == ["", "/office"]


def test_who_asks_whether_a_token_was_taken_back_hears_of_clients_that_are_configured_later() -> None:
    provider = Provider(Config(dialect="orocommerce"), base_url=BASE)
    is_dead = provider.revoked("storefront")
    storefront, backoffice = provider.config.realms
    robot = Client(client_id="robot", client_secret="r", grant_types=("client_credentials",))
    later = replace(storefront, clients=(*storefront.clients, robot))
    provider.configure(replace(provider.config, realms=(later, backoffice)))
    token = provider.token("storefront", client="robot")
    jti = jwt.decode(token, options={"verify_signature": False})["jti"]
    assert not is_dead(jti)
    provider.configure(replace(provider.config, realms=(storefront, backoffice)))
    assert is_dead(jti)


def test_who_came_while_it_ran_gives_way_to_who_is_configured_now_and_others_stay() -> None:
    visitor = Visitor()
    provider = visitor.provider
    [storefront, backoffice] = config_of(visitor).realms
    for username in ("zoe", "guest"):
        provider.users.add("storefront", username=username, password="came")
    provider.clients.add("storefront", client_id="robot", scope="came")
    zoe, robot = User(username="zoe", password="configured"), Client(client_id="robot", scope="configured")
    shop = replace(storefront, users=(*storefront.users, zoe))
    office = replace(backoffice, clients=(*backoffice.clients, robot))

    reloaded(visitor, replace(config_of(visitor), realms=(shop, office)))

    assert [user.password for user in provider.users["storefront"] if user.username in {"zoe", "guest"}] == [
        "configured",
        "came",
    ]
    assert provider.sites.of_client("robot") == (provider.sites.named("backoffice"), robot)
    assert provider.users.add("storefront", username="later", password="p")


@pytest.mark.parametrize("at", ["storefront", "backoffice"])
def test_a_client_that_registered_itself_gives_way_to_one_that_is_configured_now(
    at: str, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = Visitor(new_provider(Config(registration=True)))
    provider = visitor.provider
    asked = {"redirect_uris": ["https://a.example/cb"], "grant_types": ["authorization_code", "client_credentials"]}
    came, stays = (visitor.http.post("/storefront/register", json=asked).json() for _ in range(2))
    configured = Client(
        client_id=came["client_id"],
        client_secret="configured",
        grant_types=("client_credentials",),
        redirect_uris=("https://b.example/cb",),
    )
    realms = tuple(
        replace(realm, clients=(*realm.clients, configured)) if realm.name == at else realm
        for realm in config_of(visitor).realms
    )

    reloaded(visitor, replace(config_of(visitor), realms=realms))

    grant = {"grant_type": "client_credentials", "client_id": came["client_id"]}
    assert visitor.http.post("/oauth2-token", data={**grant, "client_secret": came["client_secret"]}).status_code == 401
    assert visitor.http.post("/oauth2-token", data={**grant, "client_secret": "configured"}).status_code == 200
    asking = {"response_type": "code", "client_id": came["client_id"], "redirect_uri": "https://a.example/cb"}
    assert visitor.ask(**asking).status_code == (400 if at == "storefront" else 404)
    with_that_id = [
        one for clients in provider.clients.values() for one in clients if one.client_id == came["client_id"]
    ]
    assert with_that_id == [configured]
    assert stays["client_id"] in {client.client_id for client in provider.clients["storefront"]}
    [said] = [record.getMessage() for record in caplog.records if record.name == "mockidp"]
    assert came["client_id"] in said
    assert "gives way to the configured one" in said


def test_who_came_in_the_place_of_one_that_is_configured_stays() -> None:
    visitor = Visitor()
    provider = visitor.provider
    provider.users.remove("storefront", "customer@example.com")
    provider.users.add("storefront", username="customer@example.com", password="other")
    reloaded(visitor, replace(config_of(visitor), session_lifetime="2h"))
    found = [user.password for user in provider.users["storefront"] if user.username == "customer@example.com"]
    assert found == ["other"]


def test_who_came_and_went_can_be_configured_later() -> None:
    visitor = Visitor()
    visitor.provider.users.add("storefront", username="zoe", password="came")
    visitor.provider.users.remove("storefront", "zoe")
    [storefront, backoffice] = config_of(visitor).realms
    shop = replace(storefront, users=(*storefront.users, User(username="zoe", password="configured")))
    reloaded(visitor, replace(config_of(visitor), realms=(shop, backoffice)))
    assert "zoe" in {user.username for user in visitor.provider.users["storefront"]}
