"""Watches the file of a configuration, and has the provider go by what it says now; a mistake leaves all as it was."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from .config_sources.config_files import load_config
from .config_sources.overrides import Overrides
from .errors import ConfigError
from .settings.config import Config

logger: Final = logging.getLogger("mockidp")

STAYS: Final = "%s cannot change while the provider runs, and stays as it was until the next start"

Seen = tuple[int, int, int]


class Reloading:
    """The file; `configure` takes what is in it, and tells what stays as it is. `say` tells people about it.

    Not for several threads at once, except for `reload`.
    """

    def __init__(
        self,
        file: str,
        configure: Callable[[Config], tuple[str, ...]],
        say: Callable[[str], None],
        over: Overrides | None = None,
    ) -> None:
        """`over` are the settings that overrule the file whenever it is read."""
        self.file: Final = file
        self._over = over
        self.problem = ""
        self._configure = configure
        self._say = say
        self._seen = _look(file)

    def check(self) -> None:
        """Read the file if it is another one than last time; one that is gone, or being written, is waited for."""
        seen = _look(self.file)
        if seen is None or seen == self._seen:
            return
        found = self._read()
        if _look(self.file) != seen:
            return  # what was read may be a part of it, or nothing: editors empty a file before they fill it
        self._seen = seen
        try:
            stays = self._go_by(found)
        except ConfigError as error:
            said = str(error)
            self._say(f"{said}{'' if said.endswith('?') else '.'} The configuration before stays in force.")
        else:
            self._say(f"{self.file} has changed, and is in force now.")
            for place in stays:
                self._say(f"{self.file}: {STAYS % place}.")

    def reload(self) -> tuple[str, ...]:
        """Go by what the file says now; the places that cannot change while the provider runs.

        ConfigError says what is wrong with it; then the configuration before stays in force.
        """
        return self._go_by(self._read())

    def _read(self) -> Config | Exception:
        """What the file says, or what is wrong with it."""
        try:
            return load_config(self.file, self._over)
        except Exception as error:  # noqa: BLE001 - told by whoever goes by what was read
            return error

    def _go_by(self, found: Config | Exception) -> tuple[str, ...]:
        try:
            if isinstance(found, Exception):
                raise found  # noqa: TRY301 - it is told like what the provider refuses
            stays = self._configure(found)
        except Exception as error:
            told = self._told(error)
            self.problem = str(told)
            raise told from error
        self.problem = ""
        return stays

    def _told(self, error: Exception) -> ConfigError:
        """The same with the file's name; what nobody foresaw is in the log, and must not end the server either."""
        if not isinstance(error, ConfigError):
            logger.error("%s cannot be used", self.file, exc_info=error)
            return ConfigError(
                f"cannot be used, for a reason that the log tells ({type(error).__name__})", file=self.file
            )
        return error if error.file else ConfigError(error.problem, place=error.place, file=self.file)


def _look(file: str) -> Seen | None:
    """What changes with the file: editors write it anew, or put another one in its place."""
    try:
        found = Path(file).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
