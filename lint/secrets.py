"""No secret in the tree: every file that git knows, or would take, through detect-secrets."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import yaml
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import transient_settings

if TYPE_CHECKING:
    from detect_secrets.core.potential_secret import PotentialSecret

ROOT = Path(__file__).parents[1]
KNOWN = Path(__file__).with_suffix(".yaml")
HASHES = (
    "requirements.txt",
    "package-lock.json",
    "rds-ca-bundle.pem",
)  # held by hashes, and full of what looks like keys
# Full of checksums and ids, in which only this kind sees a key. Each change of a plan's words changes them.
RECORDED, OF_CHECKSUMS = "events/functions/", "Hex High Entropy String"
# Those that could be here: each costs half a second. None is asked to try what it found at its service.
KINDS = (
    "AWSKeyDetector", "Base64HighEntropyString", "BasicAuthDetector", "GitHubTokenDetector", "HexHighEntropyString",
    "JwtTokenDetector", "KeywordDetector", "NpmDetector", "PrivateKeyDetector", "PypiTokenDetector", "SlackDetector",
)  # fmt: skip

# What finds nothing in this finds nothing at all. It is put together here, so that it is not found in this file.
PLANTED: Mapping[str, str] = {
    "AWS Access Key": "key = '" + "AKIA" + "Q3EGRIPXO7YLB2ZM" + "'\n",
    "Private Key": "-----BEGIN " + "RSA PRIVATE KEY-----\n",
    "Secret Keyword": "password = '" + "correct-Horse7battery" + "'\n",
}


def findings() -> list[str]:
    """What looks like a secret and is not a known exception, and every known exception that no longer occurs."""
    known: dict[str, str] = yaml.load(KNOWN.read_text(), yaml.CSafeLoader)
    with transient_settings({"plugins_used": [{"name": kind} for kind in KINDS]}):
        if missed := [*_missed()]:
            return [f"detect-secrets does not find {', '.join(missed)} (lint/secrets.py, PLANTED): it does not work"]
        found = [(name, secret) for name in _files() for secret in scan_file(name)]
    return [*_unknown(found, known), *_not_found(found, known)]


def _files() -> Iterator[str]:
    """Paths from the root of the checkout."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        lock = name.endswith(HASHES) or (name.startswith("requirements/") and name.endswith(".txt"))
        if not lock and (ROOT / name).is_file():
            yield name


def _missed() -> Iterator[str]:
    with TemporaryDirectory() as folder:
        for kind, text in PLANTED.items():
            planted = Path(folder, "planted.py")
            planted.write_text(text)
            if kind not in {secret.type for secret in scan_file(str(planted))}:
                yield kind


def _unknown(found: Sequence[tuple[str, PotentialSecret]], known: Mapping[str, str]) -> Iterator[str]:
    for name, secret in found:
        checksum = name.startswith(RECORDED) and secret.type == OF_CHECKSUMS
        if not checksum and not any(re.fullmatch(pattern, str(secret.secret_value)) for pattern in known):
            yield (
                f"{name}:{secret.line_number}: {secret.type}: remove it, and revoke it, because git keeps it;"
                f" if it is not a secret, list it in lint/{KNOWN.name}"
            )


def _not_found(found: Sequence[tuple[str, PotentialSecret]], known: Mapping[str, str]) -> Iterator[str]:
    for pattern in known:
        if not any(re.fullmatch(pattern, str(secret.secret_value)) for _, secret in found):
            yield f"{pattern}: no longer matches anything: remove its row from lint/{KNOWN.name}"
