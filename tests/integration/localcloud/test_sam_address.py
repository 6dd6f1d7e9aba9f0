"""The address on which containers reach the cloud: whoever may not add one can use one that is there."""

import pytest

from localcloud.sam import host_setup


@pytest.mark.parametrize(("address", "there"), [("127.0.0.1/24", True), ("198.18.255.1/24", False)])
def test_an_address_is_seen_without_the_right_to_add_one(address: str, there: bool) -> None:
    assert host_setup.has_address(address) is there
