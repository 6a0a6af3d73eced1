"""`bench` and `stimulus` on a real Wayland compositor."""

import json
import os
import signal
import time

import pytest
from cli_driver import document
from rustcam_testing import SLOW, in_a_calm_run, ok_cli, start_cli, wait_until

QUICK = ["--duration", "1", "--warmup", "0.3", "--repeat", "1"]


def bench(sway, *args):
    return document(ok_cli("bench", *QUICK, "--json", *args, env=sway.env), "bench")


def stimuli_of(sway):
    """Process ids of stimuli in this session."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                command = file.read().split(b"\0")
            with open(f"/proc/{pid}/environ", "rb") as file:
                here = f"XDG_RUNTIME_DIR={sway.folder}".encode() in file.read().split(b"\0")
        except OSError:
            continue
        if here and b"stimulus" in command[1:2]:
            found.append(int(pid))
    return found


@pytest.mark.parametrize("stimulus", ["flip_demo", "mover"])
def test_what_arrives_agrees_with_what_was_presented(sway, stimulus):
    def check():
        result = bench(sway, "--stimulus", stimulus, "--hz", "30", "--mode", "all", "--pointer", "off")
        assert result["backend"] == "wayland"
        assert (result["stimulus"]["name"], result["stimulus"]["hz"]) == (stimulus, 30)
        assert result["stimulus"]["presented_fps"] == pytest.approx(30, rel=0.2)
        assert [r["mode"] for r in result["median"]] == ["grab", "latest", "frames", "record"]
        for each in result["median"]:
            assert each["missed_pct"] is not None
            if each["mode"] in ("frames", "record"):
                continue
            assert each["changed_pct"] >= 90
            arrived = each["unique_fps"] / each["presented_fps"] * 100
            assert arrived + each["missed_pct"] == pytest.approx(100, abs=8)

    in_a_calm_run(check)
    assert stimuli_of(sway) == []


def test_the_counter_is_read_on_a_scaled_and_turned_output(sway):
    sway.set(size=(768, 480), scale=1.5, transform="270")
    result = bench(sway, "--hz", "30")
    assert result["median"][0]["missed_pct"] is not None
    assert (result["output"]["width"], result["output"]["height"]) == (480, 768)


def test_none_measures_what_is_there(sway):
    result = bench(sway, "--stimulus", "none", "--timeout", "200")
    assert result["stimulus"] == {"name": "none", "hz": None, "presented_fps": None}
    assert result["median"][0]["valid_fps"] <= 2
    assert "no_frames" in [w["code"] for w in result["warnings"]]


def test_a_stimulus_tells_what_it_presented(sway):
    told = json.loads(ok_cli("stimulus", "mover", "--hz", "50", "--duration", "1", "--json", env=sway.env).stdout)
    assert told["schema"] == "rustcam.stimulus/1"
    assert 0 < told["presented"] <= 51
    assert 0 < told["presented_fps"] <= 52


def test_a_signal_leaves_no_stimulus_behind(sway):
    process = start_cli("bench", "--hz", "30", "--duration", "600", env=sway.env)
    wait_until(lambda: stimuli_of(sway), what="the stimulus", alive=process)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30 * SLOW)
    assert process.returncode == 0, err
    assert err.count(b"\n") == 1 and b"interrupted" in err
    assert stimuli_of(sway) == []


def test_a_compositor_that_dies(sway):
    process = start_cli("bench", "--hz", "30", "--duration", "3", "--repeat", "1", env=sway.env)
    wait_until(lambda: stimuli_of(sway), what="the stimulus", alive=process)
    time.sleep(0.5)
    sway.kill()
    _, err = process.communicate(timeout=60 * SLOW)
    assert process.returncode == 1
    assert b"rustcam-cli: error: " in err
    assert stimuli_of(sway) == []
