"""Disks that fail while a recording is written: it ends by itself, says so in one line, and what it has plays."""

import json
import os
import signal
import subprocess

import pytest
from cli_driver import CLI, SLOW, SMALL, environment, probe, run, validate
from disks import ext2, tmpfs
from failing_writes import KINDS, on_disk, with_fault, with_limit
from syscall_faults import needs_strace, run_with, strace


def plays(path):
    """How many frames play without a complaint."""
    return int(probe(path)["nb_read_frames"])


def closing_line(result):
    """The line that tells the failure, after the two closing ones."""
    lines = [line for line in result.stderr.decode().splitlines() if line.startswith("rustcam-cli: error: ")]
    assert len(lines) == 1, result.stderr.decode()
    return lines[0]


def recorded(tmp_path, name, injection, *more):
    result, _ = run_with(tmp_path, [injection], "record", *SMALL, "--preset", "ultrafast", "--fragment", "0.5", "--duration", "20",
                         "--json", *more, tmp_path / name)
    assert result.returncode == 1
    return result, validate(json.loads(result.stdout), "record")


@needs_strace
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
@pytest.mark.parametrize("error,text,ended_by", [("EIO", "Input/output error", "error"), ("EROFS", "Read-only", "error"),
                                                 ("ENOSPC", "No space left", "disk_full"), ("EDQUOT", "quota", "disk_full")])
def test_writing_fails_from_some_moment_on(tmp_path, name, error, text, ended_by):
    result, stats = recorded(tmp_path, name, f"pwrite64:error={error}:when=4+")
    assert text in closing_line(result) and text in stats["error"]
    assert stats["ended_by"] == ended_by
    assert plays(tmp_path / name) > 15


@needs_strace
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
@pytest.mark.parametrize("error,ended_by", [("EIO", "error"), ("ENOSPC", "disk_full")])
def test_what_was_written_cannot_be_brought_to_the_disk(tmp_path, name, error, ended_by):
    result, stats = recorded(tmp_path, name, f"fdatasync:error={error}:when=2+", "--frames", "90")
    assert name in closing_line(result)
    assert stats["ended_by"] == ended_by
    assert stats["frames"]["slots"] == 90
    assert plays(tmp_path / name) == 90 - stats["frames"]["unencoded"]


# What is told of a recording is what is in its file, whatever could not be written; scripts/test-failing-writes.sh tries all.
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.label)


@each_kind
def test_statistics_and_file_agree_on_a_tiny_disk(tmp_path, kind):
    with tmpfs(tmp_path, "200k") as disk:
        if disk is None:
            pytest.skip("no right to mount a small disk")
        stats, pictures = on_disk(disk, kind)
        assert stats["ended_by"] == "disk_full"
        assert pictures > 0 or kind.name in ("a.mp4", "a.mov", "classic.mp4", "a.mkv", "a.webm")


@each_kind
def test_nothing_is_left_where_nothing_has_room(tmp_path, kind):
    with tmpfs(tmp_path, "1m") as disk:
        if disk is None:
            pytest.skip("no right to mount a small disk")
        assert on_disk(disk, kind, leave=0)[1] == 0


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.name in ("a.mp4", "a.mkv", "classic.mp4", "a.y4m")],
                         ids=lambda kind: kind.label)
def test_statistics_and_file_agree_where_no_space_can_be_set_aside(tmp_path, kind):
    with ext2(tmp_path, 1536) as disk:
        if disk is None:
            pytest.skip("no ext2 can be mounted on a loop device here")
        stats, pictures = on_disk(disk, kind)
        assert stats["ended_by"] == "disk_full"
        # Without its index, a file of one piece plays nothing.
        assert (pictures > 0) == (kind.name != "classic.mp4")


@each_kind
def test_statistics_and_file_agree_under_a_limit_on_files(tmp_path, kind):
    stats, _ = with_limit(tmp_path, kind, 100_000)
    assert stats["ended_by"] == "disk_full"


@needs_strace
@each_kind
@pytest.mark.parametrize("error,when", [("EIO", "3+"), ("ENOSPC", "2")])
def test_statistics_and_file_agree_after_a_failed_write(tmp_path, kind, error, when):
    call = "write" if kind.picture_bytes else "pwrite64"
    _, _, result, calls = with_fault(tmp_path, kind, [f"{call}:error={error}:when={when}"], frames=40)
    assert calls.count(call) >= 2 and result.returncode == 1


@needs_strace
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_a_disk_that_syncs_nothing_is_told_while_there_is_time(tmp_path, name):
    path = tmp_path / name
    command = [*strace(str(tmp_path / "log"), "fdatasync", ["fdatasync:error=EIO"]), CLI, "record", *map(str, SMALL), "--preset",
               "ultrafast", "--fragment", "0.2", "--json", str(path)]
    # In a session of its own: strace hands on no signal, so all of them get it.
    with subprocess.Popen(command, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          start_new_session=True) as process:
        told = process.stderr.readline().decode()
        os.killpg(process.pid, signal.SIGINT)
        out, more = process.communicate(timeout=60 * SLOW)
    assert told.startswith("rustcam-cli: warning: ") and "Input/output error" in told and "may not be on the disk" in told
    assert "may not be on the disk" not in more.decode()
    stats = validate(json.loads(out), "record")
    assert process.returncode == 1
    assert [warning["code"] for warning in stats["warnings"]] == ["sync_failed"]
    assert "Input/output error" in stats["error"]
    assert plays(path) > 0


@pytest.fixture
def small_disk(tmp_path):
    with tmpfs(tmp_path, "4m") as disk:
        if disk is None:
            pytest.skip("no right to mount a small disk")
        yield disk


CONSTANT_20_MBIT = ["--encoder", "x264", "--preset", "ultrafast", "--encoder-option", "x264-params=filler=1:nal-hrd=cbr",
                    "--bitrate", "20M", "--encoder-option", "maxrate=20M", "--encoder-option", "bufsize=1M"]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov", "a.y4m"])
def test_a_full_disk_ends_it_after_a_warning_with_a_file_that_plays(tmp_path, small_disk, name):
    path = small_disk / name
    rate = ["--fps", "10"] if name.endswith("y4m") else CONSTANT_20_MBIT
    result = run("record", *SMALL, *rate, "--duration", 60, "--json", path, env=environment(), timeout=90)
    stats = validate(json.loads(result.stdout), "record")
    assert result.returncode == 1
    assert stats["ended_by"] == "disk_full" and "No space left" in stats["error"]
    assert "No space left" in closing_line(result)
    # Low space was no reason to refuse, but to warn, and the warning came before the end.
    said = result.stderr.decode()
    assert "disk_low" in [warning["code"] for warning in stats["warnings"]]
    assert 0 <= said.index("is nearly full") < said.index("No space left")
    frames = stats["frames"]
    assert plays(path) == frames["slots"] - frames["unencoded"] > 20
    assert path.stat().st_size > 2**20
