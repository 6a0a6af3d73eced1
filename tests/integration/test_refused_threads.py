"""A system that gives no more threads, at each thread that a command starts: it ends in order, or does without."""

import concurrent.futures
import os
import subprocess

import pytest
from cli_driver import CLI, SLOW, SMALL, environment, probe
from syscall_faults import needs_strace, strace

QUICK = ["--preset", "ultrafast"]
COMMANDS = {
    "mp4": ["record", *SMALL, *QUICK, "--frames", "10", "--timestamps", "t.jsonl", "a.mp4"],
    "mkv": ["record", *SMALL, *QUICK, "--frames", "10", "a.mkv"],
    "y4m": ["record", *SMALL, "--frames", "10", "a.y4m"],
    "shot": ["shot", *SMALL, "a.png"],
    "bench": ["bench", *SMALL, "--mode", "grab", "--duration", "0.2", "--warmup", "0", "--repeat", "1"],
}
THREAD = "clone3,clone"


def run(folder, command, injections):
    """The command under strace: exit status, what stderr got, and how many threads were asked for."""
    log = folder / "strace.log"
    done = subprocess.run([*strace(str(log), THREAD, injections), CLI, *map(str, command)], cwd=folder, env=environment(),
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=120 * SLOW)
    asked = sum(" clone" in line and "resumed" not in line for line in log.read_text(encoding="ascii").splitlines())
    log.unlink()
    return done.returncode, done.stderr.decode(), asked


def one_refused(folder, command, number):
    folder.mkdir()
    return *run(folder, command, [f"clone3:error=EAGAIN:when={number}"])[:2], sorted(os.listdir(folder))


@needs_strace
@pytest.mark.parametrize("name", COMMANDS)
def test_a_thread_that_is_refused_ends_it_in_order(tmp_path, name):
    command = COMMANDS[name]
    (tmp_path / "all").mkdir()
    status, said, threads = run(tmp_path / "all", command, [])
    assert status == 0, said
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda n: one_refused(tmp_path / str(n), command, n), range(1, threads + 1)))
    refusals = 0
    for number, (status, said, left) in enumerate(runs, 1):
        told = f"thread {number} of {threads}: {status}, {left}: {said}"
        assert status in (0, 1), told
        if status == 0:
            path = tmp_path / str(number) / command[-1]
            if path.suffix in (".mp4", ".mkv", ".y4m"):
                assert int(probe(path)["nb_read_frames"]) > 0, told
            continue
        refusals += 1
        assert sum("rustcam-cli: error: " in line for line in said.splitlines()) == 1, told
        assert "internal error" not in said and "terminate" not in said, told
        assert left == [], told
    assert refusals > 0


@needs_strace
def test_no_thread_at_all(tmp_path):
    for number, command in enumerate(COMMANDS.values()):
        folder = tmp_path / str(number)
        folder.mkdir()
        status, said, _ = run(folder, command, ["clone3:error=EAGAIN"])
        assert status == 1 and "cannot start a thread" in said and "ulimit -u" in said
        assert os.listdir(folder) == []
