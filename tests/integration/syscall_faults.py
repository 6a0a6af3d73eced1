"""Faults at chosen system calls of the real program, injected by strace; and what a file holds, by its own boxes."""

import os
import pathlib
import re
import struct
import subprocess

import pytest
from cli_driver import CLI, SLOW, environment

SANITIZED = bool(os.environ.get("RUSTCAM_SANITIZE"))


def can_trace():
    """Some containers allow no ptrace; sanitizers' own checks at exit do not work under it."""
    return not SANITIZED and subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], stderr=subprocess.DEVNULL).returncode == 0


needs_strace = pytest.mark.skipif(not can_trace(), reason="no system call can be traced here")

_CALL = re.compile(r'^\d+ +(\w+)\(\d+(?:, "((?:\\x[0-9a-f]{2})*)")?')


def strace(log, calls, injections, paths=()):
    """The words before a command; hexadecimal text of the first 8 bytes written goes to `log`. With `paths`, only calls upon these
    files are traced and counted. (With --seccomp-bpf, which is faster, strace 6.1 miscounts `when`.)"""
    words = ["strace", "-f", "-qq", "-xx", "-s", "8", "-o", log, "-e", f"trace={calls}"]
    for path in paths:
        words += ["-P", str(path)]
    for injection in injections:
        words += ["-e", f"inject={injection}"]
    return words


def run_with(tmp_path, injections, *args, **more):
    """`rustcam-cli ARGS` with faults; the result, and the traced calls as (name, first bytes written)."""
    return trace(tmp_path, injections, CLI, *args, **more)


def trace(tmp_path, injections, *command, calls="pwrite64,fdatasync,ftruncate", cwd=None, paths=()):
    """The same for any program."""
    log = tmp_path / "strace.log"
    result = subprocess.run([*strace(str(log), calls, injections, paths), *map(str, command)], cwd=cwd or tmp_path, env=environment(),
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120 * SLOW)
    made = [_CALL.match(line) for line in log.read_text(encoding="ascii").splitlines()]
    log.unlink()
    return result, [(m[1], bytes.fromhex((m[2] or "").replace("\\x", ""))) for m in made if m]


def boxes(data):
    """The boxes of an MP4, as (type, content)."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        assert size >= head and at + size <= len(data), f"a {kind} box of {size} bytes at {at} of {len(data)}"
        yield kind.decode("latin-1"), data[at + head:at + size]
        at += size
    assert at == len(data)


def samples_in_fragments(path, track=1):
    """How many samples of a track the fragments of an MP4 hold."""
    total = 0
    for kind, fragment in boxes(pathlib.Path(path).read_bytes()):
        for inner, part in boxes(fragment) if kind == "moof" else ():
            leaves = list(boxes(part)) if inner == "traf" else []
            if ("tfhd", track) in [(leaf, struct.unpack_from(">I", content, 4)[0]) for leaf, content in leaves]:
                total += sum(struct.unpack_from(">I", content, 4)[0] for leaf, content in leaves if leaf == "trun")
    return total
