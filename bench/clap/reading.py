"""Where flashes and bursts are in a recording."""

import dataclasses
import json
import subprocess

import numpy as np

_SMALL = (16, 9)


def _probe(path, *what):
    out = subprocess.run(["ffprobe", "-v", "error", *what, "-of", "json", str(path)], stdout=subprocess.PIPE, check=True)
    return json.loads(out.stdout)


def _times(path, stream):
    frames = _probe(path, "-select_streams", stream, "-show_entries", "frame=pts_time,best_effort_timestamp_time,nb_samples")
    return [(float(each.get("pts_time", each.get("best_effort_timestamp_time", "nan"))), int(each.get("nb_samples", 0)))
            for each in frames["frames"] if "pts_time" in each or "best_effort_timestamp_time" in each]


def _decode(path, *how):
    return subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), *how, "-"], stdout=subprocess.PIPE, check=True).stdout


def _first(flags, at_least_apart):
    """The indexes at which runs begin."""
    found = np.flatnonzero(flags)
    return [int(at) for n, at in enumerate(found) if n == 0 or at - found[n - 1] > at_least_apart]


def flashes(path):
    """The time in the file, in seconds, of the first frame of each."""
    pictures = np.frombuffer(_decode(path, "-map", "0:v:0", "-vf", f"scale={_SMALL[0]}:{_SMALL[1]}", "-fps_mode", "passthrough",
                                     "-f", "rawvideo", "-pix_fmt", "gray"), np.uint8).reshape(-1, _SMALL[0] * _SMALL[1])
    times = [time for time, _ in _times(path, "v:0")]
    white = pictures.mean(axis=1) > 110
    # A recording that begins in a flash does not show when that began.
    return [times[at] for at in _first(white, 1) if at > 0 and at < len(times)]


def bursts(path, track=0):
    """The time in the file, in seconds, at which each begins."""
    rate = int(_probe(path, "-select_streams", f"a:{track}", "-show_entries", "stream=sample_rate")["streams"][0]["sample_rate"])
    samples = np.frombuffer(_decode(path, "-map", f"0:a:{track}", "-ac", "1", "-f", "f32le"), "<f4")
    frames = _times(path, f"a:{track}")
    starts = np.cumsum([0] + [count for _, count in frames])
    loud = _first(np.abs(samples) > 0.3, rate // 5)
    found = []
    for at in loud:
        frame = min(int(np.searchsorted(starts, at, "right")) - 1, len(frames) - 1)
        found.append(frames[frame][0] + (at - starts[frame]) / rate)
    return found


@dataclasses.dataclass
class Offsets:
    """`values`: (second of the recording, how much later than the flash the burst is, in ms)."""
    values: list

    def told(self):
        if len(self.values) < 2:
            return {"seconds": len(self.values)}
        at, off = np.array(self.values).T
        slope = np.polyfit(at / 60, off, 1)[0] if len(at) > 2 else 0.0
        return {"seconds": len(at), "mean_ms": round(off.mean(), 2), "min_ms": round(off.min(), 2),
                "max_ms": round(off.max(), 2), "slope_ms_per_minute": round(slope, 3),
                "offsets_ms": [round(each, 2) for each in off]}


def pair(flash_times, burst_times):
    """(time, how much later than its flash, in ms) of each burst. Its flash is the one that makes it as late as the burst
    before it, so that sound that drifts away is followed."""
    pairs, usual = [], 0.0
    for burst in burst_times:
        flash = min(flash_times, key=lambda each: abs(burst - each - usual), default=None)
        if flash is None or abs(burst - flash - usual) > 0.45:
            continue
        usual = burst - flash
        pairs.append((flash, usual * 1e3))
    return pairs


def offsets(path, board_error_ms, fps, timestamps=None):
    """In the decoded file, and against the times at which the flashes were presented, if a recorder tells these.
    `board_error_ms`: how much later than its flash the board's burst was."""
    seen, heard = flashes(path), bursts(path)
    fair = lambda times: Offsets([(at, off - board_error_ms) for at, off in pair(times, heard)]).told()
    told = {"file": fair(seen)}
    if timestamps:
        with open(timestamps, encoding="utf-8") as lines:
            slots = {each["n"]: each["presented_ns"] / 1e9 for each in map(json.loads, lines)}
        numbers = [round(at * fps) for at in seen]
        told["presented"] = fair([slots[number] for number in numbers if number in slots])
    return told
