"""Sound beside the picture: at its place, whole, and told truly. By the sounds that come with the virtual display."""

import json
import os
import pathlib
import signal
import subprocess
import time

import pytest
from cli_driver import CLI, SLOW, document, environment, ok, one_line, run, start, validate
from sound_reading import RATE, bursts, flash_phase, heard, loudness

SCREEN = ["--backend", "virtual", "-o", "clap@160x120@60"]
QUICK = ["--preset", "ultrafast"]


def recorded(folder, name, *args, seconds=4, screen=SCREEN):
    """Statistics of a recording of `screen`."""
    ok("record", *screen, *QUICK, "--duration", seconds, "--stats", folder / "s.json", "--timestamps", folder / "t.jsonl", *args, folder / name)
    return validate(json.loads((folder / "s.json").read_text(encoding="utf-8")), "record")


def check_in_place(path, timestamps, seconds, later=0.0, within=0.010):
    """A burst within `within` of each flash."""
    phase = flash_phase(timestamps, 60, path) % 1
    found = bursts(path)
    assert len(found) >= seconds - 1, found
    for at in found:
        off = (at - later - phase + 0.5) % 1 - 0.5
        assert abs(off) <= within, (off, found, phase)


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.webm", "a.ts", "a.nut"])
def test_sound_stands_where_the_picture_does(tmp_path, name):
    quick = ["--encoder-option", "cpu-used=8"] if name == "a.webm" else []
    stats = recorded(tmp_path, name, "-a", "device:clap", *quick)
    check_in_place(tmp_path / name, tmp_path / "t.jsonl", 4)
    [track] = stats["audio"]
    assert track["source"] == "device:clap" and track["device"] == "clap"
    assert track["codec"] == ("libopus" if name in ("a.mkv", "a.webm", "a.nut") else "aac")
    assert track["rate"] == RATE and track["channels"] == 2 and track["reconnects"] == 0
    assert track["duration_s"] == pytest.approx(stats["duration_s"], abs=0.001)


@pytest.mark.parametrize("device", ["clap,ppm=300", "clap,ppm=-300", "clap,jitter=5", "clap,rate=44100,channels=1"])
def test_devices_whose_clocks_are_wrong_do_not_move_it(tmp_path, device):
    recorded(tmp_path, "a.mkv", "-a", f"device:{device}", "--audio-codec", "pcm", seconds=5)
    check_in_place(tmp_path / "a.mkv", tmp_path / "t.jsonl", 5)


@pytest.mark.parametrize("delay", [150, -150])
def test_a_delay_moves_it(tmp_path, delay):
    recorded(tmp_path, "a.mkv", "-a", "device:clap", "--audio-codec", "flac", "--audio-delay", delay)
    check_in_place(tmp_path / "a.mkv", tmp_path / "t.jsonl", 4, later=delay / 1000)


def test_tracks_hold_what_was_asked_for_and_a_mix_holds_all(tmp_path):
    stats = recorded(tmp_path, "a.mkv", "-a", "device:tone,hz=440", "-a", "device:tone,hz=1000@-12dB",
                     "-a", "device:tone,hz=440@-6dB|device:tone,hz=1000@-6dB", "--audio-codec", "pcm", seconds=2)
    assert [track["source"] for track in stats["audio"]] == ["device:tone,hz=440", "device:tone,hz=1000@-12dB",
                                                             "device:tone,hz=440@-6dB|device:tone,hz=1000@-6dB"]
    level = {}
    for track in range(3):
        middle = heard(tmp_path / "a.mkv", track)[RATE // 2:RATE * 3 // 2]
        for frequency in (440, 1000):
            level[track, frequency] = loudness(middle, frequency)
    one = level[0, 440]
    assert one > 0.05 and level[0, 1000] < one / 100
    assert level[1, 1000] == pytest.approx(one * 10 ** (-12 / 20), rel=0.05) and level[1, 440] < one / 100
    assert level[2, 440] == pytest.approx(one / 2, rel=0.05)
    assert level[2, 1000] == pytest.approx(one / 2, rel=0.05)
    shown = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "a", "-show_entries", "stream_tags=title", "-of", "csv=p=0",
                            tmp_path / "a.mkv"], stdout=subprocess.PIPE, check=True).stdout.decode().split()
    assert [title.strip('"') for title in shown] == [track["source"] for track in stats["audio"]]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_killed_it_keeps_its_sound_up_to_the_last_fragment(tmp_path, name):
    process = start("record", *SCREEN, *QUICK, "-a", "device:clap", "--timestamps", tmp_path / "t.jsonl", tmp_path / name,
                    stdout=subprocess.DEVNULL)
    until = time.monotonic() + 60 * SLOW
    slots = tmp_path / "t.jsonl"
    while not slots.exists() or slots.read_bytes().count(b"\n") < 240:
        assert time.monotonic() < until
        time.sleep(0.05)
    process.kill()
    process.communicate()
    check_in_place(tmp_path / name, tmp_path / "t.jsonl", 3)
    pictures = float(subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts_time", "-of", "csv=p=0",
                                     tmp_path / name], stdout=subprocess.PIPE, check=True).stdout.split()[-1].strip(b","))
    # Of the last fragment some pictures may come before their sound, by as much as a fragment's half.
    assert len(heard(tmp_path / name)) / RATE > pictures - 1


def test_each_file_of_a_split_has_its_own_sound_and_none_is_lost(tmp_path):
    stats = recorded(tmp_path, "a.mp4", "-a", "device:clap", "--on-resize", "split", seconds=5,
                     screen=["--backend", "virtual", "-o", "clap@160x120@60,resize=2.5:320x240"])
    assert len(stats["files"]) == 2
    lengths = [each["slots"] / 60 for each in stats["files"]]
    for each, length in zip(stats["files"], lengths):
        assert len(heard(each["path"])) / RATE == pytest.approx(length, abs=0.025)
    first, second = (bursts(each["path"]) for each in stats["files"])
    line = first + [lengths[0] + at for at in second]
    assert len(line) >= 4
    for before, after in zip(line, line[1:]):
        assert after - before == pytest.approx(1, abs=0.005)
    assert stats["audio"][0]["duration_s"] == pytest.approx(5, abs=0.001)


def test_a_device_that_is_away_is_silence_and_comes_back_in_its_place(tmp_path):
    stats = recorded(tmp_path, "a.mkv", "-a", "device:clap,loss=2.2+1.5", seconds=7)
    check_in_place(tmp_path / "a.mkv", tmp_path / "t.jsonl", 5)
    [track] = stats["audio"]
    assert track["reconnects"] >= 1 and track["silence_s"] > 1
    assert "audio_away" in [warning["code"] for warning in stats["warnings"]]


def test_a_still_screen_does_not_keep_sound_from_the_file(tmp_path):
    """--vfr writes no picture while nothing changes."""
    process = start("record", "--backend", "virtual", "-o", "static@160x120@60", *QUICK, "--vfr", "-a", "device:tone", "--progress", "json",
                    tmp_path / "a.mp4", stdout=subprocess.DEVNULL)
    for line in process.stderr:
        if line.startswith(b"{") and json.loads(line)["slots"] > 300:
            break
    process.kill()
    process.communicate()
    assert len(heard(tmp_path / "a.mp4")) / RATE > 2


def test_a_pipe_gets_both(tmp_path):
    copy = tmp_path / "copy.mkv"
    with copy.open("wb") as out:
        ended = subprocess.run([CLI, "record", *SCREEN, *QUICK, "-a", "device:clap", "--format", "matroska", "--duration", "4", "--timestamps",
                                tmp_path / "t.jsonl", "-"], stdin=subprocess.DEVNULL, stdout=out, env=environment(), timeout=60 * SLOW)
    assert ended.returncode == 0
    check_in_place(copy, tmp_path / "t.jsonl", 4)


def test_a_file_with_sound_is_no_larger_than_it_may_be(tmp_path):
    stats = recorded(tmp_path, "a.mp4", "-a", "device:tone", "--audio-codec", "aac", "--max-size", "200K", seconds=60)
    assert stats["ended_by"] == "size"
    assert 100 * 1024 < (tmp_path / "a.mp4").stat().st_size <= 200 * 1024
    assert len(heard(tmp_path / "a.mp4")) / RATE == pytest.approx(stats["duration_s"], abs=0.1)


@pytest.mark.parametrize("args,words", [
    (["-a", "device:clap", "a.gif"], "gif"),
    (["-a", "device:clap", "a.y4m"], "y4m"),
    (["-a", "device:clap", "--format", "rawvideo", "-"], "rawvideo"),
    (["-a", "device:", "a.mp4"], "names nothing"),
    (["-a", "mic@-900dB", "a.mp4"], "gain"),
    (["--audio-codec", "flac", "a.mp4"], "--audio desktop"),
    (["--audio-delay", "5", "a.mp4"], "--audio desktop"),
    (["-a", "device:clap", "--audio-codec", "nonsense", "a.mp4"], "nonsense"),
    (["-a", "device:clap", "--audio-codec", "aac", "a.webm"], "webm"),
    (["-a", "device:clap", "--audio-codec", "pcm", "a.mp4"], "mp4"),
    (["-a", "device:clap", "--audio-delay", "1e9", "a.mp4"], "--audio-delay"),
    (["-a", "device:clap", "--on-full", "wait", "a.mp4"], "drop"),
    (["-a", "device:clap,ppm=x", "a.mp4"], "ppm"),
])
def test_what_cannot_be_is_wrong_usage_and_leaves_no_file(tmp_path, args, words):
    result = run("record", *SCREEN, *args, cwd=tmp_path)
    assert words in one_line(result, 2)
    assert list(tmp_path.iterdir()) == []


def test_without_a_sound_server_one_line_says_what_to_start(tmp_path):
    env = environment(XDG_RUNTIME_DIR=str(tmp_path), HOME=str(tmp_path), PULSE_SERVER="unix:" + str(tmp_path / "none"))
    message = one_line(run("record", *SCREEN, "-a", "desktop", tmp_path / "a.mp4", env=env), 1)
    assert "start" in message and "pulse" in message.lower()
    assert not (tmp_path / "a.mp4").exists()
    assert "start" in one_line(run("list", "audio", env=env), 1)


def test_the_sounds_that_are_built_in_are_listed():
    listed = document(ok("list", "audio", "--backend", "virtual", "--json"), "list")["audio"]
    assert [each["id"] for each in listed] == ["clap", "tone"]


@pytest.mark.parametrize("sound", [[], ["-a", "device:tone"]])
def test_sound_servers_libraries_are_not_touched_unless_they_are_needed(tmp_path, sound):
    process = start("record", *SCREEN, *QUICK, *sound, "--progress", "json", tmp_path / "a.mp4", stdout=subprocess.DEVNULL)
    assert process.stderr.readline().startswith(b"{")
    loaded = pathlib.Path(f"/proc/{process.pid}/maps").read_text(encoding="utf-8")
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert "libavcodec" in loaded or os.environ.get("RUSTCAM_SANITIZE")
    assert "libpulse" not in loaded
