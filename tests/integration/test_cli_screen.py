"""The documents and the stimulus on a real X screen."""

import signal
import time

import pytest
from cli_driver import SLOW, document, one_line, ok, parse, run, start, validate
from rustcam_testing import picture, wait_until


def test_every_list_is_as_its_schema_says(screen):
    outputs = document(ok("list", "--json", env=screen.env), "list")["outputs"]
    assert len(outputs) == 1
    assert (outputs[0]["backend"], outputs[0]["width"], outputs[0]["height"]) == ("x11", 1920, 1080)
    document(ok("list", "windows", "--json", env=screen.env), "list")
    result = run("list", "devices", "--json", env=screen.env)
    if result.returncode == 0:
        document(result, "list")
    else:
        one_line(result, 1)
    backends = document(ok("list", "backends", "--json", env=screen.env), "list")["backends"]
    assert next(b for b in backends if b["name"] == "x11")["available"]


def test_doctor_finds_that_the_main_job_works(screen, tmp_path):
    checks = {c["name"]: c for c in document(ok("doctor", "--json", env=screen.env, cwd=tmp_path), "doctor")["checks"]}
    assert checks["display"]["ok"] and "x11" in checks["display"]["detail"]
    assert checks["capture"]["ok"] and "1920x1080" in checks["capture"]["detail"]


def test_shot_and_record_documents(screen, tmp_path):
    shot = document(ok("shot", "--json", "a.png", env=screen.env, cwd=tmp_path), "shot")
    assert shot["backend"] == "x11" and (shot["width"], shot["height"]) == (1920, 1080)
    stats = document(ok("record", "--preset", "ultrafast", "--frames", "10", "--json", "a.mp4", env=screen.env,
                        cwd=tmp_path), "record")
    assert stats["backend"] == "x11" and stats["frames"]["coalesced"] is None


def test_a_stimulus_ends_after_its_duration_and_tells_its_rate(screen):
    begun = time.monotonic()
    shown = document(ok("stimulus", "static", "--hz", "20", "--duration", "2", "--json", env=screen.env), "stimulus")
    assert time.monotonic() - begun >= 2
    assert 1 <= shown["presented"] <= 40
    assert shown["presented_fps"] <= 20.5
    if SLOW == 1:
        assert shown["presented"] >= 30


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_stimulus_in_good_order(screen, tmp_path, number):
    process = start("stimulus", "flip_demo", "--hz", "30", "--size", "400x300", "--json", env=screen.env)
    before = screen.grab()
    wait_until(lambda: (screen.grab() != before).any(), what="the stimulus", alive=process)
    process.send_signal(number)
    out, err = process.communicate(timeout=20 * SLOW)
    assert process.returncode == 0, err
    assert validate(parse(out), "stimulus")["presented"] > 0


def test_a_stimulus_on_an_output_that_is_not_there_is_wrong_usage(screen):
    assert "nonsense" in one_line(run("stimulus", "mover", "-o", "nonsense", env=screen.env), 2)


def test_a_stimulus_is_silent_without_json(screen):
    result = ok("stimulus", "gradient", "--duration", "0.2", env=screen.env)
    assert result.stdout == b"" and result.stderr == b""


def test_all_outputs_of_a_screen(screen, tmp_path):
    made = document(ok("shot", "--all", "--no-cursor", "--json", "out.png", env=screen.env, cwd=tmp_path), "shot")["shots"]
    assert len(made) == 1
    assert (picture(tmp_path / made[0]["file"]) == screen.grab()).all()
