"""What is heard in a recording, and when: decoded by ffmpeg, each value at the time at which a player plays it."""

import json
import re
import subprocess

import numpy as np

RATE = 48000


def picture_start(path):
    """When the first picture is shown: with sound whose encoder warms up, MPEG-TS lets both begin later."""
    first = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-read_intervals", "%+#1", "-show_entries", "packet=pts_time",
                            "-of", "csv=p=0", str(path)], stdout=subprocess.PIPE, check=True).stdout
    return float(first.split()[0].strip(b","))


def heard(path, track=0):
    """The values of one track (left and right added), from the first picture on."""
    start = picture_start(path)
    out = subprocess.run(["ffmpeg", "-hide_banner", "-loglevel", "info", "-nostats", "-copyts", "-i", str(path), "-map", f"0:a:{track}",
                          "-af", f"aresample={RATE},ashowinfo", "-ac", "2", "-f", "f32le", "-"], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, check=True)
    values = np.frombuffer(out.stdout, np.float32).reshape(-1, 2).sum(axis=1)
    line = np.zeros(0, np.float32)
    at = 0
    for when, count in re.findall(r"pts_time:(\S+) .*?nb_samples:(\d+)", out.stderr.decode()):
        place, count = round((float(when) - start) * RATE), int(count)
        if place + count > len(line):
            line = np.concatenate([line, np.zeros(place + count - len(line), np.float32)])
        early = max(0, -place)
        line[place + early:place + count] = values[at + early:at + count]
        at += count
    return line


def bursts(path, track=0):
    """Seconds at which a burst begins: the first values of any loudness after at least half a second without."""
    loud = np.flatnonzero(np.abs(heard(path, track)) > 0.1)
    if len(loud) == 0:
        return []
    first = np.concatenate([[True], np.diff(loud) > RATE / 2])
    return [int(n) / RATE for n in loud[first]]


def loudness(line, frequency):
    """How loud one frequency is in it: 1 for a tone of full scale in both channels."""
    n = np.arange(len(line))
    return abs(np.sum(line * np.exp(-2j * np.pi * frequency * n / RATE))) / len(line)


def flash_phase(timestamps, fps, path):
    """When, after a whole second of the file's time, the flash of the stimulus clap came: `presented_ns` of the first flashing
    picture, where none was missed. Less than 0 if that was before the file's first second began."""
    slots = [json.loads(line) for line in open(timestamps, encoding="utf-8")]
    white = flashing(path)
    starts = []
    for when, flash in sorted(white.items()):
        slot = slots[min(round(when * fps), len(slots) - 1)]
        if flash:
            starts.append(slot["presented_ns"] / 1e9)
    firsts = [t for i, t in enumerate(starts) if i == 0 or t - starts[i - 1] > 0.5]
    base = firsts[-1] % 1
    return min((t - base + 0.5) % 1 - 0.5 for t in firsts) + base


def flashing(path):
    """Of each picture, by its time in seconds from the first one on, whether it is white."""
    out = subprocess.run(["ffmpeg", "-hide_banner", "-loglevel", "info", "-nostats", "-copyts", "-i", str(path), "-map", "0:v:0", "-vf",
                          "scale=1:1:flags=area,format=gray,showinfo", "-fps_mode", "passthrough", "-f", "rawvideo", "-"],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
    times = [float(when) for when in re.findall(r"n: *\d+ pts: *\S+ pts_time:(\S+)", out.stderr.decode())]
    assert len(times) == len(out.stdout)
    return dict(zip([when - times[0] for when in times], [value > 128 for value in out.stdout]))
