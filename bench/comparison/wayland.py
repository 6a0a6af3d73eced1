"""rustcam-cli beside wf-recorder and grim on sway, in turn, and what arrives there."""

import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import statistics
import sys
import tempfile

from comparison import report
from comparison.machine import SOURCE, first_line, machine, say
from comparison.measure import missed, numbers_of_recording, run, same_pixels
from comparison.rows import CRF, ENCODER, GOP, OURS, PRESET, Context, encoder_alone, in_turn
from rustcam_testing import CLI, Stimulus
from sway_bed import Sway

SIZE = (1920, 1080)
FPS = 60
# The compositor's timer has whole milliseconds, so "60 Hz" is 62.5: the stimulus paces itself, and each of its pictures
# is shown at most 4 ms after its time.
OUTPUT_HZ = 250
EVERY = "wf-recorder -D"
PACED = "wf-recorder -D -F fps=60"
BY_DAMAGE = "wf-recorder"
BENCH_HZ = (60, 144, 180)
# What each run of ours has to keep.
MOST_MISSED_PCT = 1
MOST_OFF_PCT = 1


@dataclasses.dataclass
class Work:
    """`of`: the field whose ratio ours / theirs counts. `goals`: the most that it may be beside each rival; None: it is
    told, nothing is wanted."""
    name: str
    title: str
    measure: object
    of: str
    goals: dict
    unit: str
    scene: str
    hz: str = str(FPS)


@contextlib.contextmanager
def shown(work):
    """A new stimulus has another phase to the compositor's timer and to the recorder's."""
    with Sway(size=SIZE, hz=OUTPUT_HZ, count=1) as sway, Stimulus(sway, work.scene, "--hz", work.hz):
        yield sway


def told_of(cost, path, seconds):
    """What a recorder cost, and what its file shows."""
    # wf-recorder's files have frames that begin together, of which FFmpeg tells at length.
    numbers = numbers_of_recording(path, "-v", "fatal") if os.path.exists(path) else []
    distinct = len({each for each in numbers if each is not None})
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    return {**cost.as_dict(), "frames": len(numbers), "unreadable": sum(each is None for each in numbers), "distinct": distinct,
            "missed_pct": missed(numbers), "cpu_ms_a_frame": 1000 * cost.cpu_s / distinct if distinct else None,
            "compositor_cpu_pct": 100 * cost.server_cpu_s / seconds, "complete": distinct > 0}


def our_recording(sway, context, seconds, *more):
    path = os.path.join(context.folder, "ours.mp4")
    frames = round(FPS * seconds)
    cost = run([CLI, "record", "-q", "--force", "--fps", str(FPS), "--frames", str(frames), "--encoder", "x264", "--preset",
                PRESET, "--crf", CRF, "--gop", GOP, *more, path], sway.env, sway)
    told = told_of(cost, path, seconds)
    whole = told["frames"] == frames or "--vfr" in more
    return {**told, "complete": told["complete"] and whole and told["unreadable"] == 0}


def their_recording(sway, context, seconds, *more):
    """wf-recorder has no end of its own. On a still screen it waits for a picture and hears no SIGINT."""
    path = os.path.join(context.folder, "theirs.mp4")
    cost = run(["sh", "-c", 'timeout -s INT -k 2 "$@"; true', "sh", str(seconds), "wf-recorder", *more, "-c", "libx264", "-p",
                f"preset={PRESET}", "-p", f"crf={CRF}", "-p", f"g={GOP}", "-x", "yuv420p", "-f", path], sway.env, sway)
    return told_of(cost, path, seconds)


def record(work, context, seconds):
    def alone(sway, _, length):
        told = encoder_alone(sway, work.scene, SIZE, round(FPS * length))
        return {**told, "cpu_ms_a_frame": 1000 * told["cpu_s"] / told["frames"]}

    def with_a_new_phase(recorder, *more):
        with shown(work) as sway:
            return recorder(sway, context, seconds, *more)

    return in_turn(context, {OURS: lambda: with_a_new_phase(our_recording),
                             EVERY: lambda: with_a_new_phase(their_recording, "-D"),
                             PACED: lambda: with_a_new_phase(their_recording, "-D", "-F", f"fps={FPS}"),
                             ENCODER: lambda: with_a_new_phase(alone)})


def still(work, context, seconds):
    with shown(work) as sway:
        return in_turn(context, {OURS: lambda: our_recording(sway, context, seconds),
                                 PACED: lambda: their_recording(sway, context, seconds, "-D", "-F", f"fps={FPS}"),
                                 EVERY: lambda: their_recording(sway, context, seconds, "-D")})


def vfr(work, context, seconds):
    with shown(work) as sway:
        return in_turn(context, {OURS: lambda: our_recording(sway, context, seconds, "--vfr"),
                                 # Of a still screen it writes no file at all.
                                 BY_DAMAGE: lambda: {**their_recording(sway, context, seconds), "complete": True}})


def shot(work, context, _):
    def picture(sway, name, command):
        path = os.path.join(context.folder, f"{name}.png")
        cost = run([*command, path], sway.env, sway)
        return {**cost.as_dict(), "bytes": os.path.getsize(path), "complete": True}

    with shown(work) as sway:
        results = in_turn(context, {OURS: lambda: picture(sway, "ours", [CLI, "shot", "-q", "--force"]),
                                    "grim": lambda: picture(sway, "grim", ["grim"])})
        if not same_pixels(os.path.join(context.folder, "ours.png"), os.path.join(context.folder, "grim.png")):
            raise RuntimeError(f"{OURS} and grim did not show the same pixels")
        return results


RECORDED = {EVERY: 0.5, PACED: 0.5, ENCODER: 1.25}
WORKS = [
    Work("record-mover", "record mover, 60 fps", record, "cpu_ms_a_frame", RECORDED, "ms a frame", "mover"),
    Work("record-gradient", "record, every pixel changes, 60 fps", record, "cpu_ms_a_frame", RECORDED, "ms a frame",
         "gradient"),
    Work("record-still", "record a still screen, 60 fps", still, "cpu_s", {PACED: None, EVERY: None}, "s", "static", "1/1000"),
    Work("vfr-mover", "record --vfr, mover", vfr, "cpu_ms_a_frame", {BY_DAMAGE: None}, "ms a frame", "mover"),
    Work("vfr-still", "record --vfr, a still screen", vfr, "cpu_s", {BY_DAMAGE: None}, "s", "static", "1/1000"),
    Work("shot-text", "shot to PNG, a screen full of text", shot, "wall_s", {"grim": 0.5}, "s", "static", "1/1000"),
]


def median(runs, field):
    values = [each[field] for each in runs if each.get(field) is not None]
    return statistics.median(values) if values else None


def lines_of(work, results):
    """A line for each rival: the ratio is the median of the ratios of pairs, which were measured in the same round."""
    ours = results[OURS]
    most_missed = max((each["missed_pct"] for each in ours if each.get("missed_pct") is not None), default=None)
    moves = work.hz == str(FPS) and work.measure is record
    for rival, goal in work.goals.items():
        pairs = [(a, b) for a, b in zip(ours, results[rival]) if a["complete"] and b["complete"]]
        ratios = [a[work.of] / b[work.of] for a, b in pairs if b.get(work.of)]
        ratio = statistics.median(ratios) if ratios else None
        size = statistics.median(a["bytes"] / b["bytes"] for a, b in pairs) if work.measure is shot and pairs else None
        kept = goal is None or (ratio is not None and ratio <= goal and (size is None or size <= 1) and
                                all(each["complete"] for each in ours) and
                                (not moves or (most_missed is not None and most_missed <= MOST_MISSED_PCT)))
        yield {"work": work.title, "against": rival, "of": work.of, "ours": median(ours, work.of),
               "theirs": median(results[rival], work.of), "unit": work.unit, "ratio": ratio, "pairs": ratios, "goal": goal,
               "size_ratio": size, "most_missed_pct": most_missed, "missed_pct_theirs": median(results[rival], "missed_pct"),
               "distinct": median(ours, "distinct"), "distinct_theirs": median(results[rival], "distinct"),
               "compositor_cpu_pct": median(ours, "compositor_cpu_pct"),
               "compositor_cpu_pct_theirs": median(results[rival], "compositor_cpu_pct"),
               "kept": None if goal is None else kept, "runs": {OURS: ours, rival: results[rival]}}


def arrival(hz, context, seconds):
    """A line for a rate: does what the stimulus presents arrive?"""
    with Sway(size=SIZE, hz=OUTPUT_HZ, count=1) as sway:
        cost = run([CLI, "bench", "--stimulus", "mover", "--hz", str(hz), "--mode", "grab", "--pointer", "off", "--duration",
                    str(seconds), "--repeat", str(context.rounds), "--json", "-q"], sway.env, sway)
    document = json.loads(cost.stdout)
    only = document["median"][0]
    presented = only["presented_fps"]
    off = 100 * abs(only["unique_fps"] - presented) / presented if presented else None
    say(f"  presented {presented}, unique {only['unique_fps']}, missed {only['missed_pct']} %")
    return {"work": f"bench, mover at {hz} Hz", "against": "the stimulus", "of": "unique_fps", "ours": only["unique_fps"],
            "theirs": presented, "unit": "fps", "ratio": only["unique_fps"] / presented if presented else None, "goal": None,
            "off_pct": off, "most_missed_pct": only["missed_pct"], "cpu_pct": only["cpu_pct"],
            "kept": off is not None and off <= MOST_OFF_PCT, "document": document}


def table(lines):
    out = ["| work | beside | ours | theirs | | ratio | goal | | missed, ours at most % | theirs % | "
           "compositor's CPU, ours % | theirs % |", "|---|---|--:|--:|---|--:|--:|---|--:|--:|--:|--:|"]
    for line in lines:
        number = report.number
        ratio = number(line["ratio"]) + (f" (size {line['size_ratio']:.2f})" if line.get("size_ratio") else "")
        goal = "within 1 %" if "off_pct" in line else number(line["goal"])
        verdict = {True: "kept", False: "not kept", None: ""}[line["kept"]]
        cells = [line["work"], line["against"], number(line["ours"]), number(line["theirs"]), line["unit"], ratio, goal, verdict,
                 number(line["most_missed_pct"]), number(line.get("missed_pct_theirs")),
                 number(line.get("compositor_cpu_pct"), 0), number(line.get("compositor_cpu_pct_theirs"), 0)]
        out.append("| " + " | ".join(cells) + " |")
    return "\n".join(out) + "\n"


def more_versions():
    found = {"sway": first_line("sway", "--version"), "wf-recorder": first_line("wf-recorder", "--version"),
             "grim": first_line("dpkg-query", "-W", "-f", "grim ${Version}", "grim")}
    return {name: text for name, text in found.items() if text}


def main():
    parser = argparse.ArgumentParser(prog="bench/wayland.sh", description="rustcam-cli beside other tools on sway.")
    parser.add_argument("--rounds", type=int, default=6, help="how often each does the work, each time at another phase (6)")
    parser.add_argument("--seconds", type=float, default=5, help="of each recording (5)")
    parser.add_argument("--only", default="", metavar="TEXT", help="works whose name holds TEXT: " +
                        ", ".join([each.name for each in WORKS] + [f"bench-{hz}" for hz in BENCH_HZ]))
    parser.add_argument("--results", type=pathlib.Path, default=SOURCE / "docs" / "results")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    where = machine()
    lines = []
    with tempfile.TemporaryDirectory(prefix="rustcam-wayland-") as folder:
        context = Context(options.rounds, folder, say)
        for work in [each for each in WORKS if options.only in each.name]:
            say(f"{work.name}: {work.title}")
            lines += lines_of(work, work.measure(work, context, options.seconds))
        for hz in [each for each in BENCH_HZ if options.only in f"bench-{each}"]:
            say(f"bench at {hz} Hz")
            lines.append(arrival(hz, context, options.seconds))
    text = report.write_lines(options.results, "wayland", "bench/wayland.sh", where, lines, table(lines), more_versions())
    print(text, end="")
    return 0 if all(line["kept"] is not False for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
