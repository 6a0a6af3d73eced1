"""rustcam-cli beside GStreamer's pipewiresrc: the same desktop through the portal, the same encoder, in turn."""

import argparse
import contextlib
import dataclasses
import functools
import os
import pathlib
import statistics
import sys
import tempfile
from collections.abc import Callable

from comparison import report
from comparison.machine import SOURCE, first_line, machine, say
from comparison.measure import missed, numbers_of_recording, run
from comparison.rows import CRF, GOP, OURS, PRESET, Context, in_turn
from portal_bed import PortalBed
from another_client import Conversation
from real_session import Mutter, Stimulus
from rustcam_testing import CLI

SIZE = (1920, 1080)
FPS = 60
GSTREAMER = "pipewiresrc ! x264enc"
MOST = 0.7
MOST_MISSED_PCT = 1


@contextlib.contextmanager
def made_up(personality="mutter"):
    with PortalBed("--personality", personality, "--size", f"{SIZE[0]}x{SIZE[1]}", "--rate", str(FPS)) as bed:
        yield bed


@contextlib.contextmanager
def mutter():
    with Mutter(size=SIZE, hz=FPS) as bed, Stimulus(bed, "mover", FPS):
        yield bed


@dataclasses.dataclass(frozen=True)
class Work:
    title: str
    desktop: Callable
    preset: str
    more: tuple = ()  # told to us
    every_picture: bool = True  # the desktop makes each in time, so that what we miss is ours


# Mutter without a GPU makes fewer pictures: pipewiresrc encodes only those, and so do we with --vfr.
WORKS = {"made-up": Work("record a made-up desktop", made_up, PRESET),
         "made-up-veryfast": Work("the same, our own preset", made_up, "veryfast"),
         "made-up-damage": Work("one that tells what changed", functools.partial(made_up, "kwin"), PRESET),
         "mutter": Work("record Mutter", mutter, PRESET, ("--vfr",), every_picture=False)}


def told_of(cost, path):
    # GStreamer stamps pictures that came together with one time, of which FFmpeg tells at length.
    numbers = numbers_of_recording(path, "-v", "fatal")
    distinct = len({each for each in numbers if each is not None})
    size = os.path.getsize(path)
    os.unlink(path)
    return {**cost.as_dict(), "bytes": size, "frames": len(numbers), "unreadable": sum(each is None for each in numbers),
            "distinct": distinct, "missed_pct": missed(numbers), "cpu_ms_a_frame": 1000 * cost.cpu_s / distinct}


def ours(bed, context, work, seconds):
    """The conversation with the portal is part of what it costs."""
    path = os.path.join(context.folder, "ours.mkv")
    return told_of(run([CLI, "record", "-q", "--force", "--backend", "portal", "--fps", str(FPS), "--duration", str(seconds),
                        "--encoder", "x264", "--preset", work.preset, "--crf", CRF, "--gop", GOP, *work.more, path],
                       bed.env), path)


def theirs(bed, context, work, seconds):
    """The conversation is held here, and costs it nothing. Its ceiling for the rate of bits is lifted: with its own it would
    write a quarter of what we write, at a lower quality."""
    path = os.path.join(context.folder, "theirs.mkv")
    conversation = Conversation(bed.env["DBUS_SESSION_BUS_ADDRESS"])
    fd, (node, _) = conversation.hold("embedded")
    try:
        return told_of(run(["timeout", "--foreground", "--preserve-status", "--signal=INT", str(seconds),
                            "gst-launch-1.0", "-q", "-e", "pipewiresrc", f"fd={fd}", f"path={node}", "do-timestamp=true", "!",
                            "videoconvert", "!", "video/x-raw,format=I420", "!", "x264enc",
                            f"speed-preset={work.preset}", "pass=qual", f"quantizer={CRF}", "bitrate=2000000",
                            f"key-int-max={GOP}", "!", "matroskamux", "!", "filesink", f"location={path}"], bed.env, fds=[fd]), path)
    finally:
        conversation.close()
        os.close(fd)


def line_of(work, results):
    """The ratio is the median of those of pairs, which were measured in the same round."""
    def median(contestant, field):
        values = [each[field] for each in results[contestant] if each[field] is not None]
        return statistics.median(values) if values else None

    ratios = [a["cpu_ms_a_frame"] / b["cpu_ms_a_frame"] for a, b in zip(results[OURS], results[GSTREAMER])]
    most_missed = max(each["missed_pct"] for each in results[OURS])
    unreadable = sum(each["unreadable"] for each in results[OURS])
    ratio = statistics.median(ratios)
    kept = ratio <= MOST and unreadable == 0 and (not work.every_picture or most_missed <= MOST_MISSED_PCT)
    return {"work": work.title, "preset": work.preset, "against": GSTREAMER, "of": "cpu_ms_a_frame",
            "ours": median(OURS, "cpu_ms_a_frame"), "theirs": median(GSTREAMER, "cpu_ms_a_frame"), "unit": "ms a picture",
            "ratio": ratio, "pairs": ratios, "goal": MOST, "most_missed_pct": most_missed,
            "missed_pct_theirs": median(GSTREAMER, "missed_pct"), "distinct": median(OURS, "distinct"),
            "distinct_theirs": median(GSTREAMER, "distinct"), "bytes": median(OURS, "bytes"),
            "bytes_theirs": median(GSTREAMER, "bytes"), "kept": kept, "runs": results}


def table(lines):
    out = ["| work | preset | beside | CPU, ours | theirs | | ratio | goal | | pictures, ours | theirs | "
           "missed, ours at most % | theirs % | MB, ours | theirs |",
           "|---|---|---|--:|--:|---|--:|--:|---|--:|--:|--:|--:|--:|--:|"]
    number = report.number
    for line in lines:
        cells = [line["work"], line["preset"], line["against"], number(line["ours"]), number(line["theirs"]), line["unit"],
                 number(line["ratio"]), number(line["goal"]), "kept" if line["kept"] else "not kept",
                 number(line["distinct"], 0), number(line["distinct_theirs"], 0), number(line["most_missed_pct"]),
                 number(line["missed_pct_theirs"]), number(line["bytes"] / 1e6, 1), number(line["bytes_theirs"] / 1e6, 1)]
        out.append("| " + " | ".join(cells) + " |")
    return "\n".join(out) + "\n"


def more_versions():
    found = {"pipewire": first_line("dpkg-query", "-W", "-f", "pipewire ${Version}", "pipewire"),
             "mutter": first_line("mutter", "--version")}
    return {name: text for name, text in found.items() if text}


def main():
    parser = argparse.ArgumentParser(prog="bench/portal.sh", description="rustcam-cli beside GStreamer through the portal.")
    parser.add_argument("--rounds", type=int, default=6, help="how often each does the work (6)")
    parser.add_argument("--seconds", type=float, default=20, help="of each recording (20)")
    parser.add_argument("--only", default="", metavar="TEXT", help="works whose name holds TEXT: " + ", ".join(WORKS))
    parser.add_argument("--results", type=pathlib.Path, default=SOURCE / "docs" / "results")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    where = machine()
    lines = []
    with tempfile.TemporaryDirectory(prefix="rustcam-portal-") as folder:
        context = Context(options.rounds, folder, say)
        for name, work in WORKS.items():
            if options.only not in name:
                continue
            say(f"{name}: {work.title}")
            with work.desktop() as bed:
                lines.append(line_of(work, in_turn(context, {
                    contestant: functools.partial(record, bed, context, work, options.seconds)
                    for contestant, record in ((OURS, ours), (GSTREAMER, theirs))})))
    text = report.write_lines(options.results, "portal", "bench/portal.sh", where, lines, table(lines), more_versions())
    print(text, end="")
    return 0 if all(line["kept"] for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
