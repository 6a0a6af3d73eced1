"""Recordings that are started in unusual surroundings: missing streams, limits, one file under two names."""

import json
import os
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest
from cli_driver import CLI, SLOW, SMALL, environment, ok, one_line, probe, run
from rustcam_testing import holds_something


@pytest.mark.parametrize("timestamps,recording", [("./a.mp4", "a.mp4"), ("link.jsonl", "a.mp4"), ("down/../a.mp4", "a.mp4")])
def test_one_file_under_two_names_is_refused(tmp_path, timestamps, recording):
    (tmp_path / "down").mkdir()
    (tmp_path / "link.jsonl").symlink_to("a.mp4")
    result = run("record", *SMALL, "--frames", 5, "--force", "--timestamps", timestamps, recording, cwd=tmp_path)
    assert "a file each" in one_line(result, 2)
    assert not (tmp_path / "a.mp4").exists()


def test_a_hard_link_is_one_file_too(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"kept")
    os.link(tmp_path / "a.mp4", tmp_path / "b.json")
    result = run("record", *SMALL, "--frames", 5, "--force", "--stats", "b.json", "a.mp4", cwd=tmp_path)
    assert "a file each" in one_line(result, 2)
    assert (tmp_path / "a.mp4").read_bytes() == b"kept"


def has_pictures(path):
    return holds_something(path, more_than=4000)


@pytest.mark.parametrize("missing", [(0,), (1,), (2,), (0, 1, 2)])
def test_no_file_takes_the_place_of_a_missing_stream(tmp_path, missing):
    closing = " ".join(f"{fd}<&-" if fd == 0 else f"{fd}>&-" for fd in missing)
    arguments = ["record", *SMALL, "--duration", "60", "a.mp4"]
    with subprocess.Popen(["sh", "-c", f'exec "$@" {closing}', "sh", CLI, *map(str, arguments)], cwd=tmp_path,
                          env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not has_pictures(tmp_path / "a.mp4"):
            time.sleep(0.01)
        taken = [os.readlink(f"/proc/{process.pid}/fd/{fd}") for fd in missing]
        process.send_signal(signal.SIGINT)
        assert process.wait(30 * SLOW) == 0
    assert taken == ["/dev/null"] * len(missing)
    assert int(probe(tmp_path / "a.mp4")["nb_read_frames"]) > 0


def test_data_for_a_missing_stdout_are_an_error(tmp_path):
    done = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", CLI, *map(str, ["shot", *SMALL, "-"])], cwd=tmp_path,
                          env=environment(), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert done.returncode == 1
    assert b"Bad file descriptor" in done.stderr


def test_a_limit_on_the_size_of_files_ends_it_on_a_tmpfs_too():
    limit = 600_000
    folder = Path("/dev/shm")
    if not folder.is_dir():
        pytest.skip("no tmpfs here")
    path = folder / f"rustcam-limit-{os.getpid()}.mp4"
    try:
        result = subprocess.run([CLI, "record", *map(str, SMALL), "--preset", "ultrafast", "--bitrate", "8M", "--duration",
                                 "20", "--json", str(path)], env=environment(), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        assert result.returncode == 1, result.stderr.decode()
        assert json.loads(result.stdout)["ended_by"] == "disk_full"
        if path.exists():
            assert int(probe(path)["nb_read_frames"]) > 0
    finally:
        path.unlink(missing_ok=True)


def test_a_screen_that_never_presents_is_no_screen(tmp_path):
    result = run("record", "--backend", "virtual", "-o", "mover@320x240@60,drop=1", "--frames", 5, "a.mp4", cwd=tmp_path)
    assert "drop" in one_line(result, 2)


def test_the_closing_lines_tell_what_is_in_the_file(tmp_path):
    told = ok("record", "--backend", "virtual", "-o", "static@320x240@60", "--vfr", "--frames", 60, "a.mp4",
              cwd=tmp_path).stderr.decode().splitlines()
    assert told[1].startswith("2 frames for 60 slots: ")
    assert int(probe(tmp_path / "a.mp4")["nb_read_frames"]) == 2
