"""What bench/compare.sh and bench/wayland.sh make of their measurements."""

import pathlib
import sys
import xml.dom.minidom

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "bench"))

from comparison import measure, report, wayland  # noqa: E402
from comparison.rows import ENCODER, OURS, ROWS, Context, Row, evaluate, in_turn  # noqa: E402

MOVER = next(row for row in ROWS if row.name == "record-mover")


def runs(*costs, **more):
    return [{"cpu_s": each, "missed_pct": 0.0, "bytes": 100, "complete": True, "peak_rss_bytes": 5_000_000, **more}
            for each in costs]


def result(row, results):
    return {**evaluate(row, results), "date": "2026-01-01", "rounds": 3, "versions": {"ffmpeg": "ffmpeg 5.1"},
            "machine": {"cpu": "a <cpu>", "cores": 2, "kernel": "6", "system": "Debian", "load_average": 0.1}}


def test_missed_frames():
    assert measure.missed([3, 4, 5]) == 0
    assert measure.missed([3, 3, 5]) == 50
    assert measure.missed([3, None, 5]) == 50
    assert measure.missed([7, 7, 7]) is None
    assert measure.missed([]) is None


def test_pairs_are_compared_round_by_round_and_incomplete_ones_left_out():
    ours, theirs = runs(1, 2, 30), runs(2, 8, 10)
    ours[2]["complete"] = False
    found = evaluate(MOVER, {OURS: ours, "ffmpeg": theirs, ENCODER: runs(1, 2, 3)})
    ffmpeg, encoder = found["comparisons"]
    assert ffmpeg["rival"] == "ffmpeg"
    assert ffmpeg["pairs"] == [0.5, 0.25]
    assert ffmpeg["value"] == pytest.approx(0.375)
    assert ffmpeg["left_out"] == 1
    assert ffmpeg["verdict"] == "stretch"
    assert (encoder["required"], encoder["value"], encoder["verdict"]) == (1.2, 1.0, "stretch")


def test_verdicts():
    def verdict(row, ours, theirs):
        return evaluate(row, {OURS: ours, "r": theirs})["comparisons"][0]["verdict"]
    plain = Row("x", "x", None, rivals=("r",), required=0.6, stretch=0.5)
    assert verdict(plain, runs(5), runs(10)) == "stretch"
    assert verdict(plain, runs(6), runs(10)) == "reached"
    assert verdict(plain, runs(7), runs(10)) == "not reached"
    assert verdict(plain, runs(7, complete=False), runs(10)) == "not measured"
    exact = Row("x", "x", None, rivals=("r",), required=1.0, most_missed_pct=0)
    assert verdict(exact, runs(5), runs(10)) == "reached"
    assert verdict(exact, runs(5, missed_pct=0.1), runs(10)) == "not reached"
    small = Row("x", "x", None, rivals=("r",), required=1.0, largest_size=1.05)
    assert verdict(small, runs(5, bytes=105), runs(10)) == "reached"
    assert verdict(small, runs(5, bytes=106), runs(10)) == "not reached"


def of_frames(*costs, **more):
    return [{"cpu_ms_a_frame": each, "missed_pct": 0.0, "distinct": 300, "complete": True, **more} for each in costs]


def test_on_wayland_every_round_counts():
    def lines(ours):
        results = {OURS: ours, wayland.EVERY: of_frames(8, 8, 8), wayland.PACED: of_frames(4, 4, 4), ENCODER: of_frames(2, 2, 2)}
        return {each["against"]: each for each in wayland.lines_of(wayland.WORKS[0], results)}

    found = lines(of_frames(2, 3, 2))
    assert {name: each["ratio"] for name, each in found.items()} == {wayland.EVERY: 0.25, wayland.PACED: 0.5, ENCODER: 1}
    assert all(each["kept"] for each in found.values())
    assert lines(of_frames(3, 3, 2))[wayland.EVERY]["kept"] and not lines(of_frames(3, 3, 2))[wayland.PACED]["kept"]
    # One round in which more is missing than may be, or whose file is not whole, is not kept.
    for spoilt in ({"missed_pct": 1.5}, {"complete": False}):
        ours = of_frames(2, 2, 2)
        ours[1].update(spoilt)
        assert not any(each["kept"] for each in lines(ours).values())
    assert wayland.table(found.values()).count("| kept |") == 3


def test_who_begins_changes_from_round_to_round():
    order = []
    contestants = {name: (lambda name=name: order.append(name) or {}) for name in ("a", "b")}
    found = in_turn(Context(3, "", lambda _: None), contestants)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert {k: len(v) for k, v in found.items()} == {"a": 3, "b": 3}


def test_table_page_and_chart(tmp_path):
    results = [result(MOVER, {OURS: runs(1, 1, 1), "ffmpeg": runs(2, 2, 2)})]
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- comparison: begin -->\nold\n<!-- comparison: end -->\nafter\n")
    written = f"{report.conditions(results)}\n{report.table(results)}"
    report.put_into(page, "comparison", written)
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    assert "| record mover 60 fps, x264 ultrafast | ffmpeg | 1.00 s | 2.00 s | 0.50 | 0.62 | stretch |" in text
    report.put_into(page, "comparison", written)
    assert page.read_text() == text
    report.put_into(page, "other", "more")
    assert page.read_text() == text + "<!-- other: begin -->\n\nmore\n<!-- other: end -->\n"
    drawing = xml.dom.minidom.parseString(report.chart(results))
    assert any("0.50" in t.firstChild.data for t in drawing.getElementsByTagName("text"))


def test_raw_frames_are_read_whole():
    class Pipe:
        """Hands out a stream in pieces of odd sizes."""
        def __init__(self, data):
            self.data = data

        def readinto(self, into):
            count = min(len(into), 100_003, len(self.data))
            into[:count] = self.data[:count]
            self.data = self.data[count:]
            return count

    frames = np.zeros((3, 200, 400, 4), np.uint8)
    for i in range(3):
        frames[i, :, :, 1] = i + 1
    reader = measure.RawReader((400, 200))
    reader(Pipe(frames.tobytes()))
    assert [int(each[0, 0]) for each in reader.corners] == [1, 2, 3]
    assert reader.corners[0].shape == (96, 288)
