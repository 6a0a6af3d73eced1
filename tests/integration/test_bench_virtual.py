"""`bench` on the virtual display, whose faults are known: do the numbers tell the truth about them?"""

import html.parser
import signal
import subprocess
import time
import xml.dom.minidom

import numpy as np
import pytest
from cli_driver import decoded, document, environment, ok, one_line, probe, run, start
from rustcam_testing import in_a_calm_run

QUICK = ["--duration", "1.5", "--warmup", "0.2"]


def bench(output, *args, **more):
    return document(ok("bench", "--backend", "virtual", "-o", output, *QUICK, "--json", *args, **more), "bench")


def test_an_honest_source():
    in_a_calm_run(honest_source)


def honest_source():
    result = bench("flip_demo@640x360@60", "--mode", "all", "--pointer", "both", "--hz", "60", "--repeat", "1")
    assert result["backend"] == "virtual"
    assert result["stimulus"]["name"] == "flip_demo" and result["stimulus"]["hz"] == 60
    assert result["stimulus"]["presented_fps"] == pytest.approx(60, rel=0.02)
    # No textures on the virtual display, so `all` leaves gpu out.
    assert [(r["mode"], r["pointer"]) for r in result["median"]] == [
        (m, p) for m in ("grab", "latest", "frames", "record") for p in (True, False)]
    for each in result["runs"]:
        assert each["duration_s"] == 1.5
        assert each["valid_fps"] <= each["call_fps"] + 1
        assert 0 < each["valid_fps"] < 63
        assert each["interval_us"]["p50"] <= each["interval_us"]["p99"] <= each["interval_us"]["max"]
    for each in result["runs"]:
        if each["mode"] == "grab":
            assert each["changed_pct"] == 100
            # What is missed, what comes and what was presented have to agree.
            arrived = each["valid_fps"] / each["presented_fps"] * 100
            assert arrived + each["missed_pct"] == pytest.approx(100, abs=3)


truth_in_every_way = pytest.mark.parametrize("way", [(m, f) for m in ("grab", "latest") for f in ("sparse", "full")],
                                            ids="-".join)


def of_which(way):
    mode, fingerprint = way
    return ["--mode", mode, "--fingerprint", fingerprint, "--repeat", "2"]


@truth_in_every_way
def test_every_other_picture_repeated(way):
    runs = bench("mover@640x360@60,repeat=2", *of_which(way))["runs"]
    for each in runs:
        # A machine that is too slow skips pictures, which can only make these rise.
        assert each["missed_pct"] >= 48
        assert each["changed_pct"] >= 48
        assert each["unique_fps"] <= 33
    best = max(runs, key=lambda each: each["valid_fps"])
    assert best["valid_fps"] > 1.4 * best["unique_fps"]
    assert min(each["changed_pct"] for each in runs) < 75


@truth_in_every_way
def test_every_tenth_frame_dropped(way):
    runs = bench("mover@640x360@60,drop=10", *of_which(way))["runs"]
    for each in runs:
        assert each["missed_pct"] >= 8.5
        assert each["changed_pct"] == 100
        assert each["unique_fps"] == pytest.approx(each["valid_fps"])
        assert each["valid_fps"] <= 55
    assert min(each["missed_pct"] for each in runs) < 20


def test_both_faults_and_the_warning():
    result = bench("mover@640x360@50,repeat=2", "--repeat", "1")
    codes = [w["code"] for w in result["warnings"]]
    assert "repeated_pictures" in codes
    assert all(w["text"] and w["hint"] for w in result["warnings"])


def test_a_still_screen():
    result = bench("static@640x360@60", "--repeat", "1", "--timeout", "200")
    only = result["median"][0]
    assert only["valid_fps"] <= 1
    assert only["missed_pct"] is None
    assert only["call_fps"] > 2
    assert "no_frames" in [w["code"] for w in result["warnings"]]


def test_full_fingerprints_of_a_large_picture_are_taken_of_a_share():
    result = bench("flip_demo@3840x2160@60", "--fingerprint", "full", "--repeat", "1")
    only = result["median"][0]
    assert only["fingerprinted_pct"] < 100
    assert only["changed_pct"] == 100
    assert only["unique_fps"] == pytest.approx(only["valid_fps"])
    assert only["missed_pct"] is not None
    assert "fingerprint_share" in [w["code"] for w in result["warnings"]]


def test_the_median_is_one_of_the_runs():
    result = bench("mover@320x240@60", "--repeat", "4")
    assert len(result["runs"]) == 4
    assert result["median"][0] == sorted(result["runs"], key=lambda each: each["valid_fps"])[1]


def test_the_table_is_for_people(tmp_path):
    result = ok("bench", "--backend", "virtual", "-o", "mover@320x240@60", "--duration", "0.5", "--repeat", "1")
    lines = result.stdout.decode().splitlines()
    assert lines[0].startswith("mover at 60 Hz on mover@320x240@60 (virtual, 320x240), ")
    head = next(line for line in lines if line.startswith("mode"))
    row = next(line for line in lines if line.startswith("grab"))
    # Numbers end where the words over them end.
    for word in ("valid/s", "unique/s"):
        assert row[head.index(word) + len(word) - 1].isdigit()
    for word in ("changed", "missed", "CPU"):
        assert row[head.index(word) + len(word) - 1] == "%"
    assert max(map(len, lines)) <= 120


@pytest.fixture(scope="module")
def charts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("charts")
    for ending in ("svg", "png"):
        ok("bench", "--backend", "virtual", "-o", "mover@320x240@60,drop=5", "--pointer", "both", "--duration", "1",
           "--repeat", "1", "--chart", folder / f"chart.{ending}")
    return folder


def test_the_svg_chart(charts):
    root = xml.dom.minidom.parse(str(charts / "chart.svg")).documentElement
    assert root.tagName == "svg"
    words = [t.firstChild.data for t in root.getElementsByTagName("text")]
    for expected in ("valid", "unique", "missed", "grab, pointer on", "grab, pointer off"):
        assert expected in words
    width, height = (float(each) for each in root.getAttribute("viewBox").split()[2:])
    for box in root.getElementsByTagName("rect"):
        x, y, w, h = (float(box.getAttribute(a)) for a in ("x", "y", "width", "height"))
        assert 0 <= x and x + w <= width and 0 <= y and y + h <= height
    labels = [label_box(t) for t in root.getElementsByTagName("text")]
    for index, (text, left, top, right, bottom) in enumerate(labels):
        assert 0 <= left and right <= width and 0 <= top and bottom <= height, text
        for other, l, t, r, b in labels[:index]:
            assert right <= l or r <= left or bottom <= t or b <= top, f"{text} over {other}"


def label_box(text):
    """What a word covers, about: a letter is 0.55 of the type's size wide."""
    words, size = text.firstChild.data, float(text.getAttribute("font-size"))
    x, baseline = float(text.getAttribute("x")), float(text.getAttribute("y"))
    length = 0.55 * size * len(words)
    left = x - length * {"": 0, "middle": 0.5, "end": 1}[text.getAttribute("text-anchor")]
    return words, left, baseline - size * 0.8, left + length, baseline + size * 0.2


def test_the_png_chart(charts):
    stream = probe(charts / "chart.png")
    assert (stream["codec_name"], stream["width"]) == ("png", 800)
    pixels = np.frombuffer(decoded(charts / "chart.png"), np.uint8).reshape(stream["height"], stream["width"], 3)
    blue, green, red = ((pixels == color).all(axis=2) for color in ((47, 111, 222), (44, 154, 91), (217, 72, 59)))
    # Bars: a fifth is missed, so red bars are there and much shorter than blue ones.
    longest = blue.sum(axis=1).max()
    assert 200 < longest <= 432
    assert green.sum(axis=1).max() > 200
    assert 15 < red.sum(axis=1).max() < longest / 2
    assert (pixels[0, 0] == 255).all() and (pixels[-1, -1] == 255).all()


class Page(html.parser.HTMLParser):
    """The tables of a page. Every tag has to be closed in its turn."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tables, self.text = [], [], ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
        if tag not in ("meta", "wbr"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("td", "th"):
            self.tables[-1][-1][-1] += data
        self.text += data


def test_the_html_chart(tmp_path):
    path = tmp_path / "chart.html"
    result = bench("mover@320x240@60,drop=5", "--pointer", "both", "--repeat", "2", "--chart", path)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>") and text.rstrip().endswith("</html>")
    assert 'name="viewport"' in text and text.count("<svg") == 1 and "prefers-color-scheme:dark" in text
    body = text.replace("http://www.w3.org/2000/svg", "")
    assert not any(word in body for word in ("http", "src=", "<script", "<link", "@import", "url("))
    page = Page(text)
    # All the numbers of the document are in the page.
    for table, runs in zip(page.tables, (result["median"], result["runs"]), strict=True):
        assert len(table) == 1 + len(runs)
        for cells, run in zip(table[1:], runs, strict=True):
            assert cells[0] == run["mode"] + (", pointer on" if run["pointer"] else ", pointer off")
            row = dict(zip(table[0][1:], map(float, cells[1:]), strict=True))
            for name, value, within in (
                    ("calls/s", run["call_fps"], 0.051), ("valid fps", run["valid_fps"], 0.051),
                    ("unique fps", run["unique_fps"], 0.051), ("changed %", run["changed_pct"], 0.051),
                    ("missed %", run["missed_pct"], 0.0056), ("presented fps", run["presented_fps"], 0.051),
                    ("interval p50\u00a0ms", run["interval_us"]["p50"] / 1000, 0.0051),
                    ("interval p99\u00a0ms", run["interval_us"]["p99"] / 1000, 0.0051),
                    ("interval max\u00a0ms", run["interval_us"]["max"] / 1000, 0.0051),
                    ("call p50\u00a0ms", run["grab_us"]["p50"] / 1000, 0.0051),
                    ("latency p50\u00a0ms", run["latency_us"]["p50"] / 1000, 0.0051),
                    ("latency p99\u00a0ms", run["latency_us"]["p99"] / 1000, 0.0051),
                    ("CPU %", run["cpu_pct"], 0.051), ("counting %", run["analysis_pct"], 0.051),
                    ("fingerprinted %", run["fingerprinted_pct"], 0.51)):
                assert row.pop(name) == pytest.approx(value, abs=within)
            assert row == {}
    for warning in result["warnings"]:
        assert warning["text"] in page.text and warning["hint"] in page.text


def test_a_chart_is_never_overwritten_without_force(tmp_path):
    path = tmp_path / "chart.svg"
    path.write_text("mine")
    args = ["bench", "--backend", "virtual", "-o", "mover@320x240@60", "--duration", "0.3", "--repeat", "1", "--chart",
            path]
    begun = time.monotonic()
    assert "--force" in one_line(run(*args), 1)
    assert path.read_text() == "mine"
    ok(*args, "--force")
    assert path.read_text().startswith("<svg")
    assert time.monotonic() > begun


@pytest.mark.parametrize("args", [["--hz", "100000"], ["--hz", "0"], ["--hz", "-1"], ["--hz", "abc"], ["--duration", "0"],
                                  ["--warmup", "-1"], ["--timeout", "0"], ["--repeat", "1.5"],
                                  ["--repeat", "0"], ["--mode", "grub"], ["--pointer", "maybe"],
                                  ["--stimulus", "blink"], ["--fingerprint", "half"], ["--chart", "a.pdf"],
                                  ["--region", "0,0,5000,10"], ["-o", "nothing@320x240"]])
def test_wrong_usage(args):
    one_line(run("bench", "--backend", "virtual", *args), 2)


def test_without_a_display():
    line = one_line(run("bench", env=environment()), 1)
    assert "virtual" in line


def test_gpu_where_no_textures_are_shared():
    line = one_line(run("bench", "--backend", "virtual", "--mode", "gpu"), 1)
    assert "texture" in line and "--mode grab" in line


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle(number):
    process = start("bench", "--backend", "virtual", "-o", "mover@320x240@60", "--duration", "600", "--json")
    time.sleep(1.5)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    result = document(subprocess.CompletedProcess([], 0, out, err), "bench")
    assert result["runs"] == [] and result["median"] == []
    assert "interrupted" in [w["code"] for w in result["warnings"]]
    assert b"interrupted" in err


def test_a_lost_screen_is_told():
    result = bench("mover@320x240@60,loss=0.4+600", "--repeat", "1", "--timeout", "300")
    assert "source_lost" in [w["code"] for w in result["warnings"]]
