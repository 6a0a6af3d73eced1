"""`rustcam-cli shot` of a real Wayland compositor: every pixel, at every scale, however the output is turned."""

import json
import math

import numpy as np
import pytest
from cli_driver import one_line, run
from rustcam_testing import json_cli, ok_cli, picture
from sway_bed import TRANSFORMS, draws_the_pointer_in, needs_grim, settle
from wayland_client import WaylandClient, detail

SIZE = (600, 360)
HOT_SPOT = (5, 3)


@pytest.fixture(name="client")
def wayland_client(sway):
    with WaylandClient(sway) as client:
        yield client


def shoot(sway, folder, *args):
    """A picture as rustcam-cli takes it, and its JSON."""
    told = json_cli("shot", "--json", "--force", *args, "shot.png", env=sway.env, cwd=folder)
    return picture(folder / "shot.png"), told


def upright(size, transform):
    return size[::-1] if transform.endswith(("90", "270")) else size


@pytest.mark.parametrize("scale", [1, 1.25, 1.5, 2])
def test_every_pixel_upright_at_every_scale_and_turn(sway, tmp_path, scale):
    for transform in TRANSFORMS:
        sway.set(size=SIZE, scale=scale, transform=transform)
        drawn = detail(upright(SIZE, transform))
        with WaylandClient(sway) as client:
            client.show(drawn)
            shot, told = shoot(sway, tmp_path)
            assert (told["width"], told["height"]) == upright(SIZE, transform)
            assert np.array_equal(shot, drawn), transform


@needs_grim
@pytest.mark.parametrize("scale", [1, 1.25, 1.5, 2])
def test_another_program_sees_the_same(sway, client, tmp_path, scale):
    sway.set(size=SIZE, scale=scale)
    client.show(detail(SIZE, 2))
    shot, _ = shoot(sway, tmp_path)
    assert np.array_equal(shot, sway.grab("HEADLESS-1", scale))


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.qoi", "a.ppm"])
def test_lossless_formats_show_the_whole_screen(sway, client, tmp_path, name):
    drawn = detail((640, 360))
    client.show(drawn)
    ok_cli("shot", name, env=sway.env, cwd=tmp_path)
    assert np.array_equal(picture(tmp_path / name), drawn)


def test_raw_pixels_are_opaque(sway, client):
    drawn = detail((640, 360))
    client.show(drawn)
    raw = ok_cli("shot", "--format", "raw", "--pixel-format", "bgra", "-", env=sway.env).stdout
    pixels = np.frombuffer(raw, np.uint8).reshape(360, 640, 4)
    assert (pixels[..., 3] == 255).all()
    assert np.array_equal(pixels[..., 2::-1], drawn)


def test_a_still_screen_is_shot_at_once(sway, tmp_path):
    settle()
    shot, _ = shoot(sway, tmp_path, "--timeout", "60000")
    assert len(np.unique(shot.reshape(-1, 3), axis=0)) == 1


def test_a_region_from_the_outputs_corner_is_exact(sway, client, tmp_path):
    sway.set(size=SIZE, scale=1.5)
    drawn = detail(SIZE)
    client.show(drawn)
    shot, _ = shoot(sway, tmp_path, "--region", "31,7,331,207")
    assert np.array_equal(shot, drawn[7:207, 31:331])


def pixels_of(region, output, scale, size):
    """Where the text of slurp's region lies on the output: [left, top, right, bottom] in its pixels."""
    rect = output["rect"]
    place, extent = region.split()
    left, top = (int(each) for each in place.split(","))
    width, height = (int(each) for each in extent.split("x"))

    def edge(value, first, length, whole, rounded):
        if value == first:
            return 0
        if value == first + length:
            return whole
        return int(rounded((value - first) * scale))

    return [edge(left, rect["x"], rect["width"], size[0], math.floor), edge(top, rect["y"], rect["height"], size[1], math.floor),
            edge(left + width, rect["x"], rect["width"], size[0], math.ceil),
            edge(top + height, rect["y"], rect["height"], size[1], math.ceil)]


@pytest.mark.parametrize("scale, region", [(1.25, "11,13 100x51"), (1.25, "0,0 480x288"), (1.25, "479,287 1x1"), (1.5, "7,9 101x33"),
                                           (1.5, "399,1 1x7"), (2, "5,6 7x8"), (1, "1,2 3x4")])
def test_a_region_as_slurp_prints_it(sway, client, tmp_path, scale, region):
    sway.set(size=SIZE, scale=scale)
    drawn = detail(SIZE)
    client.show(drawn)
    left, top, right, bottom = pixels_of(region, sway.output(), scale, SIZE)
    shot, _ = shoot(sway, tmp_path, "--region", region)
    assert np.array_equal(shot, drawn[top:bottom, left:right])


@pytest.mark.parametrize("size, scale", [((1366, 768), 1.25), ((1366, 768), 1.5), ((641, 361), 2), ((1000, 700), 1.75)])
def test_a_size_that_the_scale_does_not_divide_has_all_its_pixels(sway, tmp_path, size, scale):
    sway.set(size=size, scale=scale)
    rect = sway.output()["rect"]
    shot, told = shoot(sway, tmp_path)
    assert (told["width"], told["height"]) == size
    whole, _ = shoot(sway, tmp_path, "--region", f"0,0 {rect['width']}x{rect['height']}")
    assert np.array_equal(whole, shot)
    corner, _ = shoot(sway, tmp_path, "--region", f"{rect['width'] - 1},{rect['height'] - 1} 1x1")
    left, top = math.floor((rect["width"] - 1) * scale), math.floor((rect["height"] - 1) * scale)
    assert corner.shape[:2] == (size[1] - top, size[0] - left)


def test_a_region_outside_or_across_outputs_is_wrong_usage(sway, tmp_path):
    sway.set(size=SIZE, scale=1.25)
    sway.switch("HEADLESS-2", True)
    sway.set("HEADLESS-2", size=SIZE, position=(480, 0), scale=1)
    for region in ("479,0 2x10", "470,280 10x9", "2000,0 10x10", "0,0 0x4"):
        one_line(run("shot", "--region", region, "a.png", env=sway.env, cwd=tmp_path), 2)
    one_line(run("shot", "-o", "HEADLESS-2", "--region", "0,0 10x10", "a.png", env=sway.env, cwd=tmp_path), 2)
    assert not list(tmp_path.iterdir())


def test_two_outputs_one_of_them_scaled_and_turned(sway, tmp_path):
    sway.switch("HEADLESS-2", True)
    sway.set("HEADLESS-2", size=SIZE, scale=1.5, transform="90", position=(640, 40))
    drawn = {"HEADLESS-1": detail((640, 360), 3), "HEADLESS-2": detail(SIZE[::-1], 4)}
    with WaylandClient(sway) as client:
        for name, pixels in drawn.items():
            client.show(pixels, name)
        document = json_cli("shot", "--all", "--json", "out.png", env=sway.env, cwd=tmp_path)
        assert sorted(each["output"]["name"] for each in document["shots"]) == sorted(drawn)
        for name, pixels in drawn.items():
            assert np.array_equal(picture(tmp_path / f"out-{name}.png"), pixels), name
            shot, _ = shoot(sway, tmp_path, "-o", name)
            assert np.array_equal(shot, pixels)
        first, told = shoot(sway, tmp_path, "--region", "100,50 200x100")
        assert told["output"]["name"] == "HEADLESS-1"
        assert np.array_equal(first, drawn["HEADLESS-1"][50:150, 100:300])
        # Desktop coordinates choose the output, and its corner is at (640, 40).
        second, told = shoot(sway, tmp_path, "--region", "651,47 101x33")
        assert told["output"]["name"] == "HEADLESS-2"
        left, top, right, bottom = pixels_of("651,47 101x33", sway.output("HEADLESS-2"), 1.5, SIZE[::-1])
        assert np.array_equal(second, drawn["HEADLESS-2"][top:bottom, left:right])


def block():
    """A pointer's shape without transparency, and without two pixels alike."""
    shape = np.full((12, 16, 4), 255, np.uint8)
    shape[..., :3] = detail((16, 12), 9)
    return shape


def with_pointer(drawn, shape, place):
    """The picture as it has to look with a pointer whose hot spot is at `place`."""
    out = drawn.copy()
    for y in range(shape.shape[0]):
        for x in range(shape.shape[1]):
            at = (place[1] - HOT_SPOT[1] + y, place[0] - HOT_SPOT[0] + x)
            if 0 <= at[0] < out.shape[0] and 0 <= at[1] < out.shape[1]:
                out[at] = shape[y, x, 2::-1]
    return out


def test_the_pointer_is_where_its_hot_spot_is(sway, client, tmp_path):
    drawn, shape = detail((640, 360)), block()
    client.show(drawn)
    shown = client.have_pointer(shape, HOT_SPOT)
    # Over the left or the upper edge alone, sway 1.7 itself draws another picture of it.
    for place in ((300, 200), (0, 0), (639, 359), (637, 180)):
        sway.move_pointer(*place)
        while not shown:
            client.dispatch()
        client.sync()
        settle()
        shot, _ = shoot(sway, tmp_path, "--cursor")
        assert np.array_equal(shot, with_pointer(drawn, shape, place)), place


def test_what_no_cursor_cannot_do_is_said(sway, client, tmp_path):
    drawn, shape = detail((640, 360)), block()
    client.show(drawn)
    shown = client.have_pointer(shape, HOT_SPOT)
    sway.move_pointer(100, 100)
    while not shown:
        client.dispatch()
    client.sync()
    settle()
    shot, told = shoot(sway, tmp_path, "--no-cursor")
    codes = [each["code"] for each in told["warnings"]]
    if draws_the_pointer_in():
        assert "pointer_embedded" in codes
    else:
        assert np.array_equal(shot, drawn)
    result = ok_cli("shot", "--json", "--cursor", "with.png", env=sway.env, cwd=tmp_path)
    assert "pointer_embedded" not in [each["code"] for each in json.loads(result.stdout)["warnings"]]
