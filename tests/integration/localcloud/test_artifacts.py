"""What is packed: layers as their Makefiles build them."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from localcloud.deploy.artifacts import Artifacts

# It takes its time, as pip does, so that a second one comes in the middle of it.
MAKEFILE = """\
build-AnyLayer:
\tprintf . >>"$(SOURCE_DIR)/../times"
\tsleep 0.5
\tmkdir "$(ARTIFACTS_DIR)/python" && printf 'A = 1' >"$(ARTIFACTS_DIR)/python/a.py"
"""


def test_a_layer_that_three_clouds_need_at_once_is_built_once(tmp_path: Path) -> None:
    layer = tmp_path / "layer"
    layer.mkdir()
    (layer / "Makefile").write_text(MAKEFILE)
    clouds = [Artifacts(tmp_path / "cache", tmp_path / str(n), sys.executable, "3.13") for n in range(3)]

    with ThreadPoolExecutor(3) as threads:
        archives = list(threads.map(lambda cloud: cloud.packed("AnyLayer", layer, {"BuildMethod": "makefile"}), clouds))

    assert (tmp_path / "times").read_text() == "."
    assert archives[0] == archives[1] == archives[2]
    folders = {cloud.folder_of(archives[0]) for cloud in clouds}
    assert [sorted(file.name for file in folder.rglob("*.py")) for folder in folders if folder] == [["a.py"]]
