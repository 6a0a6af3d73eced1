"""NVENC on Windows against the stand-in driver: the driver's textures by a client of their own, and the program."""

import subprocess

import numpy as np
import pytest
from frames import barcodes_of_file
from nvenc import FOLDER, Driver
from wine_bed import WINE


@pytest.fixture(scope="module")
def driver(wine):
    it = Driver(wine)
    yield it
    it.remove()


def client(wine, *arguments):
    """The client of tests/nvenc, run to its end."""
    result = subprocess.run([WINE, "Z:" + str(FOLDER / "nvenc_client.exe"), *arguments], env=wine.environment,
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=120)
    assert result.returncode == 0, result.stderr


def test_textures_are_encoded_by_bt601(wine, driver, tmp_path):
    driver.expect("verify=1")
    client(wine, "textures", "Z:" + str(tmp_path / "a.h264"))
    session = driver.session()
    assert (session["input"], session["format"], session["packets"]) == ("texture", "argb", 4)
    tags = ["-bsf:v", "h264_metadata=matrix_coefficients=5:video_full_range_flag=0", "-c", "copy"]
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(tmp_path / "a.h264"), *tags, str(tmp_path / "b.h264")], check=True)
    pixels = subprocess.run(["ffmpeg", "-v", "error", "-i", str(tmp_path / "b.h264"), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
                            stdout=subprocess.PIPE, check=True).stdout
    pictures = np.frombuffer(pixels, np.uint8).reshape(4, 240, 320, 3).astype(np.int16)
    for picture, color in zip(pictures, ((0xC0, 0x20, 0x40), (0x20, 0xC0, 0x40), (0x20, 0x40, 0xC0), (0x80, 0x80, 0x80))):
        assert np.abs(picture - color).max() <= 3


def test_wrong_textures_are_reported(wine, driver):
    driver.expect("verify=1")
    client(wine, "wrong")
    assert driver.report()["violations"] == {f"NvEnc{text}": 1 for text in (
        "RegisterResource: another size than the texture's",
        "RegisterResource: the stand-in takes BGRA textures only, as NV_ENC_BUFFER_FORMAT_ARGB",
        "RegisterResource: a texture of another device",
        "EncodePicture: a registered resource that is not mapped",
        "MapInputResource: mapped twice",
        "UnmapInputResource: a picture in it is being encoded",
        "EncodePicture: the texture changed before its packet was fetched",
        "UnmapInputResource: it is not mapped",
        "EncodePicture: its resource is not mapped",
        "UnregisterResource: it is mapped",
        "UnregisterResource: its texture was released before")}


@pytest.mark.parametrize("source", ["layer", "virtual"])
def test_recordings_are_whole(wine, driver, tmp_path, source):
    driver.expect()
    more = {"layer": "scene=mover;size=640x480;hz=60"} if source == "layer" else {}
    where = [] if source == "layer" else ["--backend", "virtual", "-o", "mover@640x480@60"]
    run = wine.run("record", "--json", *where, "--encoder", "nvenc", "--fps", "60", "--frames", "60", "out.mp4", cwd=tmp_path, **more)
    assert run.status == 0, run.stderr
    if source == "layer":
        run.assert_clean()
    statistics = run.json()
    assert statistics["frames"]["slots"] == 60
    assert statistics["encoder"]["name"] == "h264_nvenc"
    numbers = barcodes_of_file(tmp_path / "out.mp4")
    assert len(numbers) == 60 and None not in numbers and numbers == sorted(numbers)
    session = driver.sessions()[-1]
    assert session["frames"] == session["packets"] == 60 - statistics["frames"]["unencoded"]
    assert session["b_frames"] == session["lookahead"] == 0


@pytest.mark.parametrize("settings,encoder,said", [
    ("fail=no_session", "nvenc", "out of memory"), ("fail=old_driver", "nvenc", "nvenc API version"),
    ("", "av1_nvenc", "No capable devices found")])
def test_a_refusal_is_told(wine, driver, tmp_path, settings, encoder, said):
    driver.expect(settings)
    run = wine.run("record", "--backend", "virtual", "-o", "mover@320x240@60", "--encoder", encoder, "--frames", "5", "out.mkv",
                   cwd=tmp_path)
    assert run.status == 1
    assert said in run.stderr
    assert driver.sessions() == []
    assert not (tmp_path / "out.mkv").exists()
