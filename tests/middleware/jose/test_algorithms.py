import pytest

from realmgate.jose.algorithms import KEY_OF, VERIFIERS, algorithms_for

RSA = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}


@pytest.mark.parametrize(
    ("kty", "curve", "algorithms"),
    [
        pytest.param("RSA", None, RSA, id="RSA"),
        pytest.param("RSA", "P-256", RSA, id="RSA, where a curve says nothing"),
        pytest.param("EC", "P-256", {"ES256"}, id="P-256"),
        pytest.param("EC", "P-384", {"ES384"}, id="P-384"),
        pytest.param("EC", "P-521", {"ES512"}, id="P-521"),
        pytest.param("EC", "secp256k1", {"ES256K"}, id="secp256k1"),
        pytest.param("EC", "P-192", set(), id="an unknown curve"),
        pytest.param("EC", None, set(), id="no curve"),
        pytest.param("EC", "Ed25519", set(), id="a curve of another type"),
        pytest.param("OKP", "Ed25519", {"EdDSA", "Ed25519"}, id="Ed25519"),
        pytest.param("OKP", "X25519", set(), id="a curve for key agreement"),
        pytest.param("oct", None, set(), id="symmetric"),
        pytest.param("AKP", None, set(), id="a type of the future"),
    ],
)
def test_a_key_can_verify_what_its_type_and_curve_can(kty: str, curve: str | None, algorithms: set[str]) -> None:
    assert algorithms_for(kty, curve) == algorithms


def test_neither_none_nor_hmac_is_known_here() -> None:
    assert not {name for name in KEY_OF if name.lower() == "none" or name.startswith("HS")}
    assert KEY_OF.keys() == VERIFIERS.keys()
