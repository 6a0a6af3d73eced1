"""--region ask: slurp or slop chooses. Programs of these names that answer at once stand in for them."""
import os
import signal
import subprocess
import time

import pytest

from rustcam_testing import CLI, environment, run_cli as run

SHOT = ("shot", "--backend", "virtual", "-o", "static@320x240", "--region", "ask", "--format", "raw", "-")
WAYLAND = {"WAYLAND_DISPLAY": "wayland-test"}


def tool(folder, name, script):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def test_slurp_chooses_in_a_wayland_session(tmp_path):
    path = tool(tmp_path, "slurp", "echo '10,20 30x40'")
    result = run(*SHOT, env=environment(PATH=path, **WAYLAND))
    assert result.returncode == 0, result.stderr
    whole = run("shot", "--backend", "virtual", "-o", "static@320x240", "--region", "10,20,40,60", "--format", "raw", "-")
    assert result.stdout == whole.stdout and len(result.stdout) == 30 * 40 * 4


def test_slop_chooses_elsewhere(tmp_path):
    path = tool(tmp_path, "slop", '[ "$1 $2" = "-f %g" ] && echo 30x40+10+20')
    result = run(*SHOT, env=environment(PATH=path))
    assert result.returncode == 0 and len(result.stdout) == 30 * 40 * 4, result.stderr


@pytest.mark.parametrize("extra, name", [(WAYLAND, "slurp"), ({}, "slop")])
def test_what_is_missing_is_named(tmp_path, extra, name):
    result = run(*SHOT, env=environment(PATH=str(tmp_path), **extra))
    assert result.returncode == 1
    assert f"install the package {name}" in result.stderr.decode() and result.stderr.count(b"\n") == 1


def test_cancelled_is_exit_status_1(tmp_path):
    path = tool(tmp_path, "slurp", "echo 'selection cancelled' >&2; exit 1")
    result = run(*SHOT, env=environment(PATH=path, **WAYLAND))
    assert result.returncode == 1 and b"slurp was cancelled" in result.stderr and not result.stdout


def test_an_answer_that_is_no_region_is_told(tmp_path):
    path = tool(tmp_path, "slurp", "echo nonsense")
    result = run(*SHOT, env=environment(PATH=path, **WAYLAND))
    assert result.returncode == 1 and b"no region" in result.stderr


def test_a_signal_ends_the_choice_and_the_tool(tmp_path):
    started = tmp_path / "started"
    path = tool(tmp_path, "slurp", f"echo $$ > {started}; exec sleep 600")
    process = subprocess.Popen([CLI, *SHOT], env=environment(PATH=path, **WAYLAND), stdout=subprocess.PIPE)
    while not (started.exists() and started.read_text().strip()):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0 and out == b""
    pid = int(started.read_text())
    for _ in range(600):
        if not os.path.exists(f"/proc/{pid}"):
            return
        time.sleep(0.05)
    raise AssertionError("slurp was left behind")
