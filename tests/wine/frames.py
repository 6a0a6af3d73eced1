"""Frame numbers and pixels of what the Windows program wrote, and what they should be."""

import os
import pathlib
import subprocess

import numpy as np

NATIVE = pathlib.Path(os.environ["RUSTCAM_NATIVE_BUILD"])


def decode_barcodes(gray, width, height):
    """The frame numbers in gray frames, None if there is none."""
    text = subprocess.run([str(NATIVE / "tests" / "support" / "read_barcodes"), str(width), str(height)],
                          input=gray, stdout=subprocess.PIPE, check=True).stdout.decode()
    return [None if line == "-" else int(line) for line in text.split()]


def barcodes_of_file(path, repeats=True):
    """The numbers in its pictures, at its rate; `repeats=False`: of each picture that is in it, once."""
    size = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "stream=width,height",
                           "-of", "csv=p=0:s=x", str(path)], stdout=subprocess.PIPE, check=True).stdout.decode()
    # A container with programs (MPEG-TS) lists its stream twice.
    width, height = (int(n) for n in size.split()[0].split("x")[:2])
    gray = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), *([] if repeats else ["-fps_mode", "passthrough"]), "-f", "rawvideo",
                           "-pix_fmt", "gray", "-"], stdout=subprocess.PIPE, check=True).stdout
    return decode_barcodes(gray, width, height)


def count_frames(path):
    return int(subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-show_entries",
                               "stream=nb_read_frames", "-of", "csv=p=0", str(path)],
                              stdout=subprocess.PIPE, check=True).stdout.decode().strip().strip(","))


def missing_share(numbers, step=1):
    """The share of stimulus frames between the first and the last that no slot shows; `step`: of every so many."""
    seen = [n for n in numbers if n is not None]
    assert seen == sorted(seen), "frames are out of order"
    wanted = (seen[-1] - seen[0]) / step + 1
    return 1 - len(set(seen)) / wanted


def scene_picture(scene, width, height, start=0):
    """Frame `start` of a scene as BGRA, drawn by the native build's virtual display."""
    raw = subprocess.run([str(NATIVE / "cli" / "rustcam-cli"), "shot", "--backend", "virtual", "-o",
                          f"{scene}@{width}x{height},start={start},stall=0+1000", "--format", "raw", "-"],
                         stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(height, width, 4).copy()


def pointer_shape(kind):
    """The layer's 32x32 shapes (tests/wine/layer/pointer_script.cpp) as an AND-like alpha and colours."""
    y, x = np.mgrid[0:32, 0:32]
    color = np.stack([x * 8, y * 8, np.full_like(x, 200)], axis=-1).astype(np.int32)
    if kind == "color":
        return color, x * 255 // 31
    if kind == "masked":
        return color, np.where((x + y) % 2 == 0, 0, 255)
    return (x >= 16), (y >= 16)


def blend(picture, kind, left, top):
    """The reference: each pixel by the rule of its kind, as Desktop Duplication documents them."""
    height, width = picture.shape[:2]
    first, second = pointer_shape(kind)
    for j in range(32):
        for i in range(32):
            x, y = left + i, top + j
            if not (0 <= x < width and 0 <= y < height):
                continue
            screen = picture[y, x, :3].astype(np.int32)
            if kind == "color":
                alpha = int(second[j, i])
                picture[y, x, :3] = (first[j, i] * alpha + screen * (255 - alpha) + 127) // 255
            elif kind == "masked":
                picture[y, x, :3] = first[j, i] if second[j, i] == 0 else screen ^ first[j, i]
            else:
                kept = screen if first[j, i] else np.zeros(3, np.int32)
                picture[y, x, :3] = kept ^ (255 if second[j, i] else 0)
    return picture
