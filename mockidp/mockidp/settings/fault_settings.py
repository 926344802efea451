"""A fault that the configuration plans, as it is written; the catalogue is asked about it where there is one."""

from msgspec import Struct

from .expectations import expect


class PlannedFault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goes wrong from the start on, and again after `reset()`: `fault` by its name, `delay=0.5` with a number.

    `endpoint`, `realm`, `client`, `user` (by username or subject) and `token` say whom it is for, as they do for
    `MockIdp.faults`. It happens so many `times`, or without end where that is not said.
    """

    fault: str
    endpoint: str | None = None
    realm: str | None = None
    client: str | None = None
    user: str | None = None
    token: str | None = None
    times: int | None = None

    def __post_init__(self) -> None:
        expect(self.times is None or self.times >= 1, "times", "how often it is to happen, at least once")
