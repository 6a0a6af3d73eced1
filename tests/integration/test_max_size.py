"""--max-size: a file is never larger, or it is the smallest that there can be, and a warning says so."""

import json
import subprocess

import pytest
from cli_driver import CLI, environment, validate
from failing_writes import HEAVY, KINDS, SOURCE, never_larger

K = 1024


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.label)
@pytest.mark.parametrize("size", [100 * K, 300 * K])
def test_a_file_is_never_larger(tmp_path, kind, size):
    _, pictures, found = never_larger(tmp_path, kind, size)
    assert found <= size and pictures > 0
    # And not much smaller: what is kept free is for one more picture and the end.
    assert found > size / 2


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.name in ("a.mp4", "a.mkv", "a.nut", "a.raw")], ids=lambda kind: kind.label)
def test_a_larger_file_is_filled_but_for_its_end(tmp_path, kind):
    size = 2048 * K
    assert size * 0.9 < never_larger(tmp_path, kind, size)[2] <= size


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.label)
def test_the_smallest_file_has_one_picture_and_a_warning(tmp_path, kind):
    stats, pictures, found = never_larger(tmp_path, kind, 10)
    assert pictures == 1 and found > 10
    assert "max_size_exceeded" in [warning["code"] for warning in stats["warnings"]]


@pytest.mark.parametrize("format", ["matroska", "mp4", "nut", "mpegts", "rawvideo"])
def test_a_pipe_gets_no_more_either(tmp_path, format):
    stats = tmp_path / "stats.json"
    options = [] if format == "rawvideo" else HEAVY
    result = subprocess.run([CLI, "record", *SOURCE, *options, "--format", format, "--max-size", "300K", "--duration", "60", "--stats", stats, "-"],
                            env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True, timeout=300)
    told = validate(json.loads(stats.read_text()), "record")
    assert told["ended_by"] == "size"
    assert 150 * K < len(result.stdout) <= 300 * K
    assert told["files"][0]["bytes"] == len(result.stdout)
