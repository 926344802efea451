import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from realmgate.jose.algorithms import KEY_OF, algorithms_for, verifier

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


RSA_KEY = rsa.generate_private_key(65537, 2048)
MESSAGE = b"header.payload"


@pytest.mark.parametrize("size", ["256", "384", "512"])
def test_rsa_is_verified_with_exactly_the_padding_hash_and_salt_of_its_name(size: str) -> None:
    digest = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[size]
    pss = padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
    of_pkcs1 = RSA_KEY.sign(MESSAGE, padding.PKCS1v15(), digest)
    of_pss = RSA_KEY.sign(MESSAGE, pss, digest)
    saltless = RSA_KEY.sign(MESSAGE, padding.PSS(mgf=padding.MGF1(digest), salt_length=0), digest)
    good = {f"RS{size}": of_pkcs1, f"PS{size}": of_pss}
    for name in RSA:
        verify = verifier(name, RSA_KEY.public_key())
        for signature in (of_pkcs1, of_pss, saltless):
            if signature == good.get(name):
                verify(signature, MESSAGE)
            else:
                with pytest.raises(InvalidSignature):
                    verify(signature, MESSAGE)
