"""`rustcam-cli record`, on the virtual display: what goes where, and how it ends."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import time

import pytest
from cli_driver import (CLI, DEFAULT_NAME, SLOW, SMALL, document, environment, ok, one_line, parse, probe, run, start,
                        validate)
from rustcam_testing import holds_something

QUICK = ["--preset", "ultrafast"]


def wait_for(condition, seconds=20, what="it"):
    end = time.monotonic() + seconds * SLOW
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen"
        time.sleep(0.02)


def growing(path, size=1):
    return lambda: holds_something(path, more_than=size - 1)


def finish(process, status=0):
    out, err = process.communicate(timeout=30 * SLOW)
    assert process.returncode == status, err.decode()
    return out, err.decode()


def test_the_document_agrees_with_the_file(tmp_path):
    path = tmp_path / "out.mp4"
    stats = document(ok("record", *SMALL, *QUICK, "--fps", "30", "--frames", "45", "--json", path), "record")
    video = probe(path)
    assert int(video["nb_read_frames"]) == 45 == stats["frames"]["slots"] - stats["frames"]["unencoded"]
    assert video["r_frame_rate"] == "30/1"
    assert (video["width"], video["height"]) == (320, 240) == (stats["width"], stats["height"])
    assert stats["ended_by"] == "frames" and stats["error"] is None
    assert stats["files"] == [{"path": str(path), "container": stats["files"][0]["container"],
                               "bytes": path.stat().st_size, "slots": 45}]
    frames = stats["frames"]
    assert frames["slots"] == frames["fresh"] + frames["repeated"] == 45
    assert stats["duration_s"] == pytest.approx(1.5)
    assert stats["fps"]["target"] == 30
    assert stats["region"] == [0, 0, 320, 240]
    assert stats["encoder"]["name"] == "libx264"
    assert any(t["name"] == "h264_nvenc" and t["error"] for t in stats["encoder"]["tried"]) or stats["encoder"]["hardware"]


def test_duration_is_rounded_to_slots_of_a_fractional_rate(tmp_path):
    stats = document(ok("record", *SMALL, *QUICK, "--fps", "29.97", "--duration", "1", "--json", "a.mp4", cwd=tmp_path),
                     "record")
    assert stats["frames"]["slots"] == 30 and stats["ended_by"] == "duration"
    assert stats["fps"]["target"] == pytest.approx(30000 / 1001)
    assert probe(tmp_path / "a.mp4")["r_frame_rate"] == "30000/1001"


def test_region_and_size(tmp_path):
    stats = document(ok("record", *SMALL, *QUICK, "--region", "20,10,180,110", "--size", "80x50", "--frames", "5",
                        "--json", "a.mp4", cwd=tmp_path), "record")
    assert stats["region"] == [20, 10, 180, 110]
    assert (stats["width"], stats["height"]) == (80, 50)
    video = probe(tmp_path / "a.mp4")
    assert (video["width"], video["height"]) == (80, 50)


@pytest.mark.parametrize("verbosity", [[], ["-v"], ["-vv"], ["-q"]])
def test_raw_frames_are_all_that_goes_to_a_pipe(verbosity):
    result = ok("record", *verbosity, *SMALL, "--format", "rawvideo", "--pixel-format", "bgr", "--frames", "100", "-")
    assert len(result.stdout) == 100 * 320 * 240 * 3


@pytest.mark.parametrize("pixel_format,bits", [("bgra", 32), ("rgb", 24), ("gray", 8), ("nv12", 12), ("yuv420p", 12)])
def test_raw_pixel_formats(pixel_format, bits):
    result = ok("record", *SMALL, "--pixel-format", pixel_format, "--frames", "10", "-")
    assert len(result.stdout) == 10 * 320 * 240 * bits // 8


def test_odd_sizes_lose_nothing_in_raw_output():
    result = ok("record", "--backend", "virtual", "-o", "mover@321x241@60", "--pixel-format", "bgr", "--frames", "7", "-")
    assert len(result.stdout) == 7 * 321 * 241 * 3


@pytest.mark.parametrize("container", ["y4m", "nut", "matroska", "mpegts", "mp4"])
def test_a_pipe_into_ffmpeg(tmp_path, container):
    ours = start("record", *SMALL, *([] if container == "y4m" else QUICK), "--format", container, "--frames", "20", "-")
    theirs = subprocess.run(["ffmpeg", "-v", "error", "-i", "-", "-c:v", "ffv1", str(tmp_path / "out.mkv")],
                            stdin=ours.stdout, stderr=subprocess.PIPE, timeout=60 * SLOW)
    ours.stdout.close()
    assert ours.wait(20) == 0
    assert theirs.returncode == 0, theirs.stderr.decode()
    assert int(probe(tmp_path / "out.mkv")["nb_read_frames"]) == 20


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_with_a_playable_file(tmp_path, number):
    path = tmp_path / "out.mp4"
    process = start("record", *SMALL, *QUICK, "--json", path)
    wait_for(growing(path, 2000))
    process.send_signal(number)
    out, _ = finish(process)
    stats = validate(parse(out), "record")
    assert stats["ended_by"] == "signal" and stats["error"] is None
    assert int(probe(path)["nb_read_frames"]) == stats["frames"]["slots"] - stats["frames"]["unencoded"]
    assert stats["files"][0]["bytes"] == path.stat().st_size


def test_a_signal_during_the_countdown_leaves_neither_file_nor_document(tmp_path):
    process = start("record", *SMALL, "--delay", "60", "--json", "--stats", "stats.json", "a.mp4", cwd=tmp_path)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    out, _ = finish(process)
    assert out == b""
    assert os.listdir(tmp_path) == []


def test_a_reader_that_leaves_early_is_no_failure(tmp_path):
    reading, writing = os.pipe()
    process = start("record", *SMALL, "--stats", "stats.json", "-", stdout=writing, cwd=tmp_path)
    os.close(writing)
    got = 0
    while got < 1_000_000:
        got += len(os.read(reading, 65536))
    os.close(reading)
    assert process.wait(30 * SLOW) == 0
    assert b"error" not in process.stderr.read()
    with open(tmp_path / "stats.json", encoding="utf-8") as file:
        assert validate(parse(file.read()), "record")["ended_by"] == "pipe_closed"


def in_terminal(args, cwd, keys=b"", ready=None):
    """Runs with a terminal of its own on stdin and stderr; returns status, stdout and what the terminal showed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(args, cwd=cwd, env=environment(), stdin=theirs, stdout=subprocess.PIPE, stderr=theirs,
                               start_new_session=True, preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)))
    os.close(theirs)
    shown = b""
    sent = not keys
    end = time.monotonic() + 40 * SLOW
    while process.poll() is None:
        assert time.monotonic() < end, shown
        if select.select([ours], [], [], 0.05)[0]:
            try:
                shown += os.read(ours, 65536)
            except OSError:
                break
        if not sent and ready(shown):
            os.write(ours, keys)
            sent = True
    out = process.stdout.read()
    process.wait(30)
    os.close(ours)
    return process.returncode, out, shown.decode()


def test_q_on_a_terminal_ends_it_and_a_live_line_is_shown(tmp_path):
    status, out, shown = in_terminal([CLI, "record", *SMALL, *QUICK, "--json", "a.mp4"], tmp_path, b"q",
                                     lambda text: b"fresh" in text)
    assert status == 0, shown
    stats = validate(parse(out), "record")
    assert stats["ended_by"] == "key"
    assert int(probe(tmp_path / "a.mp4")["nb_read_frames"]) == stats["frames"]["slots"] - stats["frames"]["unencoded"]
    assert "\r" in shown and "fps" in shown
    assert "a.mp4: " in shown and " fresh, " in shown


def test_other_keys_change_nothing_and_quiet_shows_nothing(tmp_path):
    status, out, shown = in_terminal([CLI, "record", "-q", *SMALL, *QUICK, "--frames", "60", "--json", "a.mp4"], tmp_path,
                                     b"xyz", lambda text: True)
    assert status == 0
    assert validate(parse(out), "record")["ended_by"] == "frames"
    assert shown.strip() in ("", "xyz")


def test_standard_input_that_is_no_terminal_is_left_alone(tmp_path):
    reading, writing = os.pipe()
    os.write(writing, b"q")
    ok("record", *SMALL, *QUICK, "--frames", "30", "a.mp4", cwd=tmp_path, stdin=reading)
    assert os.read(reading, 10) == b"q"
    assert int(probe(tmp_path / "a.mp4")["nb_read_frames"]) == 30
    os.close(reading)
    os.close(writing)


def test_a_signal_that_was_ignored_stays_ignored(tmp_path):
    path = tmp_path / "a.mp4"
    process = start("record", *SMALL, *QUICK, "--frames", "90", "--json", path,
                    preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    wait_for(growing(path))
    process.send_signal(signal.SIGINT)
    out, _ = finish(process)
    stats = validate(parse(out), "record")
    assert stats["ended_by"] == "frames" and stats["frames"]["slots"] == 90


def test_a_made_up_name_goes_to_stdout(tmp_path):
    name = DEFAULT_NAME.fullmatch(ok("record", *SMALL, *QUICK, "--frames", "5", cwd=tmp_path).stdout.decode())
    assert name and name[2] == "mp4"
    assert os.listdir(tmp_path) == [name[0].strip()]
    other = ok("record", *SMALL, *QUICK, "--frames", "5", "--format", "matroska", cwd=tmp_path).stdout.decode()
    assert DEFAULT_NAME.fullmatch(other)[2] == "mkv"


def test_a_made_up_name_goes_only_into_the_json_where_that_goes_to_stdout(tmp_path):
    stats = document(ok("record", *SMALL, *QUICK, "--frames", "5", "--json", cwd=tmp_path), "record")
    assert [f["path"] for f in stats["files"]] == os.listdir(tmp_path)


def test_statistics_to_a_file(tmp_path):
    result = ok("record", *SMALL, *QUICK, "--frames", "5", "--stats", "stats.json", "a.mp4", cwd=tmp_path)
    assert result.stdout == b""
    validate(parse((tmp_path / "stats.json").read_text(encoding="utf-8")), "record")


def test_two_lines_for_a_person_at_the_end(tmp_path):
    lines = ok("record", *SMALL, *QUICK, "--frames", "30", "a.mp4", cwd=tmp_path).stderr.decode().splitlines()
    closing = [line for line in lines if not line.startswith("rustcam-cli: warning: ")]
    assert closing[0].startswith("a.mp4: 0.500 s, ")
    assert closing[1].startswith("30 frames: ") and "fresh" in closing[1] and "late" in closing[1]
    assert ok("record", "-q", *SMALL, *QUICK, "--frames", "5", "b.mp4", cwd=tmp_path).stderr == b""


def test_progress_as_json_lines(tmp_path):
    result = ok("record", *SMALL, *QUICK, "--duration", "2.5", "--delay", "1", "--progress", "json", "a.mp4", cwd=tmp_path)
    lines = [validate(parse(line), "progress") for line in result.stderr.decode().splitlines() if line.startswith("{")]
    assert {"countdown_s": 1} in lines
    slots = [line["slots"] for line in lines if "slots" in line]
    assert 2 <= len(slots) <= 4 and slots == sorted(slots) and slots[-1] <= 150


def test_a_countdown_is_shown(tmp_path):
    begun = time.monotonic()
    result = ok("record", *SMALL, *QUICK, "--frames", "1", "--delay", "2", "a.mp4", cwd=tmp_path)
    assert time.monotonic() - begun >= 2
    assert "recording in 2 s" in result.stderr.decode() and "recording in 1 s" in result.stderr.decode()


def test_timestamps_have_a_line_for_each_slot(tmp_path):
    ok("record", *SMALL, *QUICK, "--fps", "30000/1001", "--frames", "40", "--timestamps", "t.jsonl", "a.mp4", cwd=tmp_path)
    lines = [validate(parse(line), "timestamps") for line in (tmp_path / "t.jsonl").read_text().splitlines()]
    assert [line["n"] for line in lines] == list(range(40))
    for line in lines:
        assert line["slot_ns"] == line["n"] * 1001 * 10**9 // 30000
    assert lines[0]["kind"] == "fresh"


def test_the_first_of_several_ends_counts(tmp_path):
    stats = document(ok("record", *SMALL, *QUICK, "--frames", "10", "--duration", "60", "--max-size", "1G", "--json",
                        "a.mp4", cwd=tmp_path), "record")
    assert stats["ended_by"] == "frames" and stats["frames"]["slots"] == 10


def test_a_size_limit_ends_it(tmp_path):
    stats = document(ok("record", "--backend", "virtual", "-o", "flip_demo@320x240@60", "--encoder", "rawvideo",
                        "--max-size", "3M", "--duration", "30", "--json", "a.nut", cwd=tmp_path), "record")
    assert stats["ended_by"] == "size"
    assert (tmp_path / "a.nut").stat().st_size < 4 * 2**20


def test_a_device_that_takes_nothing_is_a_failure(tmp_path):
    message = one_line(run("record", *SMALL, "--format", "rawvideo", "--frames", "60", "--stats", "s.json", "/dev/full",
                           cwd=tmp_path), 1)
    assert "/dev/full" in message
    # Slot 0 was reached, so there are statistics, of nothing.
    assert os.listdir(tmp_path) == ["s.json"]
    stats = json.loads((tmp_path / "s.json").read_text())
    assert stats["ended_by"] == "disk_full" and stats["frames"]["slots"] == 0


def test_a_lost_source_given_up_is_a_failure_with_a_whole_file(tmp_path):
    path = tmp_path / "a.mp4"
    result = run("record", "--backend", "virtual", "-o", "mover@320x240@60,loss=0.7+60", *QUICK, "--on-loss", "wait=0.5",
                 "--duration", "20", "--json", path)
    assert result.returncode == 1
    stats = document(result, "record")
    assert stats["ended_by"] == "source_lost" and stats["error"] and stats["recoveries"]
    assert stats["error"] in result.stderr.decode()
    assert int(probe(path)["nb_read_frames"]) == stats["frames"]["slots"] - stats["frames"]["unencoded"]


def test_a_lost_source_may_end_it_in_good_order(tmp_path):
    stats = document(ok("record", "--backend", "virtual", "-o", "mover@320x240@60,loss=0.7+60", *QUICK, "--on-loss", "stop",
                        "--duration", "20", "--json", tmp_path / "a.mp4"), "record")
    assert stats["ended_by"] == "source" and stats["error"] is None
    assert 0.3 < stats["duration_s"] < 5


def test_where_the_encoder_cannot_open_nothing_is_left(tmp_path):
    one_line(run("record", *SMALL, "--encoder", "nvenc", "--frames", "5", "--stats", "s.json", "a.mp4", cwd=tmp_path), 1)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("command", [["--preset", "ultrafast"], ["--format", "rawvideo", "--pixel-format", "bgr"]])
def test_a_still_screen_is_read_before_slot_0_and_converted_once(tmp_path, command):
    """What -v tells of memory traffic: a frame's cost follows what changed, not the number of frames. Read are the four
    pictures that a recording that keeps up needs, so that none of these reads falls into it."""
    slots = 120
    told = ok("record", "-v", "--backend", "virtual", "-o", "static@320x240@60", "--no-cursor", "--frames", slots, *command,
              tmp_path / "a.mkv" if command[0] == "--preset" else "-").stderr.decode()
    numbers = re.search(r"bytes of pixels a slot: (\d+) read from the screen, (\d+) of them copied, (\d+) converted", told)
    assert numbers, told
    once = 320 * 240 * 4 // slots
    assert [int(n) for n in numbers.groups()] == [4 * once, 4 * once, once]
