"""`bench` on a duplicated desktop, held against what the layer presents there."""

import json
import pathlib
import time

import jsonschema
import pytest

from frames import count_frames

SCHEMA = json.loads((pathlib.Path(__file__).parents[2] / "docs" / "schemas" / "bench.schema.json").read_text())
HZ = 30


def bench(wine, layer, *arguments):
    """The document of a finished measurement, the layer's report clean."""
    if "--duration" not in arguments:
        arguments += ("--duration", "2")
    run = wine.run("bench", "--json", "--repeat", "1", *arguments, layer=f"size=640x480;hz={HZ};{layer}")
    assert run.status == 0, run.stderr
    run.assert_clean()
    document = run.json()
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert document["backend"] == "dda"
    assert document["output"]["name"] == r"\\.\DISPLAY1"
    assert len(document["runs"]) == len(document["median"])
    return document


def codes(document):
    return [warning["code"] for warning in document["warnings"]]


def said_to_be_busy(document, run):
    """Whether the program has measured that the machine had no core left during this run."""
    of = f"{run['mode']}, pointer {'on' if run['pointer'] else 'off'}: "
    return any(each["code"] == "machine_busy" and each["text"].startswith(of) for each in document["warnings"])


@pytest.mark.parametrize("scene", ["flip_demo", "mover"])
def test_what_arrives_agrees_with_what_the_layer_presents(wine, scene):
    document = bench(wine, f"scene={scene};pointer=color;pointer_hz=50", "--stimulus", "none", "--mode", "all", "--pointer",
                     "both", "--hz", "60")
    assert document["stimulus"]["name"] == "none" and document["stimulus"]["hz"] is None
    # Wine shares no textures, so `all` leaves gpu out.
    assert [(r["mode"], r["pointer"]) for r in document["median"]] == [
        (m, p) for m in ("grab", "latest", "frames", "record") for p in (True, False)]
    for each in document["runs"]:
        assert each["presented_fps"] == pytest.approx(HZ, rel=0.1)
        # More than is presented never arrives, whatever the pointer does meanwhile.
        assert 0 < each["unique_fps"] <= HZ + 1
        # On a machine that has no core left, frames go missing at either end of the counted time. The document says so.
        if said_to_be_busy(document, each):
            continue
        assert each["unique_fps"] > HZ / 3
        # One that stands still at the end of the counted time keeps frames from it that nobody has missed yet.
        assert 85 < each["unique_fps"] / HZ * 100 + each["missed_pct"] < 106
        assert each["grab_us"]["p50"] > 0 and each["cpu_pct"] > 0
        if each["mode"] in ("frames", "record"):
            assert each["valid_fps"] == pytest.approx(60, rel=0.1)
            assert each["changed_pct"] < 75
        else:
            assert each["valid_fps"] == pytest.approx(each["unique_fps"], rel=0.02)
            assert each["changed_pct"] > 97
            assert each["interval_us"]["p50"] == pytest.approx(1e6 / HZ, rel=0.2)


@pytest.mark.parametrize("mode", ["grab", "latest"])
def test_a_pointer_that_moves_makes_no_frames(wine, mode):
    document = bench(wine, "scene=static;once=1;pointer=color;pointer_hz=100", "--stimulus", "none", "--mode", mode)
    only = document["median"][0]
    # The first picture of all may be late.
    assert only["valid_fps"] <= 0.5
    assert only["changed_pct"] is None and only["missed_pct"] is None


def test_frames_that_never_came_are_counted(wine):
    """The layer goes on counting while it presents nothing: a quarter of the counted time, in one interval."""
    document = bench(wine, "scene=mover;stall=2:1", "--stimulus", "none", "--mode", "grab", "--duration", "4")
    only = document["median"][0]
    assert 20 <= only["missed_pct"] < 50
    assert only["valid_fps"] <= 0.8 * HZ
    assert only["unique_fps"] == pytest.approx(only["valid_fps"])
    assert only["interval_us"]["max"] >= 950_000


@pytest.mark.parametrize("fingerprint", ["sparse", "full"])
def test_fingerprints(wine, fingerprint):
    only = bench(wine, "scene=flip_demo", "--stimulus", "none", "--fingerprint", fingerprint)["median"][0]
    assert only["fingerprinted_pct"] > 50
    assert only["changed_pct"] == 100
    assert only["unique_fps"] == pytest.approx(only["valid_fps"])


def test_charts(wine, tmp_path):
    for name in ("chart.svg", "chart.png", "chart.html"):
        run = wine.run("bench", "--stimulus", "none", "--duration", "1", "--repeat", "1", "--chart", name,
                       layer="scene=mover;size=640x480;hz=60", cwd=tmp_path)
        assert run.status == 0, run.stderr
    svg, page = ((tmp_path / f"chart.{ending}").read_bytes() for ending in ("svg", "html"))
    for text in (svg, page):
        assert b"\r" not in text
        assert b"grab, pointer on" in text and b">presented " in text
    assert svg.startswith(b"<svg") and page.startswith(b"<!doctype html>")
    assert count_frames(tmp_path / "chart.png") == 1


def test_a_lost_desktop_is_told(wine):
    document = bench(wine, "scene=mover;fault=1.5:ACCESS_LOST:60", "--stimulus", "none", "--timeout", "300")
    assert "source_lost" in codes(document)


def test_textures_where_none_are_shared(wine):
    run = wine.run("bench", "--stimulus", "none", "--mode", "gpu", layer="size=640x480")
    assert run.status == 1
    assert run.stdout == b""
    assert len(run.stderr.strip().splitlines()) == 1, run.stderr
    assert "texture" in run.stderr and "--mode grab" in run.stderr


def test_a_refused_opening_is_one_clear_line(wine):
    run = wine.run("bench", "--stimulus", "none", "--timeout", "500", layer="open=E_ACCESSDENIED")
    assert run.status == 1
    assert len(run.stderr.strip().splitlines()) == 1, run.stderr


def test_the_stimulus_is_a_process_of_its_own(wine):
    # What the layer presents has a frame number too, so that the stimulus counts as seen.
    document = bench(wine, "scene=mover", "--stimulus", "flip_demo", "--hz", "20")
    assert document["stimulus"]["name"] == "flip_demo" and document["stimulus"]["hz"] == 20
    # Its own count, of a window that Wine draws as fast as it can.
    assert 1 < document["stimulus"]["presented_fps"] < 21
    assert wine.processes("stimulus") == []


def wait_for(condition, what, patience=60):
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, f"{what} did not come about"
        time.sleep(0.05)


def test_ctrl_c_in_the_middle_leaves_no_stimulus(wine):
    run = wine.run("bench", "--hz", "20", "--duration", "600", "--json", layer="scene=mover;size=640x480",
                   launcher_options=["--ctrl-c-after", 2000], when=lambda: wine.processes("stimulus"))
    assert run.status == 0, run.stderr
    document = run.json()
    assert document["runs"] == [] and "interrupted" in codes(document)
    assert wine.processes("stimulus") == []
    assert run.report["violations"] in ({}, None)


def test_a_killed_bench_leaves_no_stimulus(wine):
    process = wine.start(["bench", "--hz", "20", "--duration", "600"], layer="scene=mover;size=640x480")
    wait_for(lambda: wine.processes("stimulus"), "the stimulus")
    wine.kill("bench")
    process.communicate(timeout=120)
    wait_for(lambda: not wine.processes("stimulus"), "the stimulus's end")
