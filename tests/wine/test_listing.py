"""What the program says about the Windows machine."""


def test_outputs(wine):
    run = wine.run("list", "outputs", "--json", layer="outputs=2;size=1280x720;rotation=0")
    assert run.status == 0, run.stderr
    outputs = run.json()["outputs"]
    assert [o["name"] for o in outputs] == [r"\\.\DISPLAY1", r"\\.\DISPLAY2"]
    assert [(o["x"], o["y"], o["width"], o["height"]) for o in outputs] == [(0, 0, 1280, 720), (1280, 0, 1280, 720)]
    assert {o["backend"] for o in outputs} == {"dda"}


def test_devices_windows_backends_encoders(wine):
    for what in ("devices", "windows", "backends", "encoders"):
        run = wine.run("list", what, "--json")
        assert run.status == 0, run.stderr
        assert what in run.json()
    names = {e["name"]: e for e in run.json()["encoders"]}
    assert names["libx264"]["opens"]


def test_an_unknown_output_is_wrong_usage(wine):
    run = wine.run("shot", "-o", "no-such-output", "x.png", layer="")
    assert run.status == 2
    assert "DISPLAY1" in run.stderr


def test_a_stimulus_window(wine):
    run = wine.run("stimulus", "flip_demo", "--size", "640x360", "--hz", "30", "--duration", "2", "--json")
    assert run.status == 0, run.stderr
    assert run.json()["presented"] >= 30
