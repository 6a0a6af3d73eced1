"""FFmpeg's own ddagrab on the duplicated desktop: what the layer shows is right for another client too."""

import os

import numpy as np
import pytest

from frames import barcodes_of_file, decode_barcodes, scene_picture

FFMPEG = os.environ.get("RUSTCAM_WINDOWS_FFMPEG")
pytestmark = pytest.mark.skipif(not FFMPEG, reason="RUSTCAM_WINDOWS_FFMPEG: FFmpeg's own program, as scripts/windows-ffmpeg.sh builds it")
# The device is made in a thread that lives to the end: Wine's has windows in it, and no context can be had without them.
DEVICE = ["-init_hw_device", "d3d11va=d3d", "-filter_hw_device", "d3d"]
W, H = 640, 480


def ddagrab(wine, tmp_path, layer, graph, *output):
    """A finished run of ffmpeg.exe whose only filter graph this is; the layer's report is clean."""
    run = wine.run("-v", "warning", "-nostdin", "-y", *DEVICE, "-filter_complex", graph, *output, layer=f"size={W}x{H};" + layer,
                   program=FFMPEG, cwd=tmp_path)
    assert run.status == 0, run.stderr
    run.assert_clean()
    return run


def test_its_pictures_are_those_of_the_desktop(wine, tmp_path):
    ddagrab(wine, tmp_path, "scene=static", "ddagrab=framerate=30:draw_mouse=0,hwdownload,format=bgra", "-frames:v", "3", "-f",
            "rawvideo", "out.raw")
    pictures = np.fromfile(tmp_path / "out.raw", np.uint8).reshape(3, H, W, 4)
    truth = scene_picture("static", W, H)
    assert all(np.array_equal(each, truth) for each in pictures)


def test_it_needs_the_video_interfaces(wine, tmp_path):
    run = wine.run("-v", "error", "-nostdin", *DEVICE, "-filter_complex", "ddagrab,hwdownload,format=bgra", "-frames:v", "1", "-f", "null", "-",
                   layer=f"size={W}x{H};no_video=1", program=FFMPEG, cwd=tmp_path)
    assert run.status != 0 and "Device creation failed" in run.stderr


@pytest.mark.parametrize("older", ["", ";no_duplicate1=1"])
def test_what_moves_arrives_in_order(wine, tmp_path, older):
    run = ddagrab(wine, tmp_path, "scene=mover;hz=60" + older, "ddagrab=framerate=30:draw_mouse=0,hwdownload,format=bgra",
                  "-frames:v", "60", "-f", "rawvideo", "-pix_fmt", "gray", "out.raw")
    numbers = decode_barcodes((tmp_path / "out.raw").read_bytes(), W, H)
    assert len(numbers) == 60 and None not in numbers
    assert numbers == sorted(numbers) and len(set(numbers)) > 10
    # It downloads every picture whole, and so the layer's counters are right for it too.
    copies = run.report["cpu_copies"]
    assert copies["to_staging"]["bytes"] == copies["to_staging"]["calls"] * W * H * 4
    assert copies["to_staging"]["calls"] >= 60


@pytest.mark.parametrize("kind", ["color", "masked", "mono"])
def test_the_pointer_is_told_rightly(wine, tmp_path, kind):
    """It draws with shaders of its own, whose arithmetic is not ours: where the pointer is, the picture is another."""
    ddagrab(wine, tmp_path, f"scene=static;pointer={kind};pointer_at=100,200;pointer_hz=30",
            "ddagrab=framerate=30,hwdownload,format=bgra", "-frames:v", "10", "-f", "rawvideo", "out.raw")
    last = np.fromfile(tmp_path / "out.raw", np.uint8).reshape(10, H, W, 4)[-1]
    truth = scene_picture("static", W, H)
    differs = (last != truth)[:, :, :3].any(axis=2)
    rows, columns = np.nonzero(differs)
    assert rows.size > 0
    assert rows.min() >= 200 and rows.max() < 232 and columns.min() >= 100 and columns.max() < 132


def test_into_x264(wine, tmp_path):
    ddagrab(wine, tmp_path, "scene=mover;hz=60", "ddagrab=framerate=30,hwdownload,format=bgra,scale,format=yuv420p", "-frames:v", "30",
            "-c:v", "libx264", "-preset", "ultrafast", "out.mkv")
    numbers = barcodes_of_file(tmp_path / "out.mkv", repeats=False)
    assert len(numbers) == 30 and None not in numbers and numbers == sorted(numbers)
