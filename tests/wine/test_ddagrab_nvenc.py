"""FFmpeg's own ddagrab into h264_nvenc, textures all the way: the stand-in driver is proven by a client that is not ours."""

import subprocess

import numpy as np
import pytest

from frames import barcodes_of_file, scene_picture
from nvenc import Driver
from test_ddagrab import DEVICE, FFMPEG, H, W, ddagrab, pytestmark  # noqa: F401  # pytest reads the mark


@pytest.fixture
def driver(wine):
    it = Driver(wine)
    yield it
    it.remove()


def test_what_moves_is_encoded_whole_and_in_order(wine, driver, tmp_path):
    # The pointer stays off the barcode.
    run = ddagrab(wine, tmp_path, "scene=mover;hz=60;pointer=color;pointer_at=400,300;pointer_hz=30", "ddagrab=framerate=30",
                  "-frames:v", "60", "-c:v", "h264_nvenc", "-preset", "p1", "out.mkv")
    session = driver.session()
    assert session["input"] == "texture" and session["frames"] == session["packets"] == 60
    assert (session["width"], session["height"]) == (W, H)
    numbers = barcodes_of_file(tmp_path / "out.mkv", repeats=False)
    assert len(numbers) == 60 and None not in numbers and numbers == sorted(numbers) and len(set(numbers)) > 10
    # Neither it nor, in its name, the driver's stand-in has copied a picture by the CPU; the pointer's shape is one.
    copies = run.report["cpu_copies"]
    assert all(copies[way] == {"calls": 0, "bytes": 0} for way in ("map", "to_staging", "update_subresource"))
    assert copies["initial_data"] == {"calls": 1, "bytes": 32 * 32 * 4}


def test_colours_are_what_the_file_says(wine, driver, tmp_path):
    ddagrab(wine, tmp_path, "scene=gradient;once=1", "ddagrab=framerate=30:draw_mouse=0", "-frames:v", "5", "-c:v", "h264_nvenc", "-rc",
            "constqp", "-qp", "1", "out.mkv")
    assert driver.session()["frames"] == 5
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", str(tmp_path / "out.mkv"), "-frames:v", "1", "-vf",
                          "scale=flags=accurate_rnd+full_chroma_int+bilinear", "-f", "rawvideo", "-pix_fmt", "bgra", "-"],
                         stdout=subprocess.PIPE, check=True).stdout
    picture = np.frombuffer(raw, np.uint8).reshape(H, W, 4)
    truth = scene_picture("gradient", W, H, start=barcodes_of_file(tmp_path / "out.mkv")[0])
    # Below the barcode, whose edges are sharp: colour has half the resolution.
    off = np.abs(picture[100:, :, :3].astype(int) - truth[100:, :, :3].astype(int))
    assert off.mean() < 1 and np.percentile(off, 99) <= 3


def test_a_driver_that_refuses_is_told(wine, driver, tmp_path):
    driver.expect("fail=no_session")
    run = wine.run("-v", "error", "-nostdin", "-y", *DEVICE, "-filter_complex", "ddagrab", "-frames:v", "5", "-c:v", "h264_nvenc", "out.mkv",
                   layer=f"size={W}x{H}", program=FFMPEG, cwd=tmp_path)
    assert run.status != 0 and "OpenEncodeSessionEx failed" in run.stderr
    run.assert_clean()
