"""What the Windows program's own FFmpeg can write, read back by the one of this machine."""

import json
import subprocess

import pytest

from frames import barcodes_of_file


def video_of(path):
    out = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-of", "json", "-show_streams",
                          str(path)], stdout=subprocess.PIPE, check=True).stdout
    return json.loads(out)["streams"][0]


def test_encoders_that_need_a_driver_are_there_and_say_what_is_missing(wine):
    run = wine.run("list", "encoders", "--json")
    assert run.status == 0, run.stderr
    found = {e["name"]: e for e in run.json()["encoders"]}
    for name in ("libx264", "libvpx-vp9", "ffv1", "mjpeg", "gif", "rawvideo"):
        assert found[name]["opens"], found[name]
    for name in ("h264_nvenc", "hevc_nvenc", "av1_nvenc"):
        assert not found[name]["opens"] and found[name]["hardware"]
        assert "nvcuda.dll" in found[name]["error"]
    for name in ("h264_mf", "hevc_mf"):
        assert not found[name]["opens"] and found[name]["error"]


@pytest.mark.parametrize("name,codec,arguments", [
    ("a.mp4", "h264", []), ("a.mov", "h264", []), ("a.mkv", "h264", []), ("a.nut", "h264", []), ("a.ts", "h264", []),
    ("a.webm", "vp9", []), ("a.gif", "gif", []), ("b.mov", "rawvideo", ["--encoder", "rawvideo", "--pixel-format", "bgra"]),
    ("b.mkv", "ffv1", ["--encoder", "ffv1"])])
def test_every_container_is_read_elsewhere(wine, tmp_path, name, codec, arguments):
    run = wine.run("record", "--backend", "virtual", "-o", "flip_demo@640x480@30", "--frames", "20", "--json", *arguments,
                   name, cwd=tmp_path)
    assert run.status == 0, run.stderr
    written = 20 - run.json()["frames"]["unencoded"]
    found = video_of(tmp_path / name)
    assert found["codec_name"] == codec
    assert int(found["nb_read_frames"]) == written
    numbers = barcodes_of_file(tmp_path / name, repeats=False)
    assert None not in numbers and numbers == sorted(numbers)
    assert len(numbers) == written
    if codec in ("h264", "vp9"):
        assert [found[f"color_{field}"] for field in ("space", "transfer", "primaries")] == ["bt709"] * 3
        assert found["color_range"] == "tv"
