"""Pictures of a duplicated desktop, pixel by pixel."""

import numpy as np
import pytest

from frames import blend, scene_picture

W, H = 640, 480


def shot(wine, layer, *arguments, width=W, height=H):
    process = wine.start(["shot", "--format", "raw", *arguments, "-"], layer=f"scene=static;size={W}x{H};" + layer)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    report = wine.report()
    assert report["violations"] in ({}, None), report
    assert report["leaks"] == {"duplications": 0, "textures": 0}, report
    return np.frombuffer(stdout, np.uint8).reshape(height, width, 4)


@pytest.fixture(scope="module")
def truth():
    return scene_picture("static", W, H)


def test_an_acquire_that_does_not_return_is_told(wine):
    run = wine.run("shot", "--force", "hanging.png", layer="scene=static;size=640x480;hang=0")
    assert run.status == 1
    assert "does not answer" in run.stderr, run.stderr


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_upright_in_every_rotation(wine, truth, rotation):
    assert np.array_equal(shot(wine, f"rotation={rotation}"), truth)


@pytest.mark.parametrize("older", ["", ";no_duplicate1=1"])
def test_a_desktop_that_presents_once_is_shot_at_once(wine, truth, older):
    assert np.array_equal(shot(wine, "once=1" + older), truth)
    assert np.array_equal(shot(wine, "once=1;black=1" + older), truth)


def test_a_black_desktop_is_legal(wine):
    picture = shot(wine, "scene=black;once=1")
    assert not picture[:, :, :3].any()
    assert (picture[:, :, 3] == 255).all()


def test_a_region(wine, truth):
    picture = shot(wine, "", "--region", "101,50,301,251", width=200, height=201)
    assert np.array_equal(picture, truth[50:251, 101:301])


PLACES = {"inside": (100, 200), "left": (-9, 200), "top": (300, -13), "right": (W - 11, 90), "bottom": (50, H - 5)}


@pytest.mark.parametrize("kind", ["color", "masked", "mono"])
@pytest.mark.parametrize("place", PLACES)
def test_the_pointer(wine, truth, kind, place):
    left, top = PLACES[place]
    picture = shot(wine, f"pointer={kind};pointer_at={left},{top}")
    expected = blend(truth.copy(), kind, left, top)
    assert np.abs(picture.astype(int) - expected.astype(int)).max() <= 1


def test_the_pointer_on_a_rotated_desktop_and_region(wine, truth):
    picture = shot(wine, "rotation=90;pointer=color;pointer_at=100,60", "--region", "90,50,190,130", width=100, height=80)
    expected = blend(truth.copy(), "color", 100, 60)[50:130, 90:190]
    assert np.abs(picture.astype(int) - expected.astype(int)).max() <= 1


def test_no_cursor(wine, truth):
    assert np.array_equal(shot(wine, "pointer=color;pointer_at=100,60", "--no-cursor"), truth)


def test_an_hdr_desktop_is_not_washed_out(wine, truth):
    picture = shot(wine, "hdr=200")
    assert np.abs(picture.astype(int) - truth.astype(int)).max() <= 2


def test_an_opening_that_stays_refused_is_given_up(wine):
    run = wine.run("shot", "--timeout", "500", "--force", "x.png", layer="open=E_ACCESSDENIED")
    assert run.status == 1
    assert len(run.stderr.strip().splitlines()) == 1, run.stderr
