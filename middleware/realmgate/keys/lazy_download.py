"""What opens sockets, imported when it is first needed, and never while the process forks."""

import os
import threading
from types import ModuleType

# An import that another thread has begun is never finished in the child, and would be waited for there for ever.
_importing = threading.RLock()


def downloader() -> ModuleType:
    """The module `download`. Not before it is needed: urllib3 tries out a socket when it is imported."""
    with _importing:
        from . import download  # noqa: PLC0415
    return download


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_importing.acquire, after_in_parent=_importing.release, after_in_child=_importing.release
    )
