"""`--faststart`: the index in front of a finished MP4 or MOV, and one whole file at every instant on the way there."""

import json
import os
import stat
import subprocess

import pytest
from cli_driver import CLI, SMALL, ok, one_line, run
from disks import tmpfs
from rustcam_testing import barcodes
from syscall_faults import boxes, needs_strace, trace

FRAMES = 45
RECORD = ["record", *SMALL, "--preset", "ultrafast", "--frames", FRAMES, "--fragment", "0.6", "--on-full", "wait"]


def kinds(path):
    return [kind for kind, _ in boxes(path.read_bytes())]


def pictures(path):
    """A hash of all decoded frames with their times, without a complaint."""
    out = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-f", "framehash", "-hash", "md5", "-"], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, check=True)
    assert out.stderr == b"", out.stderr.decode()
    return out.stdout


def moved_back(path):
    """The same file remuxed by FFmpeg with its index at the end: what it holds does not depend on if the index stands."""
    other = path.with_name("again.mp4")
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(path), "-c", "copy", "-f", "mp4", str(other)], check=True)
    return other


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.m4v"])
@pytest.mark.parametrize("fragment", ["0.6", "off"])
def test_the_index_is_in_front(tmp_path, name, fragment):
    path = tmp_path / name
    stats = json.loads(ok(*RECORD, "--fragment", fragment, "--faststart", "--json", path).stdout)
    assert stats["warnings"] == []
    order = kinds(path)
    assert order[:2] == ["ftyp", "moov"] and order[-1] == "mdat" and "moof" not in order
    assert stats["files"][0]["bytes"] == path.stat().st_size
    shown = barcodes(path)
    assert len(shown) == FRAMES - stats["frames"]["unencoded"] and shown == sorted(shown)
    assert pictures(path) == pictures(moved_back(path)) if name == "a.mp4" else pictures(path)
    assert sorted(os.listdir(tmp_path)) == sorted({name, "again.mp4"} if name == "a.mp4" else {name})


def test_without_it_the_index_is_at_the_end(tmp_path):
    ok(*RECORD, tmp_path / "a.mp4")
    assert kinds(tmp_path / "a.mp4") == ["ftyp", "mdat", "moov"]


CALLS = "pwrite64,fdatasync,rename,fallocate"


def traced(tmp_path, injection, *args):
    """A recording to a.mp4 with a fault at calls upon the second file only."""
    path = tmp_path / "a.mp4"
    for each in tmp_path.glob("a.mp4*"):
        each.unlink()
    return trace(tmp_path, [injection], CLI, *RECORD, "--faststart", *args, path, calls=CALLS, paths=[f"{path}.faststart"])[0]


@needs_strace
@pytest.mark.parametrize("call,times", [("pwrite64", 3), ("fdatasync", 1), ("rename", 1)])
def test_killed_at_each_step_the_whole_file_is_there(tmp_path, call, times):
    path = tmp_path / "a.mp4"
    for number in range(1, times + 1):
        assert traced(tmp_path, f"{call}:signal=KILL:when={number}", "-q").returncode in (-9, 128 + 9)
        assert kinds(path) == ["ftyp", "mdat", "moov"]
        assert len(barcodes(path)) > FRAMES / 2 and pictures(path)
    assert traced(tmp_path, f"{call}:signal=KILL:when={times + 1}", "-q").returncode == 0
    assert kinds(path)[:2] == ["ftyp", "moov"]
    assert os.listdir(tmp_path) == ["a.mp4"]


@needs_strace
@pytest.mark.parametrize("fault", ["rename:error=EACCES", "pwrite64:error=EIO:when=3", "pwrite64:error=ENOSPC:when=2",
                                   "fdatasync:error=EIO", "fallocate:error=ENOSPC"])
def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path, fault):
    path = tmp_path / "a.mp4"
    result = traced(tmp_path, fault, "--json")
    assert result.returncode == 0, result.stderr
    assert [each["code"] for each in json.loads(result.stdout)["warnings"]] == ["faststart_skipped"]
    assert kinds(path) == ["ftyp", "mdat", "moov"]
    assert len(barcodes(path)) > FRAMES / 2
    assert os.listdir(tmp_path) == ["a.mp4"]


@pytest.fixture
def small_disk(tmp_path):
    with tmpfs(tmp_path, "5m") as disk:
        if disk is None:
            pytest.skip("no right to mount a small disk")
        yield disk


def test_without_room_for_both_the_index_stays(small_disk):
    path = small_disk / "a.mp4"
    # About 2.6 of the 5 MB.
    result = ok("record", "--backend", "virtual", "-o", "gradient@640x480@60", "--encoder", "x264", "--preset", "ultrafast", "--crf", 0,
                "--gop", 1, "--fragment", "0.2", "--on-full", "wait", "--frames", 40, "--faststart", "--json", path)
    stats = json.loads(result.stdout)
    assert path.stat().st_size * 2 > 5 << 20
    assert [each["code"] for each in stats["warnings"] if each["code"] != "disk_low"] == ["faststart_skipped"]
    assert kinds(path)[-1] == "moov"
    assert os.listdir(small_disk) == ["a.mp4"]


def test_mode_and_link_are_kept(tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "a.mp4").write_bytes(b"")
    (folder / "a.mp4").chmod(0o600)
    (tmp_path / "link.mp4").symlink_to(folder / "a.mp4")
    ok(*RECORD, "--faststart", "--force", tmp_path / "link.mp4")
    assert (tmp_path / "link.mp4").is_symlink()
    assert kinds(folder / "a.mp4")[:2] == ["ftyp", "moov"]
    assert stat.S_IMODE((folder / "a.mp4").stat().st_mode) == 0o600
    assert os.listdir(folder) == ["a.mp4"]


def test_a_fifo_is_no_file_to_rewrite_or_to_follow(tmp_path):
    os.mkfifo(tmp_path / "f.mp4")
    os.mkfifo(tmp_path / "f.mkv")
    assert "--faststart" in one_line(run("record", *SMALL, "--frames", 5, "--faststart", "f.mp4", cwd=tmp_path), 2)
    assert "--on-resize split" in one_line(run("record", *SMALL, "--frames", 5, "--on-resize", "split", "f.mkv", cwd=tmp_path), 2)
    assert sorted(os.listdir(tmp_path)) == ["f.mkv", "f.mp4"]
