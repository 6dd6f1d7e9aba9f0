"""Certificates that prove nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from localcloud.servers import World, authority
from localcloud.servers.account import Account
from localcloud.servers.authority import Authority

from .conftest import HOST

Certificate = tuple[Path, Path]


def the_databases_own(world: World, folder: Path) -> Certificate:
    """The only one that proves something: of RDS's authority, for the database's name, valid now."""
    return world.authority.issue(folder, HOST)


def of_another_authority(world: World, folder: Path) -> Certificate:
    return Authority(Account.unprivileged(), folder / "stranger.pem").issue(folder, HOST)


def of_another_host(world: World, folder: Path) -> Certificate:
    return world.authority.issue(folder, "mallorys." + HOST.partition(".")[2])


def expired(world: World, folder: Path) -> Certificate:
    return _issued_in(timedelta(days=-365), world, folder)


def not_valid_yet(world: World, folder: Path) -> Certificate:
    return _issued_in(timedelta(days=365), world, folder)


def self_signed(world: World, folder: Path) -> Certificate:
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "it is me")]),
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, kept = folder / "own.pem", folder / "own.key"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    kept.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return pem, kept


def _issued_in(later: timedelta, world: World, folder: Path) -> Certificate:
    class Then(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp((datetime.now(tz) + later).timestamp(), tz)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(authority, "datetime", Then)
        return world.authority.issue(folder, HOST)
