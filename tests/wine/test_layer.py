"""What the layer answers and counts: other tests rely on it."""

import pytest

from frames import count_frames
from wine_bed import LAYER

PROBE = LAYER / "layer_probe.exe"
# The probe's textures are of 64x32 pixels, its boxes of 10x5, its constants of 48 bytes.
WHOLE, BOX, CONSTANTS = 64 * 32 * 4, 10 * 5 * 4, 48
MULTITHREAD = {"d3d10_multithread": True, "d3d11_multithread": True}


def test_ways_of_copying_are_told_apart_and_counted(wine):
    run = wine.run(program=PROBE, layer="")
    assert run.status == 0, run.stderr
    assert run.report["cpu_copies"] == {
        "map": {"calls": 1, "bytes": WHOLE},
        "to_staging": {"calls": 4, "bytes": 2 * WHOLE + 2 * BOX},
        "update_subresource": {"calls": 3, "bytes": WHOLE + 2 * BOX},
        "initial_data": {"calls": 1, "bytes": WHOLE},
        "buffers": {"calls": 2, "bytes": 2 * CONSTANTS},
    }


def test_a_device_has_what_ffmpeg_demands(wine):
    run = wine.run(program=PROBE, layer="")
    assert run.status == 0, run.stderr
    assert run.json() == {"video_device": True, "video_context": True, **MULTITHREAD, "same_object": True, "profiles": 0,
                          "refusal": 0x80004001}
    # Newer Wines have the interfaces, and refuse as well.
    counts = run.report["counts"]
    assert counts.get("video_refused", 0) == counts.get("video_device", 0)


def test_a_device_without_video_interfaces(wine):
    run = wine.run(program=PROBE, layer="no_video=1")
    assert run.status == 0, run.stderr
    assert run.json() == {"video_device": False, "video_context": False, **MULTITHREAD}


@pytest.mark.parametrize("region", [None, (320, 240)])
def test_a_recording_through_memory_copies_what_it_shows(wine, tmp_path, region):
    """Every pixel of the desktop changes with each update, so each one that is read comes whole."""
    options = ["--region", f"0,0,{region[0]},{region[1]}"] if region else []
    run = wine.run("record", "--json", "--encoder", "x264", "--preset", "ultrafast", "--fps", "30", "--frames", "30", *options,
                   "out.mkv", layer="scene=gradient;size=640x480", cwd=tmp_path)
    assert run.status == 0, run.stderr
    run.assert_clean()
    assert count_frames(tmp_path / "out.mkv") == 30 - run.json()["frames"]["unencoded"]
    whole = 640 * 480 * 4
    read = region[0] * region[1] * 4 if region else whole
    copies = run.report["cpu_copies"]
    calls = copies["to_staging"]["calls"]
    assert calls >= run.json()["frames"]["fresh"] > 0
    # Before its encoder is open, the program reads all of the screen.
    assert copies["to_staging"]["bytes"] in {n * whole + (calls - n) * read for n in (0, 1, 2)}
    assert copies["map"]["calls"] == calls
    assert copies["map"]["bytes"] == calls * whole
    # The desktop's own drawing is not the program's.
    assert copies["update_subresource"] == {"calls": 0, "bytes": 0}
    # What the program took in that time, and what of it was the layer's.
    capture = run.report["capture"]
    assert capture["wall_s"] > 0.9 and capture["cpu_s"] > 0
    assert 0 < capture["drawing_s"] < capture["wall_s"]
