"""`kill -9` at every single step that brings a recording to the disk and finishes it: whatever is there plays."""

import json
import pathlib
import subprocess

import pytest
from cli_driver import SMALL
from syscall_faults import boxes, needs_strace, run_with, samples_in_fragments

pytestmark = needs_strace

FRAMES = 45
# A fragment is closed after half of this: two of 18 pictures and one of 9. Every slot gets a picture, on a busy machine too.
RECORD = ["record", *SMALL, "--preset", "ultrafast", "--frames", FRAMES, "--on-full", "wait", "-q", "--force"]
SIGKILL = 9

CLUSTER = bytes.fromhex("1f43b675")


def frames_that_play(path):
    """All frames decoded, without a complaint."""
    out = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-show_entries",
                          "stream=nb_read_frames", "-of", "json", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         check=True)
    assert out.stderr == b"", out.stderr.decode()
    return int(json.loads(out.stdout)["streams"][0]["nb_read_frames"])


def killed_at_each(tmp_path, call, name, fragment="0.6"):
    """Runs that are killed as they enter the first, second, third... such call of a thread, up to the run that has no more."""
    path = tmp_path / name
    for number in range(1, 40):
        path.unlink(missing_ok=True)
        result, calls = run_with(tmp_path, [f"{call}:signal=KILL:when={number}"], *RECORD, "--fragment", fragment, path)
        if result.returncode == 0:
            assert frames_that_play(path) == FRAMES
            assert number > 1, "nothing was killed"
            return
        assert result.returncode in (-SIGKILL, 128 + SIGKILL), (result.returncode, result.stderr)
        yield path, calls
    raise AssertionError("it never came to an end")


def is_turned(path):
    """Whether the fragments are swallowed by one box of data: the ordinary form."""
    return [kind for kind, _ in boxes(path.read_bytes())] == ["ftyp", "mdat", "moov"]


@pytest.mark.parametrize("name", ["a.mp4", "a.mov"])
def test_at_every_write_of_an_mp4(tmp_path, name):
    at = []
    for path, calls in killed_at_each(tmp_path, "pwrite64", name):
        writes = [first[4:8] for call, first in calls if call == "pwrite64"]
        at.append(writes[-1])
        if at[-1] == b"ftyp":
            assert path.stat().st_size == 0
            continue
        held = samples_in_fragments(path)
        assert not is_turned(path)
        if len(writes) > 2:  # a fragment is there
            assert frames_that_play(path) == held > 0
        if at[-1] in (b"moov", b"mdat"):  # the index is missing, or there and not yet in force
            assert held == FRAMES
        else:
            assert at[-1] == b"moof" and held < FRAMES
    assert at[0] == b"ftyp" and at.count(b"moof") >= 2
    assert at[-2:] == [b"moov", b"mdat"]


def test_at_every_sync_of_an_mp4(tmp_path):
    states = set()
    # Requests that meet a sync under way share the next, so the third sync of one run may be the fourth of another, and
    # a pass may step over the one after the index.
    for _ in range(5):
        for path, calls in killed_at_each(tmp_path, "fdatasync", "a.mp4"):
            writes = [first[4:8] for call, first in calls if call == "pwrite64"]
            states.add(writes[-1])
            if is_turned(path):
                assert frames_that_play(path) == FRAMES
            else:
                held = samples_in_fragments(path)
                assert frames_that_play(path) == held > 0
                assert held == FRAMES or writes[-1] == b"moof"
        # Before the index, with it, and after the turn.
        if {b"moof", b"moov", b"mdat"} <= states:
            break
    else:
        raise AssertionError(f"killed at no sync but those after {states}")


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_at_the_cut_behind_the_end(tmp_path, name):
    runs = 0
    for path, _ in killed_at_each(tmp_path, "ftruncate", name):
        runs += 1
        assert frames_that_play(path) == FRAMES
    assert runs == 1


def test_at_every_write_of_a_matroska_file(tmp_path):
    at, before = [], 0
    for path, calls in killed_at_each(tmp_path, "pwrite64", "a.mkv"):
        writes = [first for call, first in calls if call == "pwrite64"]
        at.append("cluster" if writes[-1].startswith(CLUSTER) else "head")
        if len(at) > 1:
            frames = frames_that_play(path)
            assert frames > before or frames == FRAMES
            before = frames
    # The head at first, clusters, and the head again, which is told of them.
    assert at[0] == at[-1] == "head" and "cluster" in at
    assert before == FRAMES


def test_at_the_last_sync_of_a_matroska_file(tmp_path):
    # In a single cluster, there is no other.
    [frames] = [frames_that_play(path) for path, _ in killed_at_each(tmp_path, "fdatasync", "a.mkv", fragment="5")]
    assert frames == FRAMES
