"""An X server without -noreset: it starts anew whenever its last client leaves, and drops whoever connects meanwhile."""

import json
import re
import subprocess

import pytest
from rustcam_testing import CLI, SANITIZE, SLOW, XServer, ok_cli
from syscall_faults import needs_strace

# As xvfb-run starts it: our XServer's own -noreset is undone by the option behind it.
RESETTING = ("-reset",)


@pytest.fixture(name="server", scope="module")
def resetting_server():
    with XServer(size=(320, 240), args=RESETTING) as server:
        yield server


COMMANDS = {
    "shot": ("shot", "--force", "shot.png"),
    "shot_all": ("shot", "--all", "--force", "all.png"),
    "record": ("record", "-q", "--force", "--frames", "2", "--encoder", "rawvideo", "--format", "rawvideo", "out.raw"),
    "list": ("list", "--json"),
    "windows": ("list", "windows"),
    "devices": ("list", "devices"),
    "backends": ("list", "backends"),
    "doctor": ("doctor", "--json"),
    "stimulus": ("stimulus", "mover", "--duration", "0.05", "--json"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_finds_the_server_each_time(server, tmp_path, name):
    for _ in range(3 if SANITIZE else 8):
        ok_cli(*COMMANDS[name], env=server.env, cwd=tmp_path)


def test_commands_that_come_and_go_together_find_it_too(server, tmp_path):
    for _ in range(2 if SANITIZE else 4):
        several = [subprocess.Popen([CLI, "list", "--json"], env=server.env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                   for _ in range(6)]
        for each in several:
            out, text = each.communicate(timeout=60 * SLOW)
            assert each.returncode == 0, text.decode()
            assert json.loads(out)["outputs"][0]["name"] == "screen"


@needs_strace
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_connects_once(server, tmp_path, name):
    assert connections(server, tmp_path, *COMMANDS[name]) == 1


@needs_strace
def test_a_measurement_connects_once_for_itself_and_once_for_its_stimulus(server, tmp_path):
    times = ("--duration", "0.1", "--warmup", "0", "--repeat", "1", "--hz", "30", "--pointer", "both", "--mode", "all")
    assert connections(server, tmp_path, "bench", *times, "--stimulus", "none") == 1
    assert connections(server, tmp_path, "bench", *times, "--stimulus", "mover") == 2


def connections(server, tmp_path, *args):
    """How many connections to the X server a command opened, its child processes' included."""
    log = tmp_path / "strace.log"
    result = subprocess.run(["strace", "-f", "-qq", "-o", str(log), "-e", "trace=connect", CLI, *args], env=server.env, cwd=tmp_path,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    assert result.returncode == 0, result.stderr.decode()
    socket = rf'/tmp/\.X11-unix/X{server.display[1:]}"'
    return len([line for line in log.read_text(encoding="utf-8").splitlines() if re.search(rf"{socket}.*\) = 0$", line)])
