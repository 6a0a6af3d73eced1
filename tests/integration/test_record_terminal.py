"""Recordings whose terminal closes, whose keys are pressed, and who are asked to end more than once."""

import json
import os
import pathlib
import pty
import signal
import subprocess
import sys
import termios
import time

import pytest
from cli_driver import CLI, SLOW, SMALL, environment, probe, validate

RECORD = [CLI, "record", *SMALL, "--preset", "ultrafast", "--stats", "s.json"]


class Terminal:
    """A program with a controlling terminal of its own as its standard input, output and error."""

    def __init__(self, command, cwd, env=None):
        self.ours, theirs = pty.openpty()
        self.cwd = cwd
        # Opening a terminal makes it the session's own.
        self.process = subprocess.Popen(command, cwd=cwd, env=env or environment(), stdin=theirs, stdout=theirs, stderr=theirs,
                                        start_new_session=True,
                                        preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)))
        os.close(theirs)

    def wait_for(self, text, seconds=30):
        shown, until = b"", time.monotonic() + seconds * SLOW
        while text not in shown:
            assert time.monotonic() < until, shown
            shown += os.read(self.ours, 65536)

    def close(self):
        os.close(self.ours)

    def press(self, keys):
        os.write(self.ours, keys)

    def statistics(self, seconds=20, status=0):
        assert self.process.wait(seconds * SLOW) == status
        return statistics(self.cwd)


def statistics(folder):
    return validate(json.loads((folder / "s.json").read_text(encoding="utf-8")), "record")


def check_whole(path, stats):
    assert stats["error"] is None
    assert int(probe(path)["nb_read_frames"]) == stats["frames"]["slots"] - stats["frames"]["unencoded"] > 0


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_a_terminal_that_closes_ends_it_with_a_whole_file(tmp_path, name):
    terminal = Terminal([*RECORD, name], tmp_path)
    terminal.wait_for(b"fresh")
    terminal.close()
    stats = terminal.statistics()
    assert stats["ended_by"] == "signal"
    check_whole(tmp_path / name, stats)


def test_under_nohup_it_outlives_its_terminal(tmp_path):
    terminal = Terminal(["nohup", *RECORD, "--duration", "3", "a.mp4"], tmp_path)
    deadline = time.monotonic() + 20 * SLOW
    while not (tmp_path / "a.mp4").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    terminal.close()
    stats = terminal.statistics()
    assert stats["ended_by"] == "duration" and stats["frames"]["slots"] == 180
    check_whole(tmp_path / "a.mp4", stats)


@pytest.mark.parametrize("key", [b"q", b"Q"])
def test_q_ends_it(tmp_path, key):
    terminal = Terminal([*RECORD, "a.mp4"], tmp_path)
    terminal.wait_for(b"fresh")
    terminal.press(key)
    stats = terminal.statistics()
    assert stats["ended_by"] == "key"
    check_whole(tmp_path / "a.mp4", stats)
    terminal.close()


def test_ctrl_c_at_the_terminal_ends_it(tmp_path):
    terminal = Terminal([*RECORD, "a.mp4"], tmp_path)
    terminal.wait_for(b"fresh")
    terminal.press(b"\x03")
    stats = terminal.statistics()
    assert stats["ended_by"] == "signal"
    check_whole(tmp_path / "a.mp4", stats)
    terminal.close()


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_second_interrupt_cuts_a_slow_encoder_short(tmp_path):
    # Alone, one interrupt waits for forty pictures that this encoder holds, more than a second each.
    command = [CLI, "record", "--backend", "virtual", "-o", "flip_demo@1920x1080@60", "--encoder", "x264", "--preset", "placebo",
               "--fragment", "30", "--stats", "s.json", "-q", "a.mp4"]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment(), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    before = cpu_seconds(process.pid)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    # The pictures that were being encoded take 15 s of processor time; all those that it holds, 300.
    assert usage.ru_utime + usage.ru_stime - before < 75 * SLOW
    stats = statistics(tmp_path)
    assert stats["ended_by"] == "signal"
    check_whole(tmp_path / "a.mp4", stats)


def test_signals_upon_signals_still_leave_a_whole_file(tmp_path):
    process = subprocess.Popen([*RECORD, "-q", "a.mp4"], cwd=tmp_path, env=environment(), stdin=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    time.sleep(1.5 * SLOW)
    for _ in range(50):
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.002)
    assert process.wait(20 * SLOW) == 0
    check_whole(tmp_path / "a.mp4", statistics(tmp_path))


def wait_for(condition, what, seconds=20):
    until = time.monotonic() + seconds * SLOW
    while not condition():
        assert time.monotonic() < until, f"{what} did not happen"
        time.sleep(0.02)


def reads_lines(terminal):
    return bool(termios.tcgetattr(terminal.ours)[3] & termios.ICANON)


SHELL = """
import os, signal, sys, termios
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
lines = termios.tcgetattr(0)
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    if "background" not in sys.argv[1]:
        while os.tcgetpgrp(0) != os.getpid():
            pass
    os.execv(sys.argv[2], sys.argv[2:])
try:
    os.setpgid(child, child)
except PermissionError:
    pass  # it runs the program already, and has done this itself
if "background" in sys.argv[1]:
    sys.stdout.write("STOPPED"); sys.stdout.flush()
else:
    os.tcsetpgrp(0, child)
    assert os.WIFSTOPPED(os.waitpid(child, os.WUNTRACED)[1])
    os.tcsetpgrp(0, os.getpgrp())
    sys.stdout.write("STOPPED" if termios.tcgetattr(0)[3] == lines[3] else "MODE LEFT"); sys.stdout.flush()
    termios.tcsetattr(0, termios.TCSANOW, lines)
sys.stdin.readline()
os.tcsetpgrp(0, child)
os.kill(child, signal.SIGCONT)
status = os.waitpid(child, 0)[1]
os.tcsetpgrp(0, os.getpgrp())
sys.exit(os.waitstatus_to_exitcode(status) or (termios.tcgetattr(0)[3] != lines[3]) * 99)
"""
"""A shell of our own: Ctrl-Z (or a start in the background), then fg."""


@pytest.mark.parametrize("how", ["ctrl-z", "kill -STOP", "background"])
def test_q_works_again_in_the_foreground(tmp_path, how):
    terminal = Terminal([sys.executable, "-c", SHELL, how, *RECORD, "a.mp4"], tmp_path)
    if how != "background":
        terminal.wait_for(b"fresh")
        wait_for(lambda: not reads_lines(terminal), "the mode of single keys")
    if how == "ctrl-z":
        terminal.press(b"\x1a")
    elif how == "kill -STOP":
        [child] = pathlib.Path(f"/proc/{terminal.process.pid}/task/{terminal.process.pid}/children").read_text().split()
        os.kill(int(child), signal.SIGSTOP)
    # Stopped from outside, it could not give the mode back; shells do that themselves then.
    terminal.wait_for(b"MODE LEFT" if how == "kill -STOP" else b"STOPPED")
    terminal.press(b"\n")
    wait_for(lambda: not reads_lines(terminal), "the mode of single keys after fg")
    time.sleep(0.3)
    terminal.press(b"q")
    stats = terminal.statistics()
    assert stats["ended_by"] == "key"
    check_whole(tmp_path / "a.mp4", stats)
    assert reads_lines(terminal)
    terminal.close()


def test_a_person_is_told_what_is_recorded_where_to_and_how_to_stop(tmp_path):
    terminal = Terminal([*RECORD, "a.mp4"], tmp_path)
    terminal.wait_for(b"recording mover@320x240@60 to a.mp4; q or Ctrl-C ends it\r\n")
    terminal.press(b"q")
    terminal.statistics()
    terminal.close()


@pytest.mark.parametrize("more", [["-q"], ["--progress", "json"]])
def test_who_asked_for_silence_or_json_is_not(tmp_path, more):
    terminal = Terminal([*RECORD, "--frames", "30", *more, "a.mp4"], tmp_path)
    shown = b""
    try:
        while True:
            shown += os.read(terminal.ours, 65536)
    except OSError:  # the other side has closed it
        pass
    terminal.statistics()
    assert b"recording mover" not in shown
    terminal.close()


def test_a_person_is_told_that_a_dead_x_server_is_awaited(tmp_path, x_server):
    server = x_server(size=(320, 200))
    terminal = Terminal([CLI, "record", "--preset", "ultrafast", "--stats", "s.json", "a.mp4"], tmp_path, server.env)
    terminal.wait_for(b" to a.mp4; q or Ctrl-C ends it")
    server.stop()
    terminal.wait_for(b"waiting for the screen")
    terminal.press(b"q")
    assert terminal.statistics()["ended_by"] == "key"
    terminal.close()
