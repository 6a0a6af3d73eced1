"""Recordings whose pictures stay on the GPU from the duplicated desktop to NVENC (the stand-in driver of tests/nvenc)."""

import json
import subprocess

import numpy as np
import pytest

from frames import barcodes_of_file, blend, scene_picture
from nvenc import Driver

W, H = 640, 480


@pytest.fixture(scope="module")
def driver(wine):
    it = Driver(wine)
    yield it
    it.remove()


def record(wine, driver, tmp_path, layer, *arguments, encoder="nvenc", name="out.mp4", settings="verify=1"):
    """The statistics of a recording, the layer's report clean."""
    driver.expect(settings)
    run = wine.run("record", "--json", "--force", "--encoder", encoder, *arguments, name, layer=layer, cwd=tmp_path)
    assert run.status == 0, run.stderr
    run.assert_clean()
    return run


def assert_textures(run, driver):
    encoder = run.json()["encoder"]
    assert (encoder["name"], encoder["input"], encoder["tried"]) == ("h264_nvenc", "texture", [])
    assert all(session["input"] == "texture" for session in driver.sessions())


def copied(run):
    """Bytes that the CPU copied, but for the constants that shaders are told."""
    copies = run.report["cpu_copies"]
    return sum(kind["bytes"] for way, kind in copies.items() if way != "buffers")


def planes(path, frame):
    """One decoded picture's planes as they are in the file."""
    described = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries",
                                "stream=width,height,color_space,color_range", "-of", "json", str(path)],
                               stdout=subprocess.PIPE, check=True).stdout
    stream = json.loads(described)["streams"][0]
    assert (stream["color_space"], stream["color_range"]) == ("bt470bg", "tv")
    width, height = stream["width"], stream["height"]
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-vf", f"select=eq(n\\,{frame})", "-frames:v", "1",
                          "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"], stdout=subprocess.PIPE, check=True).stdout
    data = np.frombuffer(raw, np.uint8).astype(int)
    luma = data[:width * height].reshape(height, width)
    u, v = data[width * height:].reshape(2, height // 2, width // 2)
    return luma, u, v


def bt601(bgra):
    """What the file's tags say a picture's planes are: limited BT.601, chroma the mean of four pixels."""
    height, width = bgra.shape[:2]
    b, g, r = (bgra[:, :, i].astype(float) / 255 for i in range(3))
    y = 0.299 * r + 0.587 * g + 0.114 * b
    quarter = lambda plane: plane.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
    return 16 + 219 * y, 128 + 224 * quarter(b - y) / 1.772, 128 + 224 * quarter(r - y) / 1.402


def assert_shows(path, bgra, frame=5, within=2):
    for coded, expected in zip(planes(path, frame), bt601(bgra)):
        difference = np.abs(coded - expected)
        # What a lossy encoder does to single pixels is not the colour's.
        assert np.percentile(difference, 99.5) <= within + 0.5, difference.max()
        assert difference.mean() < 0.6


STILL = ("--fps", "20", "--frames", "12", "--crf", "1", "--preset", "ultrafast")


def test_no_byte_is_copied_by_the_cpu(wine, driver, tmp_path):
    lengths = {}
    for seconds in (1, 3):
        run = record(wine, driver, tmp_path, "scene=flip_demo;size=1920x1080;hz=60", "--fps", "60", "--duration", str(seconds))
        assert_textures(run, driver)
        statistics = run.json()
        assert statistics["frames"]["slots"] == seconds * 60
        numbers = barcodes_of_file(tmp_path / "out.mp4")
        assert len(numbers) == seconds * 60 and None not in numbers and numbers == sorted(numbers)
        assert len(set(numbers)) > seconds * 5
        lengths[seconds] = copied(run)
        assert run.report["cpu_copies"]["update_subresource"]["bytes"] == 0
    # Before slot 0, the first picture is looked at once: is it black?
    assert max(lengths.values()) <= 2 * 2 * 1920 * 1080 * 4, lengths


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_every_rotation(wine, driver, tmp_path, rotation):
    run = record(wine, driver, tmp_path, f"scene=static;size={W}x{H};rotation={rotation}", *STILL)
    assert_textures(run, driver)
    assert_shows(tmp_path / "out.mp4", scene_picture("static", W, H))


@pytest.mark.parametrize("rotation", [0, 270])
def test_a_region_with_the_pointer_at_its_edge(wine, driver, tmp_path, rotation):
    run = record(wine, driver, tmp_path, f"scene=static;size={W}x{H};rotation={rotation};pointer=color;pointer_at=100,60",
                 "--region", "90,50,290,190", *STILL)
    assert_textures(run, driver)
    assert_shows(tmp_path / "out.mp4", blend(scene_picture("static", W, H), "color", 100, 60)[50:190, 90:290])


@pytest.mark.parametrize("kind, place", [("color", (-9, 200)), ("masked", (300, -13)), ("mono", (W - 11, H - 5))])
def test_pointers_at_the_edges(wine, driver, tmp_path, kind, place):
    run = record(wine, driver, tmp_path, f"scene=static;size={W}x{H};pointer={kind};pointer_at={place[0]},{place[1]}", *STILL)
    assert_textures(run, driver)
    expected = blend(scene_picture("static", W, H), kind, *place)
    assert_shows(tmp_path / "out.mp4", expected)
    # And there, where a pointer of single pixels has no colour that could be told.
    if kind != "masked":
        left, top = (max(0, n) // 2 * 2 for n in place)
        coded, wanted = planes(tmp_path / "out.mp4", 5)[0], bt601(expected)[0]
        part = np.abs(coded - wanted)[top:top + 20, left:left + 20]
        assert part.mean() < 2


def test_moving_pointers_leave_no_trace(wine, driver, tmp_path):
    """Each texture of the pool gets back what was under the pointer."""
    run = record(wine, driver, tmp_path, f"scene=static;size={W}x{H};pointer=mono;pointer_hz=60", "--fps", "20", "--duration", "2",
                 "--crf", "1", "--preset", "ultrafast")
    assert_textures(run, driver)
    still = bt601(scene_picture("static", W, H))[0]
    different = np.abs(planes(tmp_path / "out.mp4", 25)[0] - still) > 24
    assert different.sum() <= 32 * 32


@pytest.mark.parametrize("size", ["320x240", "801x601"])
def test_another_size(wine, driver, tmp_path, size):
    run = record(wine, driver, tmp_path, f"scene=flip_demo;size={W}x{H};hz=60", "--fps", "30", "--frames", "20", "--size", size)
    assert_textures(run, driver)
    numbers = barcodes_of_file(tmp_path / "out.mp4")
    assert len(numbers) == 20
    assert copied(run) <= 2 * 2 * W * H * 4


def test_an_odd_region_repeats_its_edge(wine, driver, tmp_path):
    run = record(wine, driver, tmp_path, f"scene=static;size={W}x{H}", "--region", "0,0,201,151", *STILL)
    assert_textures(run, driver)
    picture = scene_picture("static", W, H)[:151, :201]
    assert_shows(tmp_path / "out.mp4", np.pad(picture, ((0, 1), (0, 1), (0, 0)), mode="edge"))


def test_a_lost_desktop_comes_back(wine, driver, tmp_path):
    run = record(wine, driver, tmp_path, f"scene=flip_demo;size={W}x{H};hz=60;fault=0.7:ACCESS_LOST:0.3:E_ACCESSDENIED", "--fps", "30",
                 "--duration", "3")
    assert_textures(run, driver)
    assert run.json()["frames"]["slots"] == 90
    numbers = barcodes_of_file(tmp_path / "out.mp4")
    assert len(numbers) == 90 and None not in numbers and numbers == sorted(numbers)


def test_hdr_goes_through_memory(wine, driver, tmp_path):
    run = record(wine, driver, tmp_path, f"scene=static;size={W}x{H};hdr=200", *STILL)
    encoder = run.json()["encoder"]
    assert (encoder["name"], encoder["input"]) == ("h264_nvenc", "memory")
    [tried] = encoder["tried"]
    assert tried["name"] == "h264_nvenc" and "textures" in tried["error"] and "HDR" in tried["error"]


def test_a_driver_that_does_not_open_is_told_once(wine, driver, tmp_path):
    run = record(wine, driver, tmp_path, f"scene=flip_demo;size={W}x{H};hz=60", "--fps", "30", "--frames", "30", encoder="auto",
                 settings="fail=no_session")
    encoder = run.json()["encoder"]
    assert (encoder["name"], encoder["input"]) == ("libx264", "memory")
    assert [tried["name"] for tried in encoder["tried"]] == ["h264_nvenc"]
    numbers = barcodes_of_file(tmp_path / "out.mp4")
    assert len(numbers) == 30 and None not in numbers and numbers == sorted(numbers)


def test_after_a_failure_x264_goes_on_from_memory(wine, driver, tmp_path):
    run = record(wine, driver, tmp_path, f"scene=flip_demo;size={W}x{H};hz=60", "--fps", "30", "--frames", "60", encoder="auto",
                 settings="fail=lost;after=20;swallow=2")
    statistics = run.json()
    encoder = statistics["encoder"]
    assert (encoder["name"], encoder["input"]) == ("libx264", "memory")
    assert [tried["name"] for tried in encoder["tried"]] == ["h264_nvenc"]
    assert statistics["frames"]["slots"] == 60
    assert encoder["lost_in_flight"] >= 2
    numbers = [n for file in statistics["files"] for n in barcodes_of_file(tmp_path / file["path"])]
    assert len(numbers) == 60 and None not in numbers and numbers == sorted(numbers)
