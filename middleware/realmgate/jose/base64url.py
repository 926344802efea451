"""Base64url without padding, in exactly one spelling per value. RFC 7515 §2."""

import msgspec

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

# From this alphabet to that of plain base64, whose own two letters become something that no alphabet holds.
_TO_BASE64 = bytes.maketrans(b"-_+/=", b"+/!!!")

# How many padding characters belong behind a text, by its length modulo 4; no bytes have the length 1.
_PADDING = {0: b"", 2: b"==", 3: b"="}

# A final character carries unused bits, which must be zero (RFC 4648 §3.5), or one token would have several spellings.
_FINAL = {0: frozenset(ALPHABET), 2: frozenset(b"AQgw"), 3: frozenset(b"AEIMQUYcgkosw048")}

# JSON has no bytes, so msgspec takes a base64 string for them: strict about alphabet and length, unlike the standard
# library, and in half the time.
_decode_quoted = msgspec.json.Decoder(bytes).decode


class NotBase64Url(ValueError):
    """Not base64url as RFC 7515 writes it."""


def decode(text: bytes) -> bytes:
    """Decode text that may hold anything."""
    rest = len(text) % 4
    if rest == 1 or (text and text[-1] not in _FINAL[rest]):
        raise NotBase64Url
    try:
        return _decode_quoted(b'"%b%b"' % (text.translate(_TO_BASE64), _PADDING[rest]))
    except msgspec.MsgspecError:
        raise NotBase64Url from None
