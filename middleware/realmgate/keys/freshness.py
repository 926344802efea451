"""For how long a downloaded key set is fresh, as its server says. RFC 9111 §4.2."""

import re

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,10})\"?(?:$|[,\s])", re.IGNORECASE)
_NO_CACHE = re.compile(r"(?:^|[,\s])(?:no-store|no-cache)(?:$|[,\s=])", re.IGNORECASE)


def stated_age(cache_control: str, age: str) -> float | None:
    """For how many seconds an answer says it is fresh, less its age; None where it says nothing. RFC 9111 §4.2."""
    if _NO_CACHE.search(cache_control):
        return 0.0
    found = _MAX_AGE.search(cache_control)
    if found is None:
        return None
    spent = float(age) if age.isdecimal() and age.isascii() else 0.0
    return max(float(found[1]) - spent, 0.0)
