"""Codes that a person reads on one device and types on another (RFC 8628 §6.1)."""

import re
import secrets
from typing import Final

LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels: no words by accident, and nothing that looks like a digit
LENGTH: Final = 8

_NOT_A_LETTER: Final = re.compile(r"[^A-Z]+")


def new_user_code() -> str:
    """Eight letters, about 34 bits."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def shown(user_code: str) -> str:
    """As a device shows it: two groups of four."""
    return f"{user_code[:4]}-{user_code[4:]}"


def meant(typed: str) -> str:
    """What a person means who types small letters, spaces or no hyphen."""
    return _NOT_A_LETTER.sub("", typed[:64].upper())
