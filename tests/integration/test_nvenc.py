"""The program on the stand-in NVENC driver (tests/nvenc): what the driver is asked, how the program gets by when it refuses, and that no
slot is lost when it fails in mid-recording."""

import json
import os
import subprocess

import numpy as np
import pytest
from nvenc_driver import Driver
from rustcam_testing import barcodes, decode, ffprobe, json_cli, ok_cli, run_cli, time_stamps

VIRTUAL = ["--backend", "virtual"]
MOVER = [*VIRTUAL, "-o", "mover@320x240@60"]
# Nothing is left out while the machine is busy.
WHOLE = ["--on-full", "wait"]
LOST = "The device was lost"


def key_frames(path):
    flags = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=flags", "-of", "csv=p=0", str(path)],
                           stdout=subprocess.PIPE, check=True).stdout.decode().split()
    return [n for n, each in enumerate(flags) if each.startswith("K")]


def slots_of(path):
    """The slots, at 60 a second, at which the file has a picture."""
    ticks, (num, den) = time_stamps(path)
    return [round(each * num / den * 60) for each in ticks]


def sound(path):
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a", "-ac", "1", "-f", "f32le", "-"],
                         stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(raw, np.float32)


def record(driver, path, *more, screen=None):
    """The document of a recording that went well."""
    return json_cli("record", *(screen or MOVER), *WHOLE, "--json", *more, path, env=driver.env)


def h264_of(stats):
    return [each for each in stats["encoder"]["tried"] if each["name"] == "h264_nvenc"]


def check_all_pictures(stats, paths):
    """The files show every desktop frame that was recorded, in order, none twice but where a slot repeats it."""
    shown = [number for path in paths for number in barcodes(path)]
    frames = stats["frames"]
    assert None not in shown and shown == sorted(shown)
    assert len(set(shown)) == frames["fresh"]
    assert len(shown) == frames["slots"] - frames["unencoded"]
    assert sum(each["slots"] for each in stats["files"]) == frames["slots"]
    return shown


@pytest.mark.parametrize("encoder,size", [("auto", "320x240"), ("nvenc", "321x241"), ("h264_nvenc", "1278x718")])
def test_a_recording(tmp_path, encoder, size):
    driver = Driver(tmp_path)
    stats = record(driver, tmp_path / "a.mp4", "--encoder", encoder, "--frames", 30, screen=[*VIRTUAL, "-o", f"mover@{size}@60"])
    assert stats["encoder"] == {"name": "h264_nvenc", "hardware": True, "tried": [], "preset": "veryfast", "input": "memory",
                                "lost_in_flight": 0}
    check_all_pictures(stats, [tmp_path / "a.mp4"])
    session = driver.session()
    width, height = map(int, size.split("x"))
    assert (session["width"], session["height"]) == (stats["encoded_width"], stats["encoded_height"]) == (width + width % 2, height + height % 2)
    assert (session["fps_num"], session["fps_den"]) == (60, 1)
    assert session["input"] == "memory" and session["frames"] == session["packets"] == 30


def test_hevc_by_name(tmp_path):
    driver = Driver(tmp_path)
    result = run_cli("record", *MOVER, *WHOLE, "--encoder", "hevc_nvenc", "--frames", 20, "--preset", "slow", "--crf", "20", "--json", tmp_path / "a.mp4",
                     env=driver.env)
    if b"does not open" in result.stderr:
        pytest.skip("the stand-in has no HEVC here")
    assert result.returncode == 0, result.stderr
    stats = json.loads(result.stdout)
    assert stats["encoder"]["name"] == "hevc_nvenc" and stats["encoder"]["hardware"]
    assert ffprobe(tmp_path / "a.mp4")["codec_name"] == "hevc"
    check_all_pictures(stats, [tmp_path / "a.mp4"])
    session = driver.session()
    assert (session["codec"], session["preset"], session["cq"], session["b_frames"], session["lookahead"]) == ("hevc", "p5", 20, 0, 0)
    assert session["frames"] == session["packets"] == 20


def test_it_is_asked_for_live_use(tmp_path):
    driver = Driver(tmp_path)
    record(driver, tmp_path / "a.mp4", "--frames", 3)
    session = driver.session()
    assert (session["preset"], session["tuning"], session["rate_control"], session["cq"]) == ("p2", "hq", "vbr", 23)
    assert session["bitrate"] == session["max_bitrate"] == 0
    assert session["b_frames"] == session["lookahead"] == 0 and session["zero_latency"]
    assert session["gop"] == 250


def test_presets_become_its_own(tmp_path):
    asked = ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"]
    told = []
    for preset in asked:
        driver = Driver(tmp_path)
        stats = record(driver, tmp_path / "a.mp4", "--frames", 2, "--preset", preset, "--force")
        assert stats["encoder"]["preset"] == preset
        session = driver.session()
        assert session["b_frames"] == session["lookahead"] == 0
        told.append(session["preset"])
    assert told == ["p1", "p1", "p2", "p3", "p4", "p4", "p5", "p6", "p7", "p7"]


@pytest.mark.parametrize("options,expected", [
    (["--crf", "18.5"], {"rate_control": "vbr", "cq": 18.5, "bitrate": 0, "max_bitrate": 0}),
    (["--crf", "0"], {"rate_control": "vbr", "cq": 1}),
    (["--crf", "51"], {"rate_control": "vbr", "cq": 51}),
    (["--bitrate", "3M"], {"rate_control": "vbr", "cq": None, "bitrate": 3_000_000}),
    (["--gop", "7"], {"gop": 7}),
    (["--encoder-option", "rc=cbr", "--bitrate", "2M"], {"rate_control": "cbr", "bitrate": 2_000_000}),
    (["--encoder-option", "tune=ull"], {"tuning": "ull"}),
    (["--fps", "60000/1001"], {"fps_num": 60000, "fps_den": 1001})])
def test_options_are_told(tmp_path, options, expected):
    driver = Driver(tmp_path)
    record(driver, tmp_path / "a.mkv", "--frames", 15, *options)
    session = driver.session()
    assert {key: session[key] for key in expected} == expected
    if "--gop" in options:
        assert key_frames(tmp_path / "a.mkv") == [0, 7, 14]


@pytest.mark.parametrize("encoder", ["auto", "nvenc"])
@pytest.mark.parametrize("option", ["no-such=1", "rc=backwards", "profile=7"])
def test_an_option_that_it_refuses_is_wrong_usage(tmp_path, encoder, option):
    driver = Driver(tmp_path)
    result = run_cli("record", *MOVER, "--frames", 3, "--encoder", encoder, "--encoder-option", option, tmp_path / "a.mp4", env=driver.env)
    assert result.returncode == 2, result.stderr
    assert b"h264_nvenc" in result.stderr
    assert not (tmp_path / "a.mp4").exists()


@pytest.mark.parametrize("pixel_format,layout,full", [("yuv420p", "yv12", False), ("nv12", "nv12", False), ("yuvj420p", "yv12", True),
                                                      ("yuv444p", "yuv444", False), ("yuvj444p", "yuv444", True)])
def test_colours_are_what_the_tags_say(tmp_path, pixel_format, layout, full):
    driver = Driver(tmp_path)
    screen = [*VIRTUAL, "-o", "static@1280x720@60"]
    stats = record(driver, tmp_path / "a.mkv", "--frames", 3, "--crf", 1, "--pixel-format", pixel_format, screen=screen)
    assert stats["encoder"]["name"] == "h264_nvenc"
    session = driver.session()
    assert (session["format"], session["matrix"], session["full_range"]) == (layout, 1, full)
    stream = ffprobe(tmp_path / "a.mkv")
    assert stream["color_space"] == "bt709" and stream["color_range"] == ("pc" if full else "tv")
    ok_cli("shot", *screen, tmp_path / "a.png")
    scaler = ["-sws_flags", "accurate_rnd+full_chroma_int+full_chroma_inp"]
    wanted = decode(tmp_path / "a.png")[0].astype(np.int16)
    found = decode(tmp_path / "a.mkv", args=scaler)[-1].astype(np.int16)
    # Away from edges, which spread over a block.
    flat = np.ones(wanted.shape[:2], bool)
    for axis in (0, 1):
        for way in range(-6, 7):
            flat &= (np.roll(wanted, way, axis=axis) == wanted).all(axis=-1)
    assert flat.sum() > 1000
    colours, kinds = np.unique(wanted[flat], axis=0, return_inverse=True)
    assert len(colours) > 5
    for kind, colour in enumerate(colours):
        assert np.abs(np.median(found[flat][kinds.ravel() == kind], axis=0) - colour).max() <= 2


REFUSALS = [
    ("fail=no_device", "CUDA_ERROR_NO_DEVICE"),
    ("fail=old_gpu", "No capable devices found"),
    ("fail=unsupported", "unsupported device"),
    ("fail=no_session", "out of memory"),
    ("fail=client_key", "incompatible client key"),
    ("fail=old_driver", "Driver does not support the required nvenc API version"),
    ("fail=initialize", "InitializeEncoder failed: out of memory"),
    ("max=160x4096", "exceeds 160"),
    ("max=4096x160", "exceeds 160")]


@pytest.mark.parametrize("settings,message", REFUSALS)
def test_auto_falls_back_before_slot_0_and_says_why(tmp_path, settings, message):
    driver = Driver(tmp_path, settings)
    stats = record(driver, tmp_path / "a.mp4", "--frames", 10)
    encoder = stats["encoder"]
    assert encoder["name"] == "libx264" and not encoder["hardware"] and encoder["lost_in_flight"] == 0
    assert message in h264_of(stats)[0]["error"]
    assert stats["warnings"] == []
    check_all_pictures(stats, [tmp_path / "a.mp4"])
    assert driver.sessions() == []


@pytest.mark.parametrize("settings,message", REFUSALS)
def test_asked_for_by_name_it_ends_with_the_reason(tmp_path, settings, message):
    driver = Driver(tmp_path, settings)
    result = run_cli("record", *MOVER, "--frames", 10, "--encoder", "nvenc", tmp_path / "a.mp4", env=driver.env)
    assert result.returncode == 1
    said = result.stderr.decode()
    assert said.count("\n") == 1 and "h264_nvenc does not open" in said and message in said
    assert not (tmp_path / "a.mp4").exists()
    assert driver.sessions() == []


def test_a_gpu_without_b_frames_needs_none(tmp_path):
    driver = Driver(tmp_path, "fail=no_b_frames")
    assert record(driver, tmp_path / "a.mp4", "--frames", 5, "--preset", "veryslow")["encoder"]["name"] == "h264_nvenc"
    driver.session()


@pytest.mark.parametrize("size,reason", [("4098x64", "at most 4096x4096"), ("64x32", "less than the minimum")])
def test_pictures_that_do_not_fit_go_to_x264(tmp_path, size, reason):
    driver = Driver(tmp_path)
    screen = [*VIRTUAL, "-o", f"static@{size}@60"]
    stats = record(driver, tmp_path / "a.mp4", "--frames", 3, screen=screen)
    assert stats["encoder"]["name"] == "libx264" and reason in h264_of(stats)[0]["error"]
    result = run_cli("record", *screen, "--frames", 3, "--encoder", "nvenc", tmp_path / "b.mp4", env=driver.env)
    assert result.returncode in (1, 2) and reason in result.stderr.decode()
    assert not (tmp_path / "b.mp4").exists()


@pytest.mark.parametrize("container,swallow", [("mp4", 0), ("mp4", 3), ("mkv", 3), ("mov", 1)])
def test_where_it_fails_x264_goes_on_and_no_slot_is_lost(tmp_path, container, swallow):
    driver = Driver(tmp_path, f"fail=lost;after=20;swallow={swallow}")
    first, second = tmp_path / f"a.{container}", tmp_path / f"a-2.{container}"
    stats = record(driver, first, "--frames", 50, "--timestamps", tmp_path / "t.jsonl")
    assert stats["ended_by"] == "frames" and stats["error"] is None
    assert stats["encoder"]["name"] == "libx264" and stats["encoder"]["lost_in_flight"] == 0
    assert LOST in h264_of(stats)[0]["error"]
    assert [each["code"] for each in stats["warnings"]] == ["encoder_failed"]
    assert [(each["path"], each["slots"]) for each in stats["files"]] == [(str(first), 20), (str(second), 30)]
    assert len(check_all_pictures(stats, [first, second])) == stats["frames"]["slots"] == 50
    assert len((tmp_path / "t.jsonl").read_text().splitlines()) == 50
    session = driver.session()
    assert session["packets"] == 20


def test_where_it_fails_at_once_x264_has_the_file(tmp_path):
    driver = Driver(tmp_path, "fail=lost;after=0")
    stats = record(driver, tmp_path / "a.mp4", "--frames", 20)
    assert [each["path"] for each in stats["files"]] == [str(tmp_path / "a.mp4")]
    assert len(check_all_pictures(stats, [tmp_path / "a.mp4"])) == 20
    assert sorted(os.listdir(tmp_path)) == ["a.mp4", "nvenc.json"]


def test_a_name_that_is_taken_is_passed_over(tmp_path):
    (tmp_path / "a-2.mp4").write_text("somebody's")
    driver = Driver(tmp_path, "fail=lost;after=10")
    stats = record(driver, tmp_path / "a.mp4", "--frames", 20)
    assert stats["files"][1]["path"] == str(tmp_path / "a-3.mp4")
    assert (tmp_path / "a-2.mp4").read_text() == "somebody's"


@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_what_is_too_much_to_hold_is_counted(tmp_path, container):
    """40 pictures in flight, of which 32 are held. The option is the other encoder's: x264 must not be told."""
    driver = Driver(tmp_path, "fail=lost;after=20;swallow=40")
    stats = record(driver, tmp_path / f"a.{container}", "--frames", 80, "--encoder-option", "surfaces=64")
    assert stats["encoder"]["lost_in_flight"] == 8
    assert "8 pictures were lost" in stats["warnings"][0]["text"]
    tells_end = container == "mp4"
    assert [each["slots"] for each in stats["files"]] == ([28, 52] if tells_end else [20, 60])
    frames = stats["frames"]
    assert frames["slots"] == 80 and frames["unencoded"] == 8
    first, second = (tmp_path / f"{name}.{container}" for name in ("a", "a-2"))
    shown = [barcodes(path) for path in (first, second)]
    assert [len(each) for each in shown] == [20, 52]
    numbers = shown[0] + shown[1]
    assert numbers == sorted(numbers)
    if tells_end:
        assert float(ffprobe(first)["duration"]) == pytest.approx(28 / 60, abs=1e-3)
    else:
        # The first one that was held is shown so much earlier.
        assert slots_of(second)[:3] == [0, 9, 10]


@pytest.mark.parametrize("container", ["mp4", "mkv"])
@pytest.mark.parametrize("with_sound", [False, True])
def test_with_few_pictures_times_stay_right(tmp_path, container, with_sound):
    """Matroska cannot tell how long its last picture lasts, unless there is sound as long: then the next file repeats that picture."""
    driver = Driver(tmp_path, "fail=lost;after=5")
    first, second = tmp_path / f"a.{container}", tmp_path / f"a-2.{container}"
    stats = json_cli("record", *VIRTUAL, "-o", "mover@320x240@10", "--vfr", "--frames", 90, "--timestamps", tmp_path / "t.jsonl",
                     *(["-a", "device:tone"] if with_sound else []), "--json", first, env=driver.env)
    lines = [json.loads(each) for each in (tmp_path / "t.jsonl").read_text().splitlines()]
    assert stats["frames"]["slots"] == 90 and len(lines) == 90
    begins, length = (each["slots"] for each in stats["files"])
    assert begins + length == 90
    fresh = [each["n"] for each in lines if each["kind"] == "fresh"]
    repeats = container == "mkv" and not with_sound
    assert begins == (fresh[4] + 1 if repeats else fresh[5])
    written = slots_of(first) + [begins + each for each in slots_of(second)]
    expected = sorted(set(fresh) | {89} | ({begins} if repeats else set()))
    assert written == expected
    shown = barcodes(first) + barcodes(second)
    assert shown == sorted(shown) and len(set(shown)) == len(fresh)


def test_the_limit_of_size_is_of_both_files(tmp_path):
    driver = Driver(tmp_path, "fail=lost;after=20")
    stats = record(driver, tmp_path / "a.mp4", "--frames", 2000, "--max-size", "400K")
    assert stats["ended_by"] == "size" and len(stats["files"]) == 2
    assert sum((tmp_path / name).stat().st_size for name in ("a.mp4", "a-2.mp4")) <= 400 * 1024
    check_all_pictures(stats, [tmp_path / "a.mp4", tmp_path / "a-2.mp4"])


def test_sound_goes_on_without_a_gap(tmp_path):
    driver = Driver(tmp_path, "fail=lost;after=20;swallow=2")
    first, second = tmp_path / "a.mov", tmp_path / "a-2.mov"
    stats = json_cli("record", *MOVER, "--frames", 60, "-a", "device:tone", "--audio-codec", "pcm", "--json", first, env=driver.env)
    assert len(stats["files"]) == 2
    heard = []
    for path, slots in zip((first, second), (each["slots"] for each in stats["files"])):
        heard.append(sound(path))
        assert len(heard[-1]) == slots * 800
    both = np.concatenate(heard)
    # A tone is smooth: a missing or repeated sample would be a step.
    joint = len(heard[0])
    steps = np.abs(np.diff(both[4800:-4800], n=2))
    around = np.abs(np.diff(both[joint - 8:joint + 8], n=2)).max()
    assert both[joint - 4800:joint + 4800].std() > 0.01
    assert around <= np.percentile(steps, 99.9) * 1.1


@pytest.mark.parametrize("encoder", ["nvenc", "h264_nvenc"])
@pytest.mark.parametrize("swallow", [0, 3])
def test_asked_for_by_name_its_failure_ends_a_whole_file(tmp_path, encoder, swallow):
    driver = Driver(tmp_path, f"fail=lost;after=20;swallow={swallow}")
    result = run_cli("record", *MOVER, *WHOLE, "--frames", 50, "--encoder", encoder, "--stats", tmp_path / "s.json", tmp_path / "a.mp4",
                     env=driver.env)
    assert result.returncode == 1
    assert LOST in result.stderr.decode() and "h264_nvenc failed" in result.stderr.decode()
    stats = json.loads((tmp_path / "s.json").read_text())
    assert stats["ended_by"] == "error" and LOST in stats["error"]
    assert stats["frames"]["slots"] == stats["files"][0]["slots"] == 20
    assert not (tmp_path / "a-2.mp4").exists()
    assert len(check_all_pictures(stats, [tmp_path / "a.mp4"])) == 20
    assert float(ffprobe(tmp_path / "a.mp4")["duration"]) == pytest.approx(20 / 60, abs=1e-3)
    driver.session()


@pytest.mark.parametrize("pipe_format", ["matroska", "nut", "mp4"])
def test_its_failure_ends_a_pipe(tmp_path, pipe_format):
    driver = Driver(tmp_path, "fail=lost;after=20")
    result = run_cli("record", *MOVER, "--frames", 50, "--format", pipe_format, "--stats", tmp_path / "s.json", "-", env=driver.env)
    assert result.returncode == 1 and LOST in result.stderr.decode()
    (tmp_path / "piped").write_bytes(result.stdout)
    stats = json.loads((tmp_path / "s.json").read_text())
    assert stats["frames"]["slots"] == 20 and stats["encoder"]["name"] == "h264_nvenc"
    check_all_pictures(stats, [tmp_path / "piped"])
