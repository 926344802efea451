import json
import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jwt
import pytest
from joserfc.jwk import ECKey
from visitor import BASE

from mockidp.errors import ConfigError
from mockidp.provider import Provider
from mockidp.server import MockIdp
from mockidp.settings.config import Algorithm, Config, Realm
from mockidp.signing.key_files import kept_key
from mockidp.signing.signing_key import MARK


def changed(file: Path, **members: Any) -> None:
    kept = {**json.loads(file.read_text()), **members}
    file.write_text(json.dumps({name: value for name, value in kept.items() if value is not None}))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    kept_key(str(tmp_path), "storefront", "ES256")
    return tmp_path / "storefront.key.json"


# ---- files that are not in order ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "x", "[]", "null", '"x"', "{", "{}", "[" * 60_000, "\x00", "ü"])
def test_what_is_no_key_file_is_named_and_left_as_it_is(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        kept_key(str(file.parent), "storefront", "ES256")
    assert (caught.value.place, caught.value.file) == ("keys_dir", str(file))
    assert file.read_text() == text


OTHER = ECKey.generate_key("P-256").as_dict(private=True)


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"mockidp": None}, "mark"),
        ({"mockidp": "production"}, "mark"),
        ({"alg": "RS256"}, "alg"),
        ({"alg": None}, "alg"),
        ({"kid": "another"}, "kid"),
        ({"kid": None}, "kid"),
        ({"d": None}, "no private key"),
        ({"d": OTHER["d"]}, "no private key"),
        ({"x": OTHER["x"]}, "no private key"),
        ({"x": "!"}, "no private key"),
        ({"kty": "RSA"}, "no private key"),
        ({"kty": None}, "no private key"),
        ({"crv": "P-384"}, "no private key"),
        ({"crv": 5}, "no private key"),
        ({"d": 5}, "no private key"),
        ({"d": ""}, "no private key"),
    ],
)
def test_a_damaged_key_is_refused_with_the_reason_and_without_the_key(
    file: Path, members: dict[str, Any], problem: str
) -> None:
    secret = json.loads(file.read_text())["d"]
    changed(file, **members)
    with pytest.raises(ConfigError, match=problem) as caught:
        kept_key(str(file.parent), "storefront", "ES256")
    assert "storefront.key.json" in str(caught.value)
    assert secret not in str(caught.value)


def test_a_key_for_another_algorithm_is_not_replaced(file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(ConfigError, match="its alg is not RS256"):
        kept_key(str(file.parent), "storefront", "RS256")
    assert file.read_bytes() == before


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    for directory in (blocked, blocked / "below"):
        with pytest.raises(ConfigError, match="cannot be read or written") as caught:
            kept_key(str(directory), "storefront", "ES256")
        assert caught.value.place == "keys_dir"


# ---- files that are -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_a_key_is_made_once_and_is_the_same_from_then_on(tmp_path: Path, algorithm: Algorithm) -> None:
    first, second = (kept_key(str(tmp_path / "new" / "er"), "storefront", algorithm) for _ in range(2))
    assert first.public() == second.public()
    assert second.verifies(b"x", first.sign(b"x"))
    assert kept_key(str(tmp_path / "new" / "er"), "backoffice", algorithm).kid != first.kid


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such modes")
def test_nobody_else_may_read_it_whatever_the_mask_is(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        kept_key(str(tmp_path / "keys"), "storefront", "ES256")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "keys" / "storefront.key.json").stat().st_mode) == 0o600


def test_it_carries_the_mark_and_is_named_by_its_thumbprint(file: Path) -> None:
    members = json.loads(file.read_text())
    assert members["mockidp"] == MARK["mockidp"]
    assert members["kid"] == ECKey.import_key(members).thumbprint()


def test_of_many_that_make_it_at_once_all_get_the_same_and_leave_nothing_else(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        kids = set(pool.map(lambda _: kept_key(str(tmp_path), "storefront", "ES256").kid, range(16)))
    assert len(kids) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["storefront.key.json"]


# ---- a provider with them -------------------------------------------------------------------------------------------


def es256(**more: Any) -> Config:
    realms = (Realm(name="storefront", algorithm="ES256"), Realm(name="backoffice", algorithm="ES256"))
    return Config(realms=realms, **more)


def test_tokens_are_good_after_a_restart(tmp_path: Path) -> None:
    with MockIdp(es256(), keys_dir=str(tmp_path)) as first:
        token = first.token("storefront", subject="ann")
        first.keys["storefront"].rotate()
    with MockIdp(es256(), keys_dir=str(tmp_path)) as second:
        jwks = jwt.PyJWKClient(f"{second.issuer('storefront')}/jwks")
        key = jwks.get_signing_key_from_jwt(token)
        assert jwt.decode(token, key, ["ES256"], audience="https://shop.example/api")["sub"] == "ann"
        assert len(second.keys_of("storefront")()["keys"]) == 1
        assert second.keys_of("storefront")()["keys"][0]["mockidp"] == "testing only"


def test_a_reset_brings_the_kept_key_back(tmp_path: Path) -> None:
    provider = Provider(es256(keys_dir=str(tmp_path)), base_url=BASE)
    kid = provider.keys["storefront"].current.kid
    provider.keys["storefront"].rotate()
    provider.keys["storefront"].reset()
    assert provider.keys["storefront"].current.kid == kid


def test_shared_keys_are_one_file(tmp_path: Path) -> None:
    providers = [Provider(es256(keys_dir=str(tmp_path), shared_keys=True), base_url=BASE) for _ in range(2)]
    kids = {provider.keys[realm].current.kid for provider in providers for realm in ("storefront", "backoffice")}
    assert len(kids) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["shared.key.json"]


def test_a_damaged_file_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / "backoffice.key.json").write_text("x")
    with pytest.raises(ConfigError, match="move the file away"):
        Provider(es256(keys_dir=str(tmp_path)), base_url=BASE)


def test_no_directory_is_not_a_directory_without_a_name() -> None:
    with pytest.raises(ConfigError) as caught:
        Config(keys_dir="")
    assert caught.value.place == "keys_dir"
