"""What the back end `wayland` tells of a session, which back end is taken there, and what is said if there is none."""

import json
import os
import socket

import pytest
from cli_driver import document, ok, one_line, run
from rustcam_testing import environment

HARMLESS = [["--help"], ["--version"], ["record", "--help"], ["list", "encoders"],
            ["shot", "--backend", "virtual", "-o", "static@320x240@60", "virtual.png"]]


def outputs(sway):
    return {each["name"]: each for each in document(ok("list", "outputs", "--json", env=sway.env), "list")["outputs"]}


def test_an_output_as_the_compositor_tells_it(sway):
    (only,) = outputs(sway).values()
    assert (only["name"], only["backend"], only["index"]) == ("HEADLESS-1", "wayland", 0)
    assert (only["x"], only["y"], only["width"], only["height"]) == (0, 0, 640, 360)
    assert only["refresh_hz"] == pytest.approx(120, abs=0.01)
    assert (only["scale"], only["rotation"]) == (1, 0)
    # Compositors put make, model and serial number into one text; of these outputs sway says little.
    assert "headless" in only["description"].lower()


@pytest.mark.parametrize("scale", [1, 1.25, 1.5, 2])
def test_scales_are_told_as_they_are_and_sizes_in_pixels(sway, scale):
    sway.set(size=(600, 360), scale=scale)
    (only,) = outputs(sway).values()
    assert only["scale"] == pytest.approx(scale, abs=0.01)
    assert (only["width"], only["height"]) == (600, 360)


@pytest.mark.parametrize("transform, rotation", [("normal", 0), ("90", 90), ("180", 180), ("270", 270), ("flipped-90", 90)])
def test_a_turned_output_is_told_upright(sway, transform, rotation):
    sway.set(size=(600, 360), transform=transform)
    (only,) = outputs(sway).values()
    assert (only["width"], only["height"]) == ((360, 600) if rotation in (90, 270) else (600, 360))
    # Clockwise or not is one's point of view, but a quarter turn is one.
    assert only["rotation"] % 180 == rotation % 180


def test_two_outputs_in_their_places(sway):
    sway.switch("HEADLESS-2", True)
    sway.set("HEADLESS-2", size=(600, 300), hz=50, scale=1.5, transform="90", position=(640, 20))
    listed = outputs(sway)
    second = listed["HEADLESS-2"]
    assert sorted(each["index"] for each in listed.values()) == [0, 1]
    assert (second["x"], second["y"], second["width"], second["height"]) == (640, 20, 300, 600)
    assert second["scale"] == pytest.approx(1.5, abs=0.01)
    assert second["refresh_hz"] == pytest.approx(50, abs=0.01)
    assert listed["HEADLESS-1"]["refresh_hz"] == pytest.approx(120, abs=0.01)
    text = ok("list", env=sway.env).stdout.decode()
    assert "HEADLESS-1" in text and "HEADLESS-2" in text


def test_an_output_that_is_off_is_none(sway):
    sway.switch("HEADLESS-2", True)
    assert len(outputs(sway)) == 2
    sway.switch("HEADLESS-2", False)
    assert list(outputs(sway)) == ["HEADLESS-1"]


def test_the_back_end_is_there_and_doctor_records_with_it(sway, tmp_path):
    listed = document(ok("list", "backends", "--json", env=sway.env), "list")["backends"]
    assert next(each for each in listed if each["name"] == "wayland")["available"]
    found = document(ok("doctor", "--json", env=sway.env, cwd=tmp_path), "doctor")["checks"]
    checks = {each["name"]: each for each in found}
    assert checks["display"]["ok"] and "wayland" in checks["display"]["detail"]
    assert "HEADLESS-1" in checks["outputs"]["detail"]
    assert checks["capture"]["ok"] and checks["backend wayland"]["ok"]
    assert "session" not in checks


def test_outside_of_a_session_it_is_not(tmp_path):
    listed = document(ok("list", "backends", "--json"), "list")["backends"]
    wayland = next(each for each in listed if each["name"] == "wayland")
    assert not wayland["available"] and "WAYLAND_DISPLAY" in wayland["reason"]


def test_in_a_wayland_session_no_x_server_is_taken(sway, screen, tmp_path):
    both = {**sway.env, "DISPLAY": screen.display}
    told = json.loads(ok("shot", "--json", "shot.png", env=both, cwd=tmp_path).stdout)
    assert told["backend"] == "wayland"
    assert (told["width"], told["height"]) == (640, 360)
    told = json.loads(ok("shot", "--json", "--backend", "x11", "x.png", env=both, cwd=tmp_path).stdout)
    assert told["backend"] == "x11"


def test_an_x_server_in_the_place_of_a_compositor_that_is_not_there_is_said(sway, screen, tmp_path):
    both = {**sway.env, "DISPLAY": screen.display, "WAYLAND_DISPLAY": "wayland-99"}
    result = ok("shot", "--json", "shot.png", env=both, cwd=tmp_path)
    assert json.loads(result.stdout)["backend"] == "x11"
    assert "wayland" in result.stderr.decode().lower()


@pytest.fixture(name="refusing")
def refusing_socket(tmp_path):
    """A socket on which nobody listens."""
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "wayland-7"))
    return tmp_path / "wayland-7"


WRONG = {
    "no session": {"WAYLAND_DISPLAY": None, "XDG_RUNTIME_DIR": "."},
    "no such socket": {"WAYLAND_DISPLAY": "wayland-99"},
    "no such path": {"WAYLAND_DISPLAY": "/nowhere/wayland-0"},
    "no folder": {"XDG_RUNTIME_DIR": None},
    "another folder": {"XDG_RUNTIME_DIR": "/nowhere"},
    "an endless name": {"WAYLAND_DISPLAY": "w" * 200},
    "nobody listens": {"WAYLAND_DISPLAY": "REFUSING"},
}


@pytest.mark.parametrize("case", WRONG)
def test_a_session_that_is_not_there_is_one_line(sway, case, tmp_path, refusing):
    changes = {k: str(refusing) if v == "REFUSING" else str(tmp_path) if v == "." else v for k, v in WRONG[case].items()}
    for command in (["shot", "shot.png"], ["record", "--frames", "2", "out.mp4"], ["list", "outputs"], ["stimulus", "mover"]):
        result = run(*command, "--backend", "wayland", env=environment(**{**sway.env, **changes}), cwd=tmp_path)
        text = one_line(result, 1)
        assert "wayland" in text.lower()
    assert [each.name for each in tmp_path.iterdir()] == ["wayland-7"]


def test_a_socket_by_its_full_path_needs_no_folder(sway, tmp_path):
    path = os.path.join(sway.folder, sway.display)
    env = environment(WAYLAND_DISPLAY=path, XDG_RUNTIME_DIR=None)
    assert json.loads(ok("shot", "--json", "shot.png", env=env, cwd=tmp_path).stdout)["backend"] == "wayland"


def libraries(*args, env, cwd):
    """The libraries that the system's loader opened for a command that succeeds."""
    ok(*args, env={**env, "LD_DEBUG": "libs", "LD_DEBUG_OUTPUT": str(cwd / "loader")}, cwd=cwd)
    told = "".join(each.read_text(encoding="utf-8") for each in cwd.glob("loader.*"))
    assert "libc.so" in told
    return {line.rpartition("/")[2] for line in told.splitlines() if "calling init: " in line}


@pytest.mark.parametrize("command", HARMLESS, ids=lambda each: each[0])
def test_who_needs_no_compositor_loads_no_wayland_library(sway, tmp_path, command):
    assert not [each for each in libraries(*command, env=sway.env, cwd=tmp_path) if "wayland" in each]


def test_x11_loads_no_wayland_library(sway, screen, tmp_path):
    env = {**sway.env, "DISPLAY": screen.display}
    assert not [each for each in libraries("shot", "--backend", "x11", "x.png", env=env, cwd=tmp_path) if "wayland" in each]
    assert [each for each in libraries("shot", "w.png", env=env, cwd=tmp_path) if "wayland" in each]
