"""Recordings whose writes fail, and whether what is told of them is what is in the file. As a program, everything that can
fail: every call of a recording that puts bytes on the disk, for every container, with every error, and disks of many sizes."""

import argparse
import collections
import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from cli_driver import CLI, SLOW, environment, validate
from disks import ext2, tmpfs
from syscall_faults import can_trace, trace

SOURCE = ["--backend", "virtual", "-o", "gradient@160x120@50", "--no-cursor", "--fps", "50"]
FAST = ["--encoder", "x264", "--preset", "ultrafast"]
HEAVY = [*FAST, "--encoder-option", "x264-params=filler=1:nal-hrd=cbr", "--bitrate", "8M", "--encoder-option", "maxrate=8M",
         "--encoder-option", "bufsize=1M"]


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of file: its name, and the options with which it is recorded, for little data and for much."""
    name: str
    quick: tuple = tuple(FAST)
    heavy: tuple = tuple(HEAVY)
    picture_bytes: int = 0  # of raw files

    @property
    def label(self):
        return self.name + (" without fragments" if "off" in self.quick else "")


_RAW = dict(quick=(), heavy=())
KINDS = [Kind("a.mp4"), Kind("a.mov"), Kind("a.mkv"), Kind("a.ts"), Kind("a.nut"),
         Kind("a.webm", ("--preset", "ultrafast"), ("--preset", "ultrafast", "--bitrate", "8M")),
         Kind("a.gif", (), ()),
         Kind("classic.mp4", (*FAST, "--fragment", "off"), (*HEAVY, "--fragment", "off")),
         Kind("a.y4m", picture_bytes=160 * 120 * 3 // 2 + len("FRAME\n"), **_RAW),
         Kind("a.raw", picture_bytes=160 * 120 * 4, **_RAW)]

# Its pictures are shown in another order than they are written.
REORDERED = Kind("reordered.mkv", (*FAST, "--encoder-option", "bf=3"), (*HEAVY, "--encoder-option", "bf=3"))

WRITES = ("pwrite64", "write", "fallocate", "fdatasync", "ftruncate", "close")


def pictures(path, kind):
    """How many pictures a reader gets out of a file, and how long it takes to show them, in seconds (None: no times)."""
    if kind.picture_bytes:
        data = path.read_bytes()
        head = data.index(b"\n") + 1 if path.suffix == ".y4m" else 0
        count, rest = divmod(len(data) - head, kind.picture_bytes)
        assert rest == 0, f"{path.name} ends within a picture"
        return count, None
    out = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-count_frames", "-show_entries",
                          "stream=nb_read_frames:packet=pts_time", "-of", "json", str(path)], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, check=True)
    found = json.loads(out.stdout)
    # FFmpeg looks for an index at the end of nut, which a file that was cut short has not.
    complaints = [line for line in out.stderr.decode().splitlines() if not re.search(r"read_timestamp.* failed", line)]
    assert not complaints, complaints
    times = [float(packet["pts_time"]) for packet in found["packets"]]
    return int(found["streams"][0]["nb_read_frames"]), max(times) - min(times) + 1 / 50


def compare(folder, kind, result, want_failure=True):
    """Holds the statistics of a recording into `folder` against what is there; returns (statistics, pictures)."""
    path = folder / kind.name
    left = sorted(each for each in os.listdir(folder) if each != "lost+found" and not each.startswith("filler"))
    said = result.stderr.decode()
    assert result.returncode in ((1,) if want_failure else (0, 1)), (result.returncode, said)
    if result.returncode == 1:
        assert sum(line.startswith("rustcam-cli: error: ") for line in said.splitlines()) == 1, said
    if not result.stdout:
        assert left == [], f"{left} stayed of a recording that never began"
        return None, 0
    stats = validate(json.loads(result.stdout), "record")
    frames = stats["frames"]
    assert frames["slots"] == frames["fresh"] + frames["repeated"]
    assert abs(stats["duration_s"] - frames["slots"] / 50) < 1e-6
    if frames["slots"] == 0:
        assert left == [] and stats["files"] == [], f"{left} stayed of no slots"
        return stats, 0
    assert left == [kind.name]
    count, seconds = pictures(path, kind)
    told = frames["slots"] - frames["unencoded"]
    assert count == told, f"{count} pictures, {told} told"
    assert sum(file["slots"] for file in stats["files"]) == frames["slots"]
    assert stats["files"][0]["bytes"] == path.stat().st_size
    if seconds is not None:
        assert abs(seconds - stats["duration_s"]) < 0.006, f"{seconds} s, {stats['duration_s']} s told"
    assert f"{count} frames" in said, said
    return stats, count


def recording(kind, path, *more, heavy=False):
    return [CLI, "record", *SOURCE, *(kind.heavy if heavy else kind.quick), "--json", *map(str, more), str(path)]


def with_fault(folder, kind, injections, frames=30):
    """Records with faults at chosen calls upon the file; (result, the calls that were made)."""
    target = folder / "target"
    target.mkdir()
    path = target / kind.name
    try:
        result, calls = trace(folder, injections, *recording(kind, path, "--frames", frames), calls=",".join(WRITES),
                              paths=[path])
        return *compare(target, kind, result, want_failure=False), result, [name for name, _ in calls]
    finally:
        shutil.rmtree(target)


def _run(command, prefix=()):
    return subprocess.run([*prefix, *command], env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120 * SLOW)


def with_limit(folder, kind, limit):
    """Records until a limit on the size of files (RLIMIT_FSIZE, bytes)."""
    target = folder / "target"
    target.mkdir()
    try:
        return compare(target, kind, _run(recording(kind, target / kind.name, "--duration", 60, heavy=True),
                                          ["prlimit", f"--fsize={limit}"]))
    finally:
        shutil.rmtree(target)


def with_max_size(folder, kind, size):
    """Records with --max-size (bytes); (statistics, pictures, size of the file)."""
    target = folder / "target"
    target.mkdir()
    path = target / kind.name
    try:
        result = _run(recording(kind, path, "--duration", 60, "--max-size", size, heavy=True))
        assert result.returncode == 0, result.stderr.decode()
        return *compare(target, kind, result, want_failure=False), path.stat().st_size
    finally:
        shutil.rmtree(target)


def on_disk(disk, kind, leave=None):
    """Records until `disk` is full; with `leave`, it is filled before so that so many bytes are left."""
    if leave is not None:
        free = os.statvfs(disk)
        (disk / "filler").write_bytes(bytes(max(free.f_bavail * free.f_frsize - leave, 0)))
    try:
        return compare(disk, kind, _run(recording(kind, disk / kind.name, "--duration", 60, heavy=True)))
    finally:
        for each in disk.iterdir():
            if each.name != "lost+found":
                each.unlink()


def never_larger(folder, kind, size):
    stats, pictures, found = with_max_size(folder, kind, size)
    assert stats["ended_by"] == "size", stats["ended_by"]
    exceeded = "max_size_exceeded" in [warning["code"] for warning in stats["warnings"]]
    assert exceeded == (found > size), f"{found} bytes"
    assert not exceeded or pictures == 1, f"{found} bytes with {pictures} pictures"
    return stats, pictures, found


def every_fault(folder, kind, frames):
    """All injections that a recording of `kind` can meet: each call, once and from then on, with each error."""
    calls = collections.Counter(with_fault(folder, kind, ["fsync:error=EIO:when=9999"], frames)[3])
    for name in WRITES:
        # What comes after the last call of a run may be called by a longer one.
        for n in range(1, calls[name] + 2):
            for error in ("EIO", "ENOSPC") if name != "close" else ("EIO",):
                for suffix in ("", "+"):
                    yield f"{name}:error={error}:when={n}{suffix}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=30, help="length of a recording with an injected fault (30)")
    parser.add_argument("--only", default="", help="only kinds of files whose label contains this")
    parser.add_argument("--disks-only", action="store_true", help="no injected faults")
    parser.add_argument("--faults-only", action="store_true", help="no disks and limits")
    args = parser.parse_args()
    tried, failures, skipped = collections.Counter(), [], set()

    def attempt(kind, what, work):
        tried[kind.label] += 1
        try:
            work()
        except Exception as error:  # every one is told, and the others are tried
            failures.append(f"{kind.label}: {what}: {type(error).__name__}: {error}")
            print("FAILED", failures[-1], flush=True)

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for kind in (*KINDS, REORDERED):
            if args.only not in kind.label:
                continue
            if not args.faults_only:
                for limit in (0, 1, 500, 4096, 20_000, 65_536, 200_000, 1_000_000):
                    attempt(kind, f"a limit of {limit} bytes", lambda: with_limit(folder, kind, limit))
                for size in (1, 20_000, 102_400, 307_200, 1_000_000, 2_097_152):
                    attempt(kind, f"--max-size {size}", lambda: never_larger(folder, kind, size))
                for size in ("64k", "100k", "200k", "400k", "1m", "2m"):
                    with tmpfs(folder, size) as disk:
                        if disk is None:
                            skipped.add("tmpfs")
                            break
                        attempt(kind, f"a tmpfs of {size}", lambda: on_disk(disk, kind))
                for leave in (0, 4096, 8192, 16384, 65536):
                    with tmpfs(folder, "1m") as disk:
                        if disk is not None:
                            attempt(kind, f"a tmpfs with {leave} bytes left", lambda: on_disk(disk, kind, leave))
                for kilobytes in (200, 1024, 3072):
                    with ext2(folder, kilobytes) as disk:
                        if disk is None:
                            skipped.add("ext2")
                            break
                        attempt(kind, f"an ext2 of {kilobytes} KB", lambda: on_disk(disk, kind))
            if not args.disks_only and can_trace():
                for injection in every_fault(folder, kind, args.frames):
                    attempt(kind, injection, lambda: with_fault(folder, kind, [injection], args.frames))
            print(f"{kind.label}: {tried[kind.label]} recordings", flush=True)
    for what in sorted(skipped):
        print(f"not tried: {what}, which cannot be mounted here")
    if not can_trace():
        print("not tried: injected faults, as no system call can be traced here")
    print(f"{sum(tried.values())} recordings, {len(failures)} of which are not as they were told")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
