"""The stand-in NVENC driver itself, held against another client: the system's own FFmpeg, with its h264_nvenc."""

import ctypes
import pathlib
import re
import subprocess

import numpy as np
import pytest
from nvenc_driver import FOLDER, Driver
from rustcam_testing import barcodes, decode, ffprobe, json_cli

WIDTH, HEIGHT, FRAMES = 320, 240, 24
SOURCE = ["-f", "lavfi", "-i", f"testsrc2=s={WIDTH}x{HEIGHT}:r=30:d={FRAMES / 30}"]

# What `nvenc_client wrong` does, as the driver has to call it.
WRONG = """\
cuCtxDestroy: a session still uses the context
cuCtxDestroy: no such context
cuCtxPopCurrent: nothing was pushed
cuDeviceGetCount: before cuInit
cuMemAlloc_v2: not in the stand-in driver
NvEncCreateBitstreamBuffer: the session is not initialised
NvEncDestroyEncoder: bitstream buffers are left
NvEncDestroyEncoder: no such session
NvEncDestroyEncoder: packets of 1 pictures were not fetched
NvEncDestroyEncoder: the session's context is not current
NvEncDestroyInputBuffer: no such buffer
NvEncEncodePicture: another format than its input's
NvEncEncodePicture: another pitch than its input buffer's
NvEncEncodePicture: another size than the session's
NvEncEncodePicture: its bitstream buffer is in use
NvEncEncodePicture: its input buffer is locked
NvEncEncodePicture: no such bitstream buffer
NvEncEncodePicture: no such input buffer
NvEncEncodePicture: the end of the stream has a picture
NvEncGetSequenceParams: the buffer is too small
NvEncInitializeEncoder: a second time
NvEncInitializeEncoder: larger than the GPU can
NvEncInitializeEncoder: more B-frames than the GPU makes
NvEncInitializeEncoder: the session's context is not current
NvEncInitializeEncoder: version of the structure
NvEncLockBitstream: locked twice
NvEncLockBitstream: no such bitstream buffer
NvEncLockBitstream: not in the order of encoding
NvEncLockBitstream: nothing was encoded
NvEncLockInputBuffer: a picture in it is being encoded
NvEncLockInputBuffer: locked twice
NvEncOpenEncodeSessionEx: no such device
NvEncOpenEncodeSessionEx: version
NvEncUnlockBitstream: it is not locked
NvEncUnlockInputBuffer: it is not locked"""


def ffmpeg_nvenc(driver, path, *options, pixel_format="yuv420p", codec="h264"):
    """FFmpeg's encoder; returns its exit status and what it said."""
    result = subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostdin", "-v", "warning", "-y", *SOURCE, "-pix_fmt", pixel_format, "-c:v", f"{codec}_nvenc",
         *map(str, options), str(path)], env=driver.env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=120)
    return result.returncode, result.stderr.decode()


def raw(path_or_source, pixel_format):
    return np.frombuffer(subprocess.run(
        ["ffmpeg", "-v", "error", *path_or_source, "-f", "rawvideo", "-pix_fmt", pixel_format, "-"],
        stdout=subprocess.PIPE, check=True).stdout, np.uint8).astype(np.int16)


def encoded(tmp_path, *options, pixel_format="yuv420p", codec="h264", name="a.mkv"):
    """A session that went well, and how far its pictures are from the source's: the mean of all samples."""
    driver = Driver(tmp_path)
    status, said = ffmpeg_nvenc(driver, tmp_path / name, *options, pixel_format=pixel_format, codec=codec)
    assert status == 0, said
    session = driver.session()
    assert session["codec"] == codec
    assert session["frames"] == session["packets"] == FRAMES
    assert (session["width"], session["height"]) == (WIDTH, HEIGHT)
    assert (session["fps_num"], session["fps_den"]) == (30, 1)
    found, wanted = (raw(each, "yuv420p") for each in (["-i", str(tmp_path / name)], SOURCE))
    assert found.size == wanted.size
    return session, np.abs(found - wanted).mean()


@pytest.mark.parametrize("pixel_format,layout", [("yuv420p", "yv12"), ("nv12", "nv12")])
def test_pictures_come_back(tmp_path, pixel_format, layout):
    session, error = encoded(tmp_path, "-cq", 15, pixel_format=pixel_format)
    assert session["input"] == "memory" and session["format"] == layout
    assert session["rate_control"] == "vbr" and session["cq"] == 15 and session["qp"] is None
    assert error < 1


@pytest.mark.parametrize("name,options", [("a.mkv", ["-bf", 0]), ("a.ts", ["-bf", 2, "-g", 10])])
def test_hevc_comes_back(tmp_path, name, options):
    session, error = encoded(tmp_path, "-cq", 12, *options, codec="hevc", name=name)
    assert session["cq"] == 12 and session["profile"] == "main"
    assert error < 1.5


def test_444_comes_back(tmp_path):
    session, error = encoded(tmp_path, "-qp", 10, pixel_format="yuv444p")
    assert session["format"] == "yuv444" and session["profile"] == "high444" and session["qp"] == 10
    assert error < 1.5


@pytest.mark.parametrize("pixel_format,layout", [("bgr0", "argb"), ("rgb0", "abgr")])
def test_rgb_is_converted_by_bt601(tmp_path, pixel_format, layout):
    driver = Driver(tmp_path)
    colors = np.array([(192, 32, 64), (32, 192, 64), (32, 64, 192), (255, 255, 255), (0, 0, 0)], np.int16)
    pictures = np.broadcast_to(colors[:, None, None], (len(colors), HEIGHT, WIDTH, 3))
    subprocess.run(["ffmpeg", "-v", "error", "-f", "rawvideo", "-s", f"{WIDTH}x{HEIGHT}", "-pix_fmt", "rgb24", "-i", "-",
                    "-pix_fmt", pixel_format, "-c:v", "h264_nvenc", "-qp", "1", "-g", "1", str(tmp_path / "a.h264")],
                   env=driver.env, input=pictures.astype(np.uint8).tobytes(), check=True)
    assert driver.session()["format"] == layout
    # FFmpeg 5.1 tags RGB input wrongly, so it is told again what the driver made of it.
    tags = ["-bsf:v", "h264_metadata=matrix_coefficients=5:video_full_range_flag=0", "-c", "copy"]
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(tmp_path / "a.h264"), *tags, str(tmp_path / "b.h264")], check=True)
    assert np.abs(decode(tmp_path / "b.h264") - colors[:, None, None]).max() <= 3


def test_rates_are_held(tmp_path):
    driver = Driver(tmp_path)
    sizes = {}
    for rate in (100_000, 1_000_000):
        status, said = ffmpeg_nvenc(driver, tmp_path / "a.mkv", "-rc", "cbr", "-b:v", rate, "-maxrate", rate, "-bufsize", rate)
        assert status == 0, said
        session = driver.session()
        assert (session["rate_control"], session["bitrate"], session["max_bitrate"]) == ("cbr", rate, rate)
        sizes[rate] = (tmp_path / "a.mkv").stat().st_size
    assert sizes[1_000_000] > 3 * sizes[100_000]


@pytest.mark.parametrize("gop", [1, 10])
def test_key_frames_come_as_asked(tmp_path, gop):
    session, _ = encoded(tmp_path, "-g", gop, "-bf", 0)
    assert session["gop"] == gop
    flags = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "packet=flags", "-of", "csv=p=0", str(tmp_path / "a.mkv")],
                           stdout=subprocess.PIPE, check=True).stdout.decode().split()
    assert [i for i, each in enumerate(flags) if each.startswith("K")] == list(range(0, FRAMES, gop))


@pytest.mark.parametrize("options,b_frames,lookahead", [
    (["-bf", 0], 0, 0), (["-bf", 3, "-b_ref_mode", "middle"], 3, 0), (["-bf", 0, "-rc-lookahead", 6], 0, 6)])
def test_packets_that_come_late_all_come(tmp_path, options, b_frames, lookahead):
    session, error = encoded(tmp_path, "-cq", 15, *options)
    assert (session["b_frames"], session["lookahead"]) == (b_frames, lookahead)
    assert error < 1


@pytest.mark.parametrize("preset,tuning,options", [
    ("p1", "hq", []), ("p7", "hq", []), ("p4", "ll", ["-zerolatency", 1]), ("p5", "ull", [])])
def test_presets_are_told(tmp_path, preset, tuning, options):
    session, _ = encoded(tmp_path, "-preset", preset, "-tune", tuning, *options)
    assert (session["preset"], session["tuning"]) == (preset, tuning)
    assert session["zero_latency"] == bool(options)


@pytest.mark.parametrize("settings,message", [
    ("fail=no_device", "CUDA_ERROR_NO_DEVICE"),
    ("fail=old_gpu", "No capable devices found"),
    ("fail=unsupported", "OpenEncodeSessionEx failed: unsupported device (2)"),
    ("fail=no_session", "OpenEncodeSessionEx failed: out of memory (10)"),
    ("sessions=0", "OpenEncodeSessionEx failed: out of memory (10)"),
    ("fail=client_key", "OpenEncodeSessionEx failed: incompatible client key (21)"),
    ("fail=old_driver", "Driver does not support the required nvenc API version"),
    ("fail=initialize", "InitializeEncoder failed: out of memory (10): Failed to allocate memory."),
    ("fail=no_b_frames", "Max B-frames 2 exceed 0"),
    ("max=160x4096", "Width 320 exceeds 160"),
    ("max=4096x160", "Height 240 exceeds 160")])
def test_it_refuses_as_drivers_do(tmp_path, settings, message):
    driver = Driver(tmp_path, settings)
    status, said = ffmpeg_nvenc(driver, tmp_path / "a.mkv", "-bf", 2)
    assert status != 0
    assert message in said
    assert driver.sessions() == []


@pytest.mark.parametrize("settings,message", [
    ("fail=lost;after=20", "EncodePicture failed!: device does not exist (5)"),
    ("fail=lost;after=20;swallow=3", "EncodePicture failed!: device does not exist (5)"),
    ("fail=lost;after=20;code=20", "EncodePicture failed!: generic error (20)")])
def test_the_device_goes_away(tmp_path, settings, message):
    driver = Driver(tmp_path, settings)
    status, said = ffmpeg_nvenc(driver, tmp_path / "a.mkv", "-bf", 0)
    assert message in said
    assert driver.session()["frames"] == 20
    # FFmpeg 5.1's program ends at once, later ones write what they have.
    assert status != 0 or int(ffprobe(tmp_path / "a.mkv")["nb_read_frames"]) <= 20


def test_a_mistyped_failure_is_told(tmp_path):
    status, said = ffmpeg_nvenc(Driver(tmp_path, "fail=lots"), tmp_path / "a.mkv")
    assert status == 70
    assert "unknown failure 'lots'" in said


def test_the_loader_finds_every_symbol():
    folder = subprocess.run(["pkg-config", "--variable=includedir", "ffnvcodec"], stdout=subprocess.PIPE, check=True).stdout
    text = (pathlib.Path(folder.decode().strip()) / "ffnvcodec" / "dynlink_loader.h").read_text(encoding="utf-8")
    demanded = set(re.findall(r'LOAD_SYMBOL\([^"]*"((?:cu[A-Z]|Nv)\w+)"', text))
    assert len(demanded) > 60
    libraries = [ctypes.CDLL(str(FOLDER / each)) for each in ("libcuda.so.1", "libnvidia-encode.so.1")]
    windows_only = {each for each in demanded if "D3D" in each}
    assert [each for each in demanded - windows_only if not any(hasattr(library, each) for library in libraries)] == []


def client(driver, what):
    """The client of tests/nvenc, which asks rightly or wrongly."""
    return subprocess.run([str(FOLDER / "nvenc_client"), what], env=driver.env, stdout=subprocess.PIPE, check=True,
                          timeout=120).stdout.decode()


def test_what_is_asked_rightly_is_not_reported(tmp_path):
    driver = Driver(tmp_path)
    client(driver, "right")
    assert driver.session()["packets"] == 1


def test_packets_are_late_where_a_gpu_needs_the_next_pictures(tmp_path):
    # 17: NV_ENC_ERR_NEED_MORE_INPUT.
    driver = Driver(tmp_path)
    assert client(driver, "b-frames").split() == ["0", "17", "17", "0", "17", "17", "0"]
    assert client(driver, "lookahead").split() == ["17", "17", "17", "17", "0", "0", "0"]
    assert driver.session()["packets"] == 7


def test_what_is_left_is_reported(tmp_path):
    driver = Driver(tmp_path)
    client(driver, "leak")
    assert driver.report()["leaks"] == {"sessions": 1, "buffers": 2, "resources": 0, "contexts": 1}


def test_what_is_asked_wrongly_is_reported(tmp_path):
    driver = Driver(tmp_path)
    client(driver, "wrong")
    assert driver.report()["violations"] == dict.fromkeys(WRONG.split("\n"), 1)
    assert driver.report()["leaks"]["buffers"] == 2


def test_our_program_on_it(tmp_path):
    driver = Driver(tmp_path)
    stats = json_cli("record", "--backend", "virtual", "-o", "mover@640x480@60", "--encoder", "nvenc", "--duration", 1, "--json",
                     tmp_path / "out.mp4", env=driver.env)
    assert stats["encoder"]["name"] == "h264_nvenc"
    shown = barcodes(tmp_path / "out.mp4")
    assert None not in shown and shown == sorted(shown)
    sessions = driver.sessions()
    assert sessions[-1]["frames"] == sessions[-1]["packets"] == len(shown)
    assert sessions[-1]["b_frames"] == sessions[-1]["lookahead"] == 0
