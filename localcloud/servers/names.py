"""Addresses of a world's servers, and their names as its processes resolve them."""

import errno
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

PORT = 3306  # the default port of MySQL; the process that holds it on .1 of a network holds the network
KERBEROS_SERVICES = {
    "kerberos": 88,
    "kpasswd": 464,
}  # https://web.mit.edu/kerberos/krb5-latest/doc/admin/realm_config.html


class NoNetworkLeft(RuntimeError):
    """No 127.0.x.0/24 is free on this machine."""


def loopback(number: int) -> str:
    """The beginning of the addresses of a network that this machine alone reaches."""
    return f"127.0.{number}"


class Names:
    """One network, which no other world uses, and files of names that only processes of this world read."""

    def __init__(self, hosts: Path, services: Path, network: Callable[[int], str] = loopback) -> None:
        """`hosts` holds names and their addresses, `services` what DNS knows of where a domain's services are.
        `network` makes the network of a number that no other world on this machine has.
        """
        self.hosts, self.services = hosts, services
        self._lock = threading.Lock()
        self._claim, number = _claim_network()
        self.network = network(number)
        self._last = 1
        self._written = 0  # when, in seconds of the epoch
        self._told: Callable[[dict[str, str]], None] | None = None
        self.directory_address = f"{self.network}.1"

    @property
    def resolving(self) -> dict[str, str]:
        """The environment in which a process resolves the names. The file is read again whenever it has changed."""
        return {"LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": str(self.hosts)}

    def tell(self, listener: Callable[[dict[str, str]], None]) -> None:
        """`listener` is given what is known, now and whenever it has changed."""
        self._told = listener
        listener(self.known)

    @property
    def known(self) -> dict[str, str]:
        """The first address of each name."""
        lines = [line.split() for line in self.hosts.read_text().splitlines()]
        return {host: address for address, host in reversed(lines)}

    def add(self, *hosts: str) -> str:
        """An address of its own, which `hosts` resolve to from now on. Raises NoNetworkLeft after 253 addresses.

        A name that has another address already keeps it and resolves to both.
        """
        with self._lock:
            if self._last == 254:
                raise NoNetworkLeft("all 253 addresses of this world are in use")
            self._last += 1
            address = f"{self.network}.{self._last}"
            self._write(self.hosts.read_text(), address, *hosts)
            return address

    def add_alias(self, address: str, *hosts: str) -> None:
        """Lets these names resolve to `address` as well."""
        with self._lock:
            self._write(self.hosts.read_text(), address, *hosts)

    def add_domain(self, domain: str, address: str) -> None:
        """The domain and its only controller resolve to `address`, and DNS tells where its KDC is, as Active Directory
        has it.
        """
        controller = f"dc1.{domain}"
        self.move(address, domain, controller)
        with self._lock, self.services.open("a") as lines:
            lines.writelines(
                f"SRV _{service}._{protocol}.{domain} {controller} {port}\n"
                for service, port in KERBEROS_SERVICES.items()
                for protocol in ("tcp", "udp")
            )

    def move(self, address: str, *hosts: str) -> None:
        """Lets these names resolve to `address`, and no others."""
        with self._lock:
            lines = self.hosts.read_text().splitlines(keepends=True)
            self._write("".join(line for line in lines if line.split()[0] != address), address, *hosts)

    def forget(self, address: str) -> None:
        """Lets no name resolve to `address` any longer."""
        self.move(address)

    def _write(self, kept: str, address: str, *hosts: str) -> None:
        """Processes find the file whole at every moment, and read it again where its time is of another second."""
        self._written = max(int(time.time()), self._written + 1)
        making = self.hosts.with_suffix(".making")
        making.write_text(kept + "".join(f"{address} {host}\n" for host in hosts))
        making.chmod(0o644)
        os.utime(making, (self._written, self._written))
        making.replace(self.hosts)
        if self._told:
            self._told(self.known)

    def close(self) -> None:
        """Leaves the network to others."""
        self._claim.close()


def _claim_network() -> tuple[socket.socket, int]:
    """The number, and a socket that holds it as long as it is open: the kernel closes it when we are killed."""
    for third in range(1, 255):
        claim = socket.socket()
        try:
            claim.bind((f"127.0.{third}.1", PORT))
        except OSError as refusal:
            claim.close()
            if refusal.errno != errno.EADDRINUSE:
                raise
        else:
            return claim, third
    raise NoNetworkLeft(
        f"Port {PORT} is taken on every loopback address. Is a server listening on 0.0.0.0:{PORT}? Stop it, "
        "or make it listen on 127.0.0.1 only (MySQL: bind-address)"
    )
