"""Whose certificates the layer verifies: the page names the Regions of which it has none, and how to add them."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import sys
from pathlib import Path

from signon.domain.directory.service_principals import service_principals
from signon.domain.engines import Family
from tests.contract.reach import ROOT

LAYER = ROOT / "layers/signon"
SECTION = (ROOT / "docs/deploying.md").read_text().partition("\n### Certificates\n")[2].partition("\n### ")[0]
REGION = re.compile(r"`((?:[a-z]+-)+[0-9])`")
CONDITIONS = re.compile(r"AWS::Region, ([a-z0-9-]+)")


def regions_of_the_bundle() -> set[str]:
    """By the names of their root authorities, which stand in a certificate as they are."""
    blocks = re.findall(
        r"-----BEGIN CERTIFICATE-----(.*?)-----END", (LAYER / "rds-ca-bundle.pem").read_text(), re.DOTALL
    )
    found = (re.search(rb"Amazon RDS ([a-z]+-[a-z]+-[0-9]) Root CA", base64.b64decode(block)) for block in blocks)
    return {match[1].decode() for match in found if match}


def regions_that_are_known() -> set[str]:
    named = set(CONDITIONS.findall((ROOT / "template.yaml").read_text()))
    assert all(service_principals(region, Family.MYSQL) for region in named)
    return {*named, "us-gov-east-1", "us-gov-west-1"}


def test_the_page_names_the_regions_whose_certificates_the_bundle_does_not_have() -> None:
    assert set(REGION.findall(SECTION)) == regions_that_are_known() - regions_of_the_bundle()


def test_a_bundle_in_the_same_folder_is_in_the_layer_too(tmp_path: Path) -> None:
    layer, built = tmp_path / "layer", tmp_path / "built"
    shutil.copytree(LAYER, layer, ignore=shutil.ignore_patterns("__pycache__"))
    (layer / "region.pem").write_text("a certificate")
    built.mkdir()
    make = ["make", "--silent", "build-SignonLayer", f"ARTIFACTS_DIR={built}", f"RUNTIME_PYTHON={sys.executable}"]
    subprocess.run(make, cwd=layer, check=True)
    assert {file.name for file in built.iterdir()} == {"python", "rds-ca-bundle.pem", "region.pem"}
