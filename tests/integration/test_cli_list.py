"""`rustcam-cli list`, `doctor` and `stimulus` if there is no screen."""

import os

import pytest
from cli_driver import document, environment, ok, one_line, parse, run

BACKENDS = ["dda", "x11", "wayland", "portal", "virtual"]


def test_the_virtual_outputs():
    listed = document(ok("list", "--backend", "virtual", "--json"), "list")["outputs"]
    assert [o["index"] for o in listed] == list(range(len(listed)))
    assert "mover@1920x1080@60" in [o["name"] for o in listed]
    assert sum(o["primary"] for o in listed) <= 1
    for o in listed:
        assert (o["backend"], o["width"], o["height"], o["refresh_hz"]) == ("virtual", 1920, 1080, 60)
    text = ok("list", "--backend", "virtual").stdout.decode()
    assert len(text.splitlines()) == len(listed) + 1
    assert all(o["name"] in text for o in listed)


def test_outputs_is_the_default():
    assert ok("list", "--backend", "virtual").stdout == ok("list", "outputs", "--backend", "virtual").stdout


def test_back_ends_and_why_not():
    listed = document(ok("list", "backends", "--json"), "list")["backends"]
    assert sorted(b["name"] for b in listed) == sorted(BACKENDS)
    by_name = {b["name"]: b for b in listed}
    assert by_name["virtual"]["available"]
    assert not by_name["dda"]["available"] and by_name["dda"]["reason"]
    assert not by_name["x11"]["available"] and "DISPLAY" in by_name["x11"]["reason"]


def test_encoders_and_which_of_them_open():
    listed = document(ok("list", "encoders", "--json"), "list")["encoders"]
    by_name = {e["name"]: e for e in listed}
    assert by_name["libx264"]["opens"] and by_name["libx264"]["error"] is None
    assert by_name["libx264"]["codec"] == "h264" and not by_name["libx264"]["hardware"]
    for e in listed:
        assert e["opens"] == (e["error"] is None)
    assert all(e["name"] in ok("list", "encoders").stdout.decode() for e in listed)


@pytest.mark.parametrize("what", ["windows", "devices"])
def test_what_a_back_end_cannot_list_is_said(what):
    result = run("list", what, "--backend", "virtual", "--json")
    if result.returncode == 0:
        document(result, "list")
    else:
        assert "virtual" in one_line(result, 1)


def test_doctor_without_a_display_names_the_virtual_back_end(tmp_path):
    result = run("doctor", "--json", cwd=tmp_path)
    assert result.returncode == 1
    checks = document(result, "doctor")["checks"]
    display = next(c for c in checks if c["name"] == "display")
    assert not display["ok"] and "--backend virtual" in display["fix"]
    for c in checks:
        assert c["ok"] == (c["fix"] is None)
    assert os.listdir(tmp_path) == []


def test_doctor_finds_that_the_virtual_display_works(tmp_path):
    checks = {c["name"]: c for c in document(ok("doctor", "--backend", "virtual", "--json", cwd=tmp_path), "doctor")["checks"]}
    for name in ("display", "outputs", "capture", "encoder x264", "folder"):
        assert checks[name]["ok"], checks[name]
    assert {"disk", "timer", "encoder nvenc", "backend virtual"} <= set(checks)
    text = ok("doctor", "--backend", "virtual", cwd=tmp_path).stdout.decode()
    assert all(name in text for name in checks)


def test_doctor_says_where_no_file_can_be_made():
    result = run("doctor", "--backend", "virtual", "--json", cwd="/proc")
    assert result.returncode == 1
    folder = next(c for c in document(result, "doctor")["checks"] if c["name"] == "folder")
    assert not folder["ok"] and folder["fix"]


def test_a_stimulus_needs_a_screen():
    assert "--backend virtual" in one_line(run("stimulus", "mover", "--duration", "1"), 1)
    assert "--backend virtual -o mover" in one_line(run("stimulus", "mover", "--backend", "virtual"), 1)


def test_documents_are_utf8_whatever_the_locale():
    plain = ok("list", "--backend", "virtual", "--json", env=environment(LC_ALL="C"))
    assert parse(plain.stdout.decode("utf-8"))["outputs"]


def test_doctor_in_a_wayland_session_without_an_x_server():
    for session in ({"WAYLAND_DISPLAY": "wayland-0"}, {"XDG_SESSION_TYPE": "wayland"}):
        result = run("doctor", "--json", env=environment(**session))
        assert result.returncode == 1
        display = next(c for c in document(result, "doctor")["checks"] if c["name"] == "display")
        assert not display["ok"] and "X11 session" in display["fix"] and "--backend virtual" in display["fix"]


def test_doctor_in_a_wayland_session_with_xwayland(screen):
    result = run("doctor", "--json", env={**screen.env, "WAYLAND_DISPLAY": "wayland-0"})
    assert result.returncode == 1
    session = next(c for c in document(result, "doctor")["checks"] if c["name"] == "session")
    assert not session["ok"] and "XWayland" in session["detail"] and "X11 session" in session["fix"]
    text = run("doctor", env={**screen.env, "WAYLAND_DISPLAY": "wayland-0"}).stdout.decode()
    assert "FAIL  session" in text and "Recording works here" not in text


def test_doctor_in_an_x_session(screen):
    text = ok("doctor", env=screen.env).stdout.decode()
    assert "Recording works here." in text
    checks = document(ok("doctor", "--json", env=screen.env), "doctor")["checks"]
    assert "session" not in [check["name"] for check in checks]
