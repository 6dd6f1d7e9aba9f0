"""What `make start` is given: a file that is neither an input nor an event is refused in one sentence."""

from pathlib import Path

import pytest

from localcloud.__main__ import main

pytestmark = pytest.mark.usefixtures("signals_as_before")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\x00", "is not JSON ("),
        (b"{", "is not JSON ("),
        (b"[]", "does not hold a JSON object"),
        (b'{"detail-type": "x", "source": "aws.rds", "detail": []}', "is not a valid event: detail must be an object"),
        (b'{"detail-type": 5, "source": "aws.rds"}', "is not a valid event: detail-type must be a string"),
        (
            b'{"detail-type": "x", "source": "aws.rds", "resources": 7}',
            "is not a valid event: resources must be an array",
        ),
        (
            b'{"detail-type": "x", "source": "aws.states"}',
            "is an event for a function, not an input of the state machine",
        ),
    ],
)
def test_a_file_of_another_kind_is_refused_in_one_sentence(
    content: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "event.json"
    file.write_bytes(content)
    assert main(["start", str(file)]) == 1
    assert capsys.readouterr().err.startswith(f"{file} {said}")


@pytest.mark.parametrize("name", ["", "nothing.json"])
def test_a_file_that_cannot_be_read_is_named_with_where_samples_are(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["start", str(tmp_path / name)]) == 1
    assert capsys.readouterr().err.endswith("Samples are in events/\n")


@pytest.mark.parametrize("speed", ["0", "-3", "nan", "inf", "fast"])
def test_a_speed_that_is_none_is_refused(speed: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["demo", f"--speed={speed}"])
    assert f"invalid speed value: '{speed}'" in capsys.readouterr().err
