"""`kill -9` at every write and sync of files with two videos and a sound: what was flushed plays in every stream."""

import json
import os
import struct
import subprocess
from fractions import Fraction

import pytest
from syscall_faults import boxes, needs_strace, samples_in_fragments, trace

pytestmark = needs_strace

WRITE_TRACKS = os.environ["RUSTCAM_WRITE_TRACKS"]
PICTURES, SLOW_PICTURES = 480, 192
SIGKILL = 9
# A tick of the coarsest clock in each kind of file: rounding a time that all streams are moved by.
TICK = {"mp4": Fraction(1, 15360), "mov": Fraction(1, 15360), "mkv": Fraction(1, 1000)}


def streams_of(path):
    """For each stream, its packets in their order: (time, checksum of the payload)."""
    out = subprocess.run(["ffprobe", "-v", "error", "-show_data_hash", "CRC32", "-show_entries",
                          "stream=index,time_base:packet=stream_index,pts,data_hash", "-of", "json", str(path)],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
    assert out.stderr == b"", out.stderr.decode()
    found = json.loads(out.stdout)
    bases = [Fraction(stream["time_base"]) for stream in found["streams"]]
    packets = [[] for _ in bases]
    for packet in found["packets"]:
        stream = packet["stream_index"]
        packets[stream].append((packet["pts"] * bases[stream], packet["data_hash"]))
    return packets


def decodes(path):
    """Whether every stream is decoded without a complaint."""
    out = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames", "-of", "csv",
                          str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
    return out.stderr == b""


def check_is_a_beginning(path, whole):
    """Every stream is a beginning of the whole one, and all are later by the same time, if at all. Returns their lengths."""
    streams = streams_of(path)
    assert len(streams) == len(whole)
    # Before the end, an MP4 begins with what is decoded first, which may lie before time 0.
    moved = [packets[0][0] - full[0][0] for packets, full in zip(streams, whole) if packets]
    tick = TICK[path.suffix[1:]]
    for packets, full in zip(streams, whole):
        assert [data for _, data in packets] == [data for _, data in full[:len(packets)]]
        for (time, _), (wanted, _) in zip(packets, full):
            assert abs(time - wanted - moved[0]) <= tick
    assert decodes(path)
    return [len(packets) for packets in streams]


def killed_at_each(tmp_path, call, name):
    """Runs that are killed as they enter the first, second, third... such call of a thread, up to the run that has no more."""
    path = tmp_path / name
    subprocess.run([WRITE_TRACKS, path], check=True)
    whole = streams_of(path)
    assert [len(whole[0]), len(whole[1])] == [PICTURES, SLOW_PICTURES] and len(whole[2]) > 370
    for number in range(1, 60):
        path.unlink(missing_ok=True)
        result, calls = trace(tmp_path, [f"{call}:signal=KILL:when={number}"], WRITE_TRACKS, path)
        if result.returncode == 0:
            assert streams_of(path) == whole
            assert number > 1, "nothing was killed"
            return
        assert result.returncode in (-SIGKILL, 128 + SIGKILL), (result.returncode, result.stderr)
        yield path, whole, calls
    raise AssertionError("it never came to an end")


def samples_by_track(path):
    """How many samples the fragments of an MP4 hold, of each track."""
    return [samples_in_fragments(path, track) for track in (1, 2, 3)]


@pytest.mark.parametrize("name", ["a.mp4", "a.mov"])
def test_at_every_write_of_an_mp4(tmp_path, name):
    states = set()
    # A busy machine makes more fragments, since these are also ended by the clock, and so the last writes of one run may
    # be other ones than those of the run before.
    for _ in range(10):
        for path, whole, calls in killed_at_each(tmp_path, "pwrite64", name):
            writes = [first[4:8] for call, first in calls if call == "pwrite64"]
            states.add((writes[-1], len(writes) > 2))
            if writes[-1] == b"ftyp":
                assert path.stat().st_size == 0
                continue
            held = samples_by_track(path)
            if len(writes) > 2:  # a fragment is there
                assert sum(held) > 0
                assert check_is_a_beginning(path, whole) == held
            if writes[-1] in (b"moov", b"mdat"):  # the index is missing, or there and not yet in force
                assert held == [len(packets) for packets in whole]
        # The head, the first and another fragment, the index, and the turn.
        wanted = {(b"ftyp", False), (b"moof", False), (b"moof", True), (b"moov", True), (b"mdat", True)}
        if states == wanted:
            break
    assert states == wanted


def cut_what_is_half_written(path):
    """The syncs have a thread of their own, and so the kill may come in the middle of another fragment's write."""
    data = path.read_bytes()
    at, end = 0, 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        at += size if size > 1 else struct.unpack_from(">Q", data, at + 8)[0]
        if at <= len(data) and kind in (b"mdat", b"moov"):
            end = at
    os.truncate(path, end)


def test_at_every_sync_of_an_mp4(tmp_path):
    turned, growing = False, False
    # Requests that meet a sync under way share the next, so the third sync of one run may be the fourth of another, and
    # a pass may step over the last one.
    for _ in range(20):
        for path, whole, _ in killed_at_each(tmp_path, "fdatasync", "a.mp4"):
            cut_what_is_half_written(path)
            if [kind for kind, _ in boxes(path.read_bytes())] == ["ftyp", "mdat", "moov"]:
                turned = True
                assert streams_of(path) == whole
            else:
                growing = True
                assert check_is_a_beginning(path, whole) == samples_by_track(path)
        if turned and growing:
            break
    assert turned and growing


def test_at_every_write_of_a_matroska_file(tmp_path):
    part, everything = False, False
    for _ in range(10):
        for path, whole, calls in killed_at_each(tmp_path, "pwrite64", "a.mkv"):
            if len([call for call, _ in calls if call == "pwrite64"]) <= 2:
                continue  # the head at most
            held = check_is_a_beginning(path, whole)
            assert sum(held) > 0
            if held == [len(packets) for packets in whole]:
                everything = True  # only the head is to be told of it
            else:
                part = True
        if part and everything:
            break
    assert part and everything
