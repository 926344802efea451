"""Whether a gate refuses tokens as it refuses every bad one."""

from both_doors import Doors

CHALLENGE = (
    'Bearer realm="storefront", error="invalid_token", error_description="The access token is not valid in this realm"'
)


def refuses(doors: Doors, *tokens: str) -> bool:
    """Whether each token gets the one answer that every bad token gets."""
    answers = [doors.bearer(token) for token in tokens]
    return all((answer.status, answer.header("www-authenticate")) == (401, CHALLENGE) for answer in answers)
