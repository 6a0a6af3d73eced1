"""`rustcam-cli shot`, on the virtual display."""

import os
import signal
import time

import numpy
import pytest
from cli_driver import DEFAULT_NAME, SMALL, decoded, document, ok, one_line, parse, run, start, validate

STILL = ["--backend", "virtual", "-o", "static@320x240@60", "--no-cursor"]


def raw(*more):
    pixels = ok("shot", *STILL, "--format", "raw", "--pixel-format", "rgb", *more, "-").stdout
    return numpy.frombuffer(pixels, dtype=numpy.uint8)


@pytest.mark.parametrize("ending", ["png", "qoi", "bmp", "ppm"])
def test_lossless_formats_hold_the_very_pixels(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    made = document(ok("shot", *STILL, "--json", path), "shot")
    assert (made["width"], made["height"], made["format"]) == (320, 240, ending)
    assert made["bytes"] == path.stat().st_size
    assert made["file"] == str(path)
    assert made["backend"] == "virtual"
    assert made["output"] == {"name": "static@320x240@60", "width": 320, "height": 240, "refresh_hz": 60}
    assert numpy.array_equal(numpy.frombuffer(decoded(path), dtype=numpy.uint8), raw())


@pytest.mark.parametrize("ending", ["jpg", "jpeg", "webp"])
def test_lossy_formats_are_near(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    ok("shot", *STILL, "--quality", "95", path)
    near = numpy.frombuffer(decoded(path), dtype=numpy.uint8).astype(int)
    assert numpy.abs(near - raw()).mean() < 6


def test_quality_and_compression_change_the_size(tmp_path):
    for name, option, values in (("a.jpg", "--quality", ("20", "90")), ("a.webp", "--quality", ("20", "90")),
                                 ("a.png", "--compression", ("9", "0"))):
        sizes = []
        for value in values:
            ok("shot", *STILL, option, value, "--force", name, cwd=tmp_path)
            sizes.append((tmp_path / name).stat().st_size)
        assert sizes[0] < sizes[1]


@pytest.mark.parametrize("pixel_format,size", [("bgra", 4), ("rgba", 4), ("bgr", 3), ("rgb", 3), ("gray", 1)])
def test_raw_pixels_in_every_format(pixel_format, size):
    pixels = ok("shot", *STILL, "--format", "raw", "--pixel-format", pixel_format, "-").stdout
    assert len(pixels) == 320 * 240 * size
    if size == 4:
        assert set(pixels[3::4]) == {255}
    if pixel_format == "bgr":
        assert numpy.array_equal(numpy.frombuffer(pixels, dtype=numpy.uint8).reshape(-1, 3)[:, ::-1].ravel(), raw())


def test_a_region_is_that_part_of_the_whole():
    whole = raw().reshape(240, 320, 3)
    part = raw("--region", "10,20,110,95").reshape(75, 100, 3)
    assert numpy.array_equal(part, whole[20:95, 10:110])
    assert numpy.array_equal(raw("--region", "10,20 100x75"), part.ravel())
    assert numpy.array_equal(raw("--region", "100x75+10+20"), part.ravel())


def test_nothing_but_the_picture_goes_to_a_pipe():
    result = ok("-vv", "shot", *STILL, "-")
    assert result.stdout.startswith(b"\x89PNG\r\n")
    assert result.stdout.endswith(b"IEND\xaeB`\x82")
    assert result.stderr != b""


def test_a_made_up_name_goes_to_stdout(tmp_path):
    name = DEFAULT_NAME.fullmatch(ok("shot", *STILL, cwd=tmp_path).stdout.decode())
    assert name and name[2] == "png"
    assert os.listdir(tmp_path) == [name[0].strip()]
    again = ok("shot", *STILL, "--format", "qoi", cwd=tmp_path).stdout.decode().strip()
    assert again.endswith(".qoi") and len(os.listdir(tmp_path)) == 2


def test_a_made_up_name_goes_only_into_the_json_where_that_goes_to_stdout(tmp_path):
    made = document(ok("shot", *STILL, "--json", cwd=tmp_path), "shot")
    assert os.listdir(tmp_path) == [made["file"]]


def test_two_made_up_names_in_one_second_do_not_collide(tmp_path):
    names = [ok("shot", *STILL, cwd=tmp_path).stdout for _ in range(4)]
    assert len(set(names)) == 4 == len(os.listdir(tmp_path))


def test_all_makes_a_file_for_each_output(tmp_path):
    listed = parse(ok("list", "--backend", "virtual", "--json").stdout)["outputs"]
    made = document(ok("shot", "--backend", "virtual", "--all", "--json", "out.qoi", cwd=tmp_path), "shot")
    assert [s["output"]["name"] for s in made["shots"]] == [o["name"] for o in listed]
    assert sorted(os.listdir(tmp_path)) == sorted(f"out-{o['name']}.qoi" for o in listed)
    one_line(run("shot", "--backend", "virtual", "--all", "out.qoi", cwd=tmp_path), 1)


def test_a_delay_waits(tmp_path):
    begun = time.monotonic()
    ok("shot", *STILL, "--delay", "0.6", "a.png", cwd=tmp_path)
    assert time.monotonic() - begun >= 0.6


def test_a_signal_during_the_delay_ends_it_with_nothing_made(tmp_path):
    process = start("shot", *STILL, "--delay", "60", "a.png", cwd=tmp_path)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    assert os.listdir(tmp_path) == []


def test_the_pointer_is_drawn_unless_it_is_left_out():
    screen = ["--backend", "virtual", "-o", "static@320x240@60,pointer=color,pointer_at=100:80", "--format", "raw"]
    drawn, without, plain = (
        numpy.frombuffer(ok("shot", *args, "-").stdout, dtype=numpy.uint8).reshape(240, 320, 4)
        for args in (screen, [*screen, "--no-cursor"], [*STILL, "--format", "raw"]))
    assert numpy.array_equal(without, plain)
    rows, columns = numpy.nonzero((drawn != without).any(axis=2))
    assert len(rows) > 20
    assert rows.min() >= 80 and columns.min() >= 100 and rows.max() < 160 and columns.max() < 180


def test_odd_sizes_are_exact(tmp_path):
    made = document(ok("shot", "--backend", "virtual", "-o", "mover@321x241@60", "--json", "a.png", cwd=tmp_path), "shot")
    assert (made["width"], made["height"]) == (321, 241)
    assert len(decoded(tmp_path / "a.png")) == 321 * 241 * 3


def test_a_file_name_in_utf8(tmp_path):
    made = document(ok("shot", *SMALL, "--json", "écran – ☃.png", cwd=tmp_path), "shot")
    assert made["file"] == "écran – ☃.png"
    assert (tmp_path / "écran – ☃.png").exists()


def test_a_full_disk_leaves_no_partial_file(tmp_path):
    assert "/dev/full" in one_line(run("shot", *SMALL, "--format", "png", "/dev/full", cwd=tmp_path), 1)
    with open("/dev/full", "wb") as full:
        process = start("shot", *SMALL, "-", stdout=full)
        assert process.wait(30) == 1


def test_the_schema_is_not_satisfied_by_just_anything():
    with pytest.raises(Exception):
        validate({"schema": "rustcam.shot/1", "version": "1", "warnings": []}, "shot")
