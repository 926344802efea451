"""What a provider needs to speak TLS: an authority, kept or gone with it, and what both ends are set up with."""

import os
import shutil
import ssl
import tempfile
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from ..errors import ConfigError
from ..settings.config import Config
from ..signing.private_files import kept, write_privately
from .authority import AT_HOME, Authority, canonical, new_authority, read_authority

CA: Final = "ca.pem"
KEPT: Final = "ca.key.pem"


class Tls:
    """TLS for a server at these hosts and on this machine.

    The authority stays in `keys_dir`, in two files: its certificate (`ca.pem`), and that with its key (`ca.key.pem`,
    readable for nobody else). Without a directory its certificate is in a temporary one, which goes when this object
    or the process does; the key is then in no file. The server's own key is made anew each time.
    """

    def __init__(self, hosts: Iterable[str], keys_dir: str | None) -> None:
        self.hosts: Final = tuple(dict.fromkeys((*AT_HOME, *map(canonical, hosts))))
        self._authority = kept_authority(keys_dir, self.hosts) if keys_dir else new_authority(self.hosts)
        directory = Path(keys_dir or self._temporary()).absolute()
        self.ca_file: Final = directory / CA
        _publish(self._authority, self.ca_file)

    def server_side(self) -> ssl.SSLContext:
        """For the server: a new key, and a certificate for all its hosts."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        with tempfile.TemporaryDirectory(prefix="mockidp-") as passing:  # the ssl module reads keys from files only
            file = Path(passing) / "server.pem"
            write_privately(file, self._authority.issue(self.hosts))
            context.load_cert_chain(file)
        return context

    def client_side(self) -> ssl.SSLContext:
        """For a client that trusts nobody else."""
        return ssl.create_default_context(cadata=self._authority.public_pem.decode("ascii"))

    def _temporary(self) -> str:
        directory = tempfile.mkdtemp(prefix="mockidp-")
        weakref.finalize(self, _remove, directory, os.getpid())
        return directory


def tls_of(config: Config, local_url: str) -> Tls:
    """TLS for all the hosts that the configuration names."""
    urls = (local_url, config.base_url, config.browser_base_url)
    hosts = (host for url in urls if url and (host := urlsplit(url).hostname))
    return Tls(hosts, config.keys_dir)


def kept_authority(directory: str, hosts: tuple[str, ...]) -> Authority:
    """The authority of this directory, made now if there is none; ConfigError names the file and what is wrong."""
    file = Path(directory) / KEPT
    try:
        authority = read_authority(kept(file, lambda: new_authority(hosts).private_pem))
    except OSError as error:
        raise ConfigError(f"cannot be read or written: {error.strerror}", place="keys_dir", file=str(file)) from error
    except (ValueError, TypeError) as error:
        raise _damaged(file, str(error)) from error
    if unknown := [host for host in hosts if host not in authority.hosts]:
        raise _damaged(file, f"it may not vouch for {unknown[0]}")
    return authority


def _publish(authority: Authority, file: Path) -> None:
    """Write the certificate for all to read, unless it is there."""
    pem = authority.public_pem
    if not file.exists() or file.read_bytes() != pem:
        file.write_bytes(pem)


def _damaged(file: Path, problem: str) -> ConfigError:
    return ConfigError(
        f"cannot be used, since {problem}; move the file away, and a new authority is made",
        place="keys_dir",
        file=str(file),
    )


def _remove(directory: str, owner: int) -> None:
    if os.getpid() == owner:  # a process that was forked off leaves it to us
        shutil.rmtree(directory, ignore_errors=True)
