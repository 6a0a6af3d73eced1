"""FFmpeg's libraries are loaded by who needs them, and their absence is told as any other failure."""

import ctypes.util
import platform
import sys

import pytest
from cli_driver import SMALL, document, environment, ok, one_line, run

pytestmark = pytest.mark.skipif(sys.platform != "linux" or platform.machine() != "x86_64",
                                reason="elsewhere the system's loader brings FFmpeg in at the start")


@pytest.fixture(name="broken")
def _broken(tmp_path):
    """An environment in which FFmpeg's libraries are found, and are no libraries."""
    folder = tmp_path / "broken"
    folder.mkdir()
    for library in ("avutil", "avcodec", "avformat", "swscale"):
        (folder / ctypes.util.find_library(library)).write_bytes(b"")
    return environment(LD_LIBRARY_PATH=str(folder))


@pytest.mark.parametrize("name", ["a.png", "a.qoi", "a.bmp", "a.ppm"])
def test_a_picture_needs_no_ffmpeg(tmp_path, broken, name):
    ok("shot", *SMALL, tmp_path / name, env=broken)
    assert (tmp_path / name).stat().st_size > 100


def test_help_and_the_list_of_outputs_need_no_ffmpeg(broken):
    ok("--help", env=broken)
    ok("list", "outputs", "--backend", "virtual", env=broken)


def test_doctor_tells_it_among_all_else(broken, tmp_path):
    result = run("doctor", "--backend", "virtual", "--json", env=broken, cwd=tmp_path)
    assert result.returncode == 1, result.stderr.decode()
    checks = {each["name"]: each for each in document(result, "doctor")["checks"]}
    assert checks["FFmpeg"]["ok"] is False and "install" in checks["FFmpeg"]["fix"]
    assert checks["display"]["ok"] and "timer" in checks


@pytest.mark.parametrize("command", [["record", *SMALL, "--frames", "2", "a.mp4"], ["shot", *SMALL, "a.jpg"]])
def test_what_needs_ffmpeg_says_that_it_cannot_be_loaded(tmp_path, broken, command):
    text = one_line(run(*command, cwd=tmp_path, env=broken), 1)
    assert text.startswith("cannot load FFmpeg: ") and "; install " in text
    assert [each.name for each in tmp_path.iterdir()] == ["broken"]
