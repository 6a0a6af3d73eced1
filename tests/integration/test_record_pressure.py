"""`rustcam-cli record` if readers, encoders and machines are too slow: slots stay exact, memory bounded."""

import json
import os
import signal
import subprocess
import time

import pytest
from cli_driver import SLOW, SMALL, document, ok, probe, start

FRAME = 320 * 240 * 4


def finish(process, seconds):
    process.wait(timeout=seconds * SLOW)
    return process.returncode, process.stderr.read().decode()


def read_slowly(stream, bytes_a_second):
    """All that comes, its length; never faster than told."""
    total, begun = 0, time.monotonic()
    while data := os.read(stream.fileno(), 64 * 1024):
        total += len(data)
        ahead = total / bytes_a_second - (time.monotonic() - begun)
        if ahead > 0:
            time.sleep(ahead)
    return total


@pytest.mark.parametrize("on_full", ["drop", "wait"])
def test_a_slow_reader_gets_every_slot(tmp_path, on_full):
    stats = tmp_path / "stats.json"
    process = start("record", *SMALL, "--fps", "60", "--frames", "120", "--format", "rawvideo", "--on-full", on_full,
                    "--stats", stats, "-")
    assert read_slowly(process.stdout, 40 * FRAME) == 120 * FRAME
    assert finish(process, 30)[0] == 0
    told = json.loads(stats.read_text())
    assert told["frames"]["slots"] == 120 and told["frames"]["unencoded"] == 0
    assert told["frames"]["late"] > 0
    assert told["ended_by"] == "frames"
    if on_full == "wait":  # held back, production goes on with new pictures
        assert told["frames"]["fresh"] > 90


@pytest.mark.parametrize("more", [["--format", "rawvideo"], ["--format", "matroska", "--preset", "ultrafast"]])
@pytest.mark.parametrize("times", [1, 2])
def test_a_reader_that_stops_reading_cannot_keep_it_from_ending(tmp_path, more, times):
    stats = tmp_path / "stats.json"
    process = start("record", "--backend", "virtual", "-o", "flip_demo@1280x720@60", *more, "--stats", stats, "-")
    process.stdout.read(1)
    time.sleep(1.5)
    begun = time.monotonic()
    for _ in range(times):
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
    status, said = finish(process, 20)
    assert status == 0, said
    assert time.monotonic() - begun < (12 if times == 1 else 6) * SLOW
    told = json.loads(stats.read_text())
    assert told["ended_by"] == "signal" and told["error"] is None
    assert told["peak_rss_bytes"] < 300e6 * SLOW
    process.stdout.close()


def test_an_encoder_too_slow_leaves_out_samples_and_no_slot(tmp_path):
    path = tmp_path / "out.mp4"
    result = ok("record", "--backend", "virtual", "-o", "mover@1280x720@60", "--fps", "60", "--duration", "2",
                "--encoder", "x264", "--preset", "placebo", "--json", path, timeout=120)
    stats = document(result, "record")
    frames = stats["frames"]
    assert frames["slots"] == 120 and stats["ended_by"] == "duration"
    assert frames["unencoded"] > 10
    assert int(probe(path)["nb_read_frames"]) == 120 - frames["unencoded"]
    length = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path],
                            stdout=subprocess.PIPE, check=True).stdout
    assert float(length) == pytest.approx(2, abs=0.001)
    slow = [w for w in stats["warnings"] if w["code"] == "encoder_slow"]
    assert len(slow) == 1 and "--preset veryslow" in slow[0]["hint"]
    assert result.stderr.decode().count("slower than real time") == 1


def test_a_still_screen_costs_vfr_two_samples(tmp_path):
    path = tmp_path / "out.mkv"
    stats = document(ok("record", "--backend", "virtual", "-o", "static@320x240@60", "--vfr", "--duration", "2",
                        "--json", path), "record")
    assert stats["frames"]["slots"] == 120
    assert int(probe(path)["nb_read_frames"]) == stats["frames"]["fresh"] + 1


def test_nothing_is_left_where_the_end_came_before_the_first_slot(tmp_path):
    path = tmp_path / "out.mp4"
    process = start("record", *SMALL, "--delay", "30", "--json", path)
    time.sleep(0.5 * SLOW)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=20 * SLOW)
    assert process.returncode == 0 and out == b"" and not path.exists()


def test_veryslow_at_4k_takes_bounded_memory_and_keeps_the_length(tmp_path):
    path = tmp_path / "out.mp4"
    result = ok("record", "--backend", "virtual", "-o", "flip_demo@3840x2160@60", "--fps", "60", "--duration", "4", "--encoder", "x264",
                "--preset", "veryslow", "--json", path, timeout=300)
    stats = document(result, "record")
    frames = stats["frames"]
    assert frames["slots"] == 240 and stats["ended_by"] == "duration" and stats["duration_s"] == 4
    assert frames["unencoded"] > 60
    video = json.loads(subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration:stream=nb_frames", "-of", "json",
                                       path], stdout=subprocess.PIPE, check=True).stdout)
    assert int(video["streams"][0]["nb_frames"]) == 240 - frames["unencoded"]
    assert float(video["format"]["duration"]) == pytest.approx(4, abs=0.001)
    # x264 itself holds some 2 GB of such pictures; the slots that wait would be 8 GB.
    assert stats["peak_rss_bytes"] < (3.5e9 if SLOW == 1 else 7e9)
    assert [w["hint"] for w in stats["warnings"] if w["code"] == "encoder_slow"][0].startswith(
        "choose a faster preset (--preset slower)")
