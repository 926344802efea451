import time
from typing import Any

import jwt
import pytest
import requests
from visitor import NOON, Visitor, new_provider

from mockidp import ClaimsRule, Client, Config, ConfigError, MockIdp, Realm, User, When
from mockidp.config_sources.config_files import load_config
from mockidp.settings.claims_rules import DECIDED, Occasion, claims_for

URI = "https://shop.example/cb"
ANN = User(username="ann", password="ann", claims={"roles": ["buyer"], "tier": "{realm}"})
BOB = User(username="bob", password="bob", subject="b-1")


def occasion(**known: Any) -> Occasion:
    usual: dict[str, Any] = {
        "token": "access_token",
        "realm": "storefront",
        "issuer": "https://id.example/storefront",
        "client_id": "web",
        "subject": "s-1",
        "username": "ann",
        "scope": "openid orders:read",
        "grant_type": "authorization_code",
        "parameters": {"resource": "https://shop.example/api"},
        "now": 1000.0,
    }
    return Occasion(**{**usual, **known})


@pytest.mark.parametrize(
    ("when", "fits"),
    [
        (When(), True),
        (When(client="web"), True),
        (When(client="we"), False),
        (When(client="w*"), True),
        (When(client="*"), True),
        (When(client=("x", "*b")), True),
        (When(client="w*e*b"), True),
        (When(client="web*b"), False),
        (When(client="Web"), False),
        (When(user="ann"), True),
        (When(user="s-1"), True),
        (When(user="bob"), False),
        (When(scope="orders:*"), True),
        (When(scope="orders"), False),
        (When(grant_type="client_credentials"), False),
        (When(parameters={"resource": "https://*/api"}), True),
        (When(parameters={"resource": "*", "acr_values": "*"}), False),
        (When(client="web", user="bob"), False),
    ],
)
def test_everything_that_is_named_must_fit(when: When, fits: bool) -> None:
    assert bool(claims_for((ClaimsRule(when=when, set={"a": 1}),), occasion())) is fits


@pytest.mark.parametrize("when", [When(client="*"), When(user="*"), When(grant_type="*"), When(scope="*")])
def test_nothing_is_like_no_pattern(when: When) -> None:
    nothing = occasion(client_id="", username="", subject="", grant_type="", scope="")
    assert claims_for((ClaimsRule(when=when, set={"a": 1}),), nothing) == {}


def test_the_last_rule_decides_and_none_after_one_that_says_so() -> None:
    rules = (
        ClaimsRule(set={"a": 1, "b": 1}),
        ClaimsRule(set={"a": 2}, tokens=("access_token",)),
        ClaimsRule(set={"a": 3}, tokens=("id_token",)),
        ClaimsRule(set={"c": 1}, last=True),
        ClaimsRule(set={"a": 4}),
    )
    assert claims_for(rules, occasion()) == {"a": 2, "b": 1, "c": 1}
    assert claims_for(rules, occasion(token="id_token")) == {"a": 3, "b": 1, "c": 1}


def test_a_pattern_takes_little_time_whatever_a_client_sends() -> None:
    rule = ClaimsRule(when=When(parameters={"x": "*a*a*a*a*a*a*a*a*b"}), set={"a": 1})
    began = time.thread_time()
    assert claims_for((rule,), occasion(parameters={"x": "a" * 60_000})) == {}
    assert time.thread_time() - began < 5


@pytest.mark.parametrize("name", sorted(DECIDED))
def test_a_claim_that_something_else_decides_is_refused_with_the_cure(name: str) -> None:
    with pytest.raises(ConfigError, match=rf"^set\.{name}: expected no such claim here: "):
        ClaimsRule(set={name: 1})
    with pytest.raises(ConfigError, match=rf"^claims\.{name}: expected no such claim here: "):
        User(username="x", password="x", claims={name: 1})


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"set": {"aud": "x"}}, "set.aud"),
        ({"set": {"aud": "x"}, "tokens": ("access_token", "id_token")}, "set.aud"),
        ({"set": {"aud": [1]}, "tokens": ("access_token",)}, "set.aud"),
        ({"set": {"aud": []}, "tokens": ("access_token",)}, "set.aud"),
        ({"set": {"sub": "x"}, "tokens": ("id_token",)}, "set.sub"),
        ({"set": {"sub": 1}}, "set.sub"),
        ({"set": {"scope": ["a"]}}, "set.scope"),
        ({"set": {}, "tokens": ()}, "tokens"),
        ({"set": {}, "tokens": ("id_token", "id_token")}, "tokens"),
        ({"set": {"x": "{y}"}}, "set.x"),
    ],
)
def test_a_rule_that_cannot_be_right_is_refused(settings: dict[str, Any], place: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ClaimsRule(**settings)
    assert caught.value.place == place


def test_a_users_subject_and_audience_are_decided_elsewhere() -> None:
    for name in ("sub", "aud"):
        with pytest.raises(ConfigError, match=rf"^claims\.{name}: expected no such claim here: the "):
            User(username="x", password="x", claims={name: "x"})


def test_orocommerce_has_none_of_it() -> None:
    for realm in (Realm(name="storefront", claims=(ClaimsRule(set={"a": 1}),)), Realm(name="storefront", users=(ANN,))):
        with pytest.raises(ConfigError, match=r"claims: expected to be left out"):
            Config(dialect="orocommerce", realms=(realm,))


RULES = (
    ClaimsRule(
        set={"who": "{client_id}:{username}:{subject}", "until": "{now+30m}", "for": "{parameter:resource}"},
        tokens=("access_token", "id_token"),
    ),
    ClaimsRule(when=When(grant_type="refresh_token"), set={"refreshed": True}),
    ClaimsRule(when=When(scope="profile"), set={"name": "Somebody Else"}, tokens=("id_token", "userinfo")),
    ClaimsRule(when=When(parameters={"acr_values": "gold"}), set={"acr": "gold"}),
    ClaimsRule(when=When(client="service"), set={"aud": ["https://a/", "https://b/"]}, tokens=("access_token",)),
)


@pytest.fixture
def visitor() -> Visitor:
    client = Client(
        client_id="storefront-web",
        client_secret="storefront-web-secret",
        redirect_uris=(URI,),
        scope="openid profile orders:read",
    )
    service = Client(client_id="service", client_secret="s", grant_types=("client_credentials",), scope="orders:read")
    realm = Realm(name="storefront", users=(ANN, BOB), clients=(client, service), claims=RULES)
    return Visitor(new_provider(Config(realms=(realm,))))


def said(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def test_rules_and_the_users_own_claims_reach_every_token_of_a_login(visitor: Visitor) -> None:
    code = visitor.answer(
        "ann",
        response_type="code",
        client_id="storefront-web",
        scope="openid profile",
        resource="https://shop.example/api",
        acr_values="gold",
    )["code"]
    answer = visitor.redeem(code).json()
    access_token, id_token = said(answer["access_token"]), said(answer["id_token"])
    for claims in (access_token, id_token):
        assert claims["who"] == "storefront-web:ann:ann"
        assert claims["until"] == NOON + 1800
        assert (claims["roles"], claims["tier"], claims["acr"]) == (["buyer"], "storefront", "gold")
        assert claims["for"] == "https://shop.example/api"
        assert claims["iss"].endswith("/storefront")
    assert "name" not in access_token
    assert id_token["name"] == "Somebody Else"
    assert visitor.userinfo(answer["access_token"]).json() == {
        "sub": "ann",
        "name": "Somebody Else",
        "preferred_username": "ann",
        "roles": ["buyer"],
        "tier": "storefront",
    }
    again = visitor.exchange(
        grant_type="refresh_token",
        refresh_token=answer["refresh_token"],
        client_id="storefront-web",
        client_secret="storefront-web-secret",
    ).json()
    assert said(again["access_token"])["refreshed"]
    assert said(again["access_token"])["acr"] == "gold"


def test_rules_reach_a_client_that_acts_for_itself(visitor: Visitor) -> None:
    answer = visitor.exchange(
        grant_type="client_credentials", client_id="service", client_secret="s", acr_values="gold"
    ).json()
    claims = said(answer["access_token"])
    assert claims["aud"] == ["https://a/", "https://b/"]
    assert claims["acr"] == "gold"
    assert {"who", "for"} & claims.keys() == set()  # there is no username, and no resource was named


def test_rules_reach_tokens_without_ceremony_and_what_the_test_says_comes_last(visitor: Visitor) -> None:
    token = visitor.provider.token("storefront", subject="ann", claims={"tier": "gold"})
    assert (said(token)["tier"], said(token)["roles"]) == ("gold", ["buyer"])
    mine = visitor.provider.token("storefront", subject="b-1", client="service", audience="https://c/")
    assert said(mine)["aud"] == "https://c/"
    assert said(mine)["who"] == "service:bob:b-1"


def test_a_subject_of_a_rule_is_the_same_everywhere() -> None:
    web = Client(
        client_id="storefront-web", client_secret="storefront-web-secret", redirect_uris=(URI,), scope="openid"
    )
    rules = (ClaimsRule(set={"sub": "{realm}|{username}"}),)
    realm = Realm(name="storefront", users=(ANN,), clients=(web,), claims=rules)
    visitor = Visitor(new_provider(Config(realms=(realm,))))
    code = visitor.answer("ann", response_type="code", client_id="storefront-web", scope="openid")["code"]
    answer = visitor.redeem(code).json()
    subjects = {
        said(answer["access_token"])["sub"],
        said(answer["id_token"])["sub"],
        visitor.userinfo(answer["access_token"]).json()["sub"],
    }
    assert subjects == {"storefront|ann"}


def test_rules_are_written_in_a_file(tmp_path: Any) -> None:
    file = tmp_path / "mockidp.toml"
    file.write_text(
        '[[realms]]\nname = "storefront"\n[[realms.claims]]\nset = {roles = ["a"], n = 1}\ntokens = ["id_token"]\n'
        'last = true\n[realms.claims.when]\nclient = ["a", "b*"]\nparameters = {resource = "*"}\n'
    )
    assert load_config(file).realm("storefront").claims == (
        ClaimsRule(
            set={"roles": ["a"], "n": 1},
            tokens=("id_token",),
            last=True,
            when=When(client=("a", "b*"), parameters={"resource": "*"}),
        ),
    )
    file.write_text('[[realms]]\nname = "storefront"\n[[realms.claims]]\nset = {exp = 1}\n')
    with pytest.raises(
        ConfigError, match=r"realms\[0\]\.claims\[0\]\.set\.exp: expected no such claim here: `lifetimes`"
    ):
        load_config(file)


def test_audiences_that_are_all_left_out_leave_the_realms_own() -> None:
    rule = ClaimsRule(set={"aud": ["{parameter:nope}"]}, tokens=("access_token",))
    service = Client(client_id="c", client_secret="s", grant_types=("client_credentials",), scope="x")
    realm = Realm(name="a", audience="https://a.example", clients=(service,), claims=(rule,))
    form = {"grant_type": "client_credentials", "client_id": "c", "client_secret": "s"}
    with MockIdp(Config(realms=(realm,))) as idp:
        token = requests.post(f"{idp.base_url}/oauth2-token", form, timeout=10).json()["access_token"]
        assert jwt.decode(token, options={"verify_signature": False})["aud"] == "https://a.example"
        idp.faults.next("audience-prefix")
        lie = requests.post(f"{idp.base_url}/oauth2-token", form, timeout=10).json()["access_token"]
        assert jwt.decode(lie, options={"verify_signature": False})["aud"] == "https://a.example/more"
