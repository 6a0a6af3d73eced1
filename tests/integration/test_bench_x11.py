"""`bench` on a real X server, with its stimulus as a process of its own."""

import os
import signal
import subprocess
import time

import pytest
from cli_driver import document, one_line
from rustcam_testing import CLI, SLOW, in_a_calm_run, ok_cli, run_cli, spawn, start_cli, wait_until

QUICK = ["--duration", "1.5", "--warmup", "0.3", "--repeat", "1"]


def bench(screen, *args):
    return document(ok_cli("bench", *QUICK, "--json", *args, env=screen.env), "bench")


def stimuli_of(server):
    """Process ids of stimuli on this display."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                command = file.read().split(b"\0")
            with open(f"/proc/{pid}/environ", "rb") as file:
                display = f"DISPLAY={server.display}".encode() in file.read().split(b"\0")
        except OSError:
            continue
        if display and b"stimulus" in command[1:2]:
            found.append(int(pid))
    return found


@pytest.mark.parametrize("stimulus", ["flip_demo", "mover"])
def test_what_arrives_agrees_with_what_was_presented(screen, stimulus):
    def check():
        result = bench(screen, "--stimulus", stimulus, "--hz", "30", "--mode", "all", "--pointer", "both")
        assert result["backend"] == "x11"
        assert result["stimulus"]["name"] == stimulus
        assert result["stimulus"]["hz"] == 30
        assert result["stimulus"]["presented_fps"] == pytest.approx(30, rel=0.2)
        assert [r["mode"] for r in result["median"]] == ["grab", "grab", "latest", "latest", "frames", "frames", "record", "record"]
        for each in result["median"]:
            assert each["missed_pct"] is not None
            if each["mode"] in ("frames", "record"):
                continue
            assert each["changed_pct"] >= 90
            arrived = each["unique_fps"] / each["presented_fps"] * 100
            assert arrived + each["missed_pct"] == pytest.approx(100, abs=8)

    in_a_calm_run(check)
    assert stimuli_of(screen) == []


def test_a_region_without_the_counter(screen):
    result = bench(screen, "--hz", "30", "--region", "600,400,900,600")
    only = result["median"][0]
    assert only["missed_pct"] is None
    assert only["unique_fps"] > 5
    assert "counter_unread" in [w["code"] for w in result["warnings"]]


def test_none_measures_what_is_there(screen):
    result = bench(screen, "--stimulus", "none", "--timeout", "200")
    assert result["stimulus"] == {"name": "none", "hz": None, "presented_fps": None}
    assert result["median"][0]["valid_fps"] <= 1
    assert "no_frames" in [w["code"] for w in result["warnings"]]


def test_more_than_the_machine_can_show_is_told(x_server):
    # 33 GB of pixels a second: an idle machine can show a small screen a thousand times.
    result = bench(x_server(size=(3840, 2160)), "--hz", "1000")
    assert "stimulus_slow" in [w["code"] for w in result["warnings"]]
    assert result["stimulus"]["presented_fps"] < 990


# Seconds after the stimulus has come: while it is waited for, and in the first run.
@pytest.mark.parametrize("moment", [0, 1])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("to_group", [False, True])
def test_a_signal_leaves_no_stimulus_behind(screen, number, to_group, moment):
    """A terminal sends Ctrl-C to all of the group."""
    process = start_cli("bench", "--hz", "30", "--duration", "600", env=screen.env, start_new_session=True)
    wait_until(lambda: stimuli_of(screen), what="the stimulus", alive=process)
    time.sleep(moment)
    if to_group:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    out, err = process.communicate(timeout=30 * SLOW)
    assert process.returncode == 0, err
    assert out == b""
    assert err.count(b"\n") == 1 and b"interrupted" in err
    assert stimuli_of(screen) == []


def test_a_killed_bench_leaves_no_stimulus_behind(screen):
    process = start_cli("bench", "--hz", "30", "--duration", "600", env=screen.env)
    wait_until(lambda: stimuli_of(screen), what="the stimulus", alive=process)
    process.kill()
    process.communicate()
    wait_until(lambda: not stimuli_of(screen), what="the stimulus's end")


def test_a_stimulus_that_ends_is_an_error(screen):
    process = start_cli("bench", "--hz", "30", "--duration", "3", "--repeat", "1", env=screen.env)
    wait_until(lambda: stimuli_of(screen), what="the stimulus", alive=process)
    time.sleep(1)
    for pid in stimuli_of(screen):
        os.kill(pid, signal.SIGTERM)
    out, err = process.communicate(timeout=60 * SLOW)
    line = one_line(subprocess.CompletedProcess([], process.returncode, out, err), 1)
    assert "stimulus" in line


def test_a_display_that_dies(x_server):
    server = x_server(size=(640, 480))
    process = spawn([CLI, "bench", "--hz", "30", "--duration", "3", "--repeat", "1"], env=server.env,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: stimuli_of(server), what="the stimulus", alive=process)
    time.sleep(1)
    server.stop()
    _, err = process.communicate(timeout=90 * SLOW)
    assert process.returncode == 1
    assert b"rustcam-cli: error: " in err
    assert stimuli_of(server) == []


def test_a_display_that_is_not_there():
    result = run_cli("bench", env={**os.environ, "DISPLAY": ":4095"})
    one_line(result, 1)
