"""VAAPI as far as a machine without a GPU goes: why it does not open, and that x264 is used instead. Nobody has run it on a GPU."""

import json
import shutil
import subprocess

import pytest

from rustcam_testing import CLI

SMALL = ["--backend", "virtual", "-o", "mover@320x240@60"]

# A /dev of its own with nodes behind which there is no GPU.
GPU_OF_STRAW = """
mount -t tmpfs none /dev && mkdir /dev/dri /dev/shm && mknod -m 666 /dev/null c 1 3 && mknod -m 666 /dev/zero c 1 5 &&
mknod -m 666 /dev/urandom c 1 9 && : > /dev/dri/card0 && : > /dev/dri/renderD128 && : > /dev/dri/renderD129 && exec "$@"
"""
WITHOUT_GPU = """
mount -t tmpfs none /dev && mkdir /dev/shm && mknod -m 666 /dev/null c 1 3 && mknod -m 666 /dev/zero c 1 5 &&
mknod -m 666 /dev/urandom c 1 9 && exec "$@"
"""


def inside(script, *arguments, **more):
    command = ["unshare", "--mount", "sh", "-c", script, "sh", CLI, *arguments]
    return subprocess.run([str(each) for each in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False, **more)


@pytest.fixture(autouse=True)
def may_mount():
    if not shutil.which("unshare") or subprocess.run(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL, check=False).returncode:
        pytest.skip("no right to a /dev of one's own")


@pytest.fixture(autouse=True)
def has_vaapi():
    result = inside(WITHOUT_GPU, "list", "encoders", "--json")
    if "h264_vaapi" not in result.stdout:
        pytest.skip("FFmpeg here has no VAAPI")


@pytest.mark.parametrize("machine, reason", [(WITHOUT_GPU, ["no GPU", "/dev/dri"]), (GPU_OF_STRAW, ["/dev/dri/renderD128: ", "/dev/dri/renderD129: ", "driver"])])
def test_where_no_gpu_encodes_auto_falls_back_and_says_why(tmp_path, machine, reason):
    result = inside(machine, "record", *SMALL, "--frames", 5, "--json", "a.mp4", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    encoder = document["encoder"]
    assert encoder["name"] == "libx264" and not encoder["hardware"] and encoder["input"] == "memory"
    assert [tried["name"] for tried in encoder["tried"]] == ["h264_nvenc", "h264_vaapi"]
    assert all(part in encoder["tried"][1]["error"] for part in reason)
    assert document["frames"]["slots"] == 5


@pytest.mark.parametrize("name", ["h264_vaapi", "hevc_vaapi"])
def test_asked_for_by_name_it_ends_with_the_reason(tmp_path, name):
    result = inside(GPU_OF_STRAW, "record", *SMALL, "--frames", 5, "--encoder", name, "a.mkv", cwd=tmp_path)
    assert result.returncode == 1
    assert name in result.stderr and "renderD128" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_formats_and_options_that_it_does_not_take_are_wrong_usage(tmp_path):
    for wrong in (["--pixel-format", "yuv444p"], ["--encoder-option", "no-such=1"], ["--crf", "52"]):
        result = inside(WITHOUT_GPU, "record", *SMALL, "--frames", 5, "--encoder", "h264_vaapi", *wrong, "a.mkv", cwd=tmp_path)
        assert result.returncode == 2, wrong


def test_the_list_says_why_it_does_not_open():
    for machine, reason in ((WITHOUT_GPU, "/dev/dri"), (GPU_OF_STRAW, "renderD128")):
        listed = json.loads(inside(machine, "list", "encoders", "--json").stdout)["encoders"]
        found = {each["name"]: each for each in listed}
        for name in ("h264_vaapi", "hevc_vaapi"):
            assert found[name]["hardware"] and not found[name]["opens"] and reason in found[name]["error"]
