"""Sound as far as Wine's drivers go: microphones, which are the monitors of a PulseAudio's sinks. They have no loopback."""

import json
import subprocess
import time

import numpy
import pytest

from sound_bed import SoundServer
from wine_bed import BUILD, WINE

PROBE = BUILD / "tests" / "wine" / "sound_probe.exe"
DRIVER = r"HKCU\Software\Wine\Drivers\winepulse.drv"


@pytest.fixture(scope="module")
def server():
    server = SoundServer()
    yield server
    server.close()


class Probe:
    """The program that shows the sound system, in the bed's prefix and with this server."""

    def __init__(self, wine, server):
        self.environment = {**wine.environment, "PULSE_SERVER": server.environment["PULSE_SERVER"]}

    def start(self, *words):
        return subprocess.Popen([WINE, "Z:" + str(PROBE), *words], env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def opened(self, *words):
        """A process that has opened its device."""
        process = self.start(*words)
        assert "id" in json.loads(process.stdout.readline())
        return process

    @staticmethod
    def end(process):
        said, _ = process.communicate(timeout=120)
        return json.loads(said.splitlines()[-1])

    def run(self, *words):
        return self.end(self.start(*words))

    def device(self, *words):
        """What is recorded then, if it can be opened."""
        said, _ = self.start(*words).communicate(timeout=120)
        return json.loads(said.splitlines()[0])

    def registry(self, *words):
        subprocess.run([WINE, "reg", *words], env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=120, check=True)


@pytest.fixture
def probe(wine, server):
    return Probe(wine, server)


@pytest.fixture
def tones(server, tmp_path):
    """440 Hz on the left and 1000 Hz on the right of the loudspeaker."""
    t = numpy.arange(48000 * 60) / 48000
    both = numpy.stack([numpy.sin(2 * numpy.pi * 440 * t), numpy.sin(2 * numpy.pi * 1000 * t)], axis=1)
    file = tmp_path / "tones.raw"
    (both * 16384).astype("<i2").tofile(file)
    player = server.play("loudspeaker", file)
    yield
    player.kill()
    player.wait()


def loudest_hz(samples, rate):
    spectrum = numpy.abs(numpy.fft.rfft(samples * numpy.hanning(len(samples))))
    return numpy.argmax(spectrum) * rate / len(samples)


def test_devices(probe):
    said = probe.run("list")
    assert (said["name"], said["reason_against"]) == ("wasapi", "")
    devices = {d["name"]: d for d in said["devices"] if d["name"] != "PulseAudio"}
    assert {(d["name"], d["kind"], d["rate"], d["channels"]) for d in devices.values()} == {
        ("Loudspeaker", "desktop", 48000, 2), ("Second", "desktop", 44100, 2),
        ("Monitor of Loudspeaker", "mic", 48000, 2), ("Monitor of Second", "mic", 44100, 2)}
    assert [d["kind"] for d in said["devices"]] == ["desktop"] * 3 + ["mic"] * 3
    # Wine's default is one that stands for the server's.
    assert [(d["name"], d["kind"]) for d in said["devices"] if d["default"]] == [("PulseAudio", "desktop"), ("PulseAudio", "mic")]


@pytest.mark.parametrize("source", ["mic", "device:Monitor of Loudspeaker", "Monitor of Loudspeaker"])
def test_a_microphone(probe, tones, tmp_path, source):
    file = tmp_path / "samples.raw"
    said = probe.run("record", source, "1", "Z:" + str(file))
    assert (said.get("ended"), said["rate"], said["channels"]) == ("block", 48000, 2), said
    samples = numpy.fromfile(file, "<f4").reshape(-1, 2)
    frames = [b["frames"] for b in said["blocks"]]
    assert len(samples) == sum(frames)
    heard = samples[len(samples) // 2:]  # in the first half the player may not have begun
    assert abs(numpy.abs(heard).max() - 0.5) < 0.01
    assert abs(loudest_hz(heard[:, 0], 48000) - 440) < 5
    assert abs(loudest_hz(heard[:, 1], 48000) - 1000) < 5


def test_times(probe, tones):
    blocks = probe.run("record", "mic", "1")["blocks"]
    for block in blocks:
        assert block["made_s"] + block["frames"] / 48000 <= block["came_s"] + 1e-6
        assert block["came_s"] - block["made_s"] < 10
    assert blocks[-1]["made_s"] - blocks[0]["made_s"] > 0.5


def test_a_device_by_its_id(probe):
    for device in probe.run("list")["devices"]:
        if device["kind"] == "mic":
            assert probe.device("record", device["id"], "0.1")["id"] == device["id"]


def test_the_default_is_followed(probe):
    second = next(d for d in probe.run("list")["devices"] if d["name"] == "Monitor of Second")
    named = probe.opened("record", "device:Monitor of Loudspeaker", "1000")
    following = probe.opened("record", "mic", "1000")
    chosen = False
    try:
        # Wine looks once a second, and does not tell when it has begun to.
        while following.poll() is None:
            chosen = not chosen
            if chosen:
                probe.registry("add", DRIVER, "/v", "DefaultInput", "/d", second["id"], "/f")
            else:
                probe.registry("delete", DRIVER, "/v", "DefaultInput", "/f")
            try:
                following.wait(5)
            except subprocess.TimeoutExpired:
                pass
        assert probe.end(following)["ended"] == "moved"
        if chosen:
            assert probe.device("record", "mic", "0.1")["id"] == second["id"]
        assert named.poll() is None
    finally:
        if chosen:
            probe.registry("delete", DRIVER, "/v", "DefaultInput", "/f")
        named.kill()
        named.communicate()


def test_a_device_that_is_unplugged_and_comes_back(probe, server):
    before = next(d for d in probe.run("list")["devices"] if d["name"] == "Monitor of Second")
    recording = probe.opened("record", before["id"], "1000")
    server.unplug("second")
    lost = probe.end(recording)
    try:
        assert (lost.get("thrown"), lost["native_code"]) == ("AccessLost", "0x88890004")
        assert "Monitor of Second" in lost["what"]
        for name in (before["id"], "device:Monitor of Second"):
            assert probe.run("again", name, "0.1")["thrown"] == "AccessLost"
            assert probe.run("record", name, "0.1")["thrown"] == "UsageError"
    finally:
        server.plug("second", "Second", 44100)
    assert probe.device("again", before["id"], "0.1")["id"] == before["id"]


def test_what_cannot_be_recorded_says_why(probe):
    desktop = probe.run("record", "desktop", "1")
    assert (desktop["thrown"], desktop["native_code"]) == ("DeviceError", "0x88890003")
    assert "Wine's sound drivers cannot" in desktop["what"]
    program = probe.run("record", "app:Game", "1")
    assert program["thrown"] == "UsageError" and "-a desktop" in program["what"]
    unknown = probe.run("record", "device:Nothing", "1")
    assert unknown["thrown"] == "UsageError" and "'Monitor of Second'" in unknown["what"]


def test_without_a_sound_server(probe):
    probe.environment["PULSE_SERVER"] = "unix:/nowhere"
    said = probe.run("list")
    assert said["devices"] == [] and "no sound device is on" in said["reason_against"]
    for source in ("desktop", "mic"):
        assert probe.run("record", source, "1")["thrown"] == "DeviceError"
        assert probe.run("again", source, "1")["thrown"] == "AccessLost"


SCREEN = ["--backend", "virtual", "-o", "flip_demo@320x240@30", "--fps", "30"]


@pytest.fixture
def with_server(wine, server, monkeypatch):
    """The program itself, with the server."""
    monkeypatch.setitem(wine.environment, "PULSE_SERVER", server.environment["PULSE_SERVER"])
    return wine


def decoded(path, track=0):
    """The values of a track, a column for each channel."""
    out = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-map", f"0:a:{track}", "-ac", "2", "-ar", "48000",
                          "-f", "f32le", "-"], stdout=subprocess.PIPE, check=True).stdout
    return numpy.frombuffer(out, "<f4").reshape(-1, 2)


@pytest.mark.parametrize("name,codec,arguments", [
    ("a.mp4", "aac", []), ("a.mkv", "opus", []), ("b.mkv", "flac", ["--audio-codec", "flac"]),
    ("a.mov", "pcm_s16le", ["--audio-codec", "pcm"])])
def test_a_recording_with_sound_is_read_elsewhere(wine, tmp_path, name, codec, arguments):
    run = wine.run("record", *SCREEN, "--frames", "60", "-a", "device:tone,hz=1000", "--json", *arguments, name, cwd=tmp_path)
    assert run.status == 0, run.stderr
    [track] = run.json()["audio"]
    assert track["source"] == "device:tone,hz=1000" and track["duration_s"] == pytest.approx(2, abs=0.001)
    found = json.loads(subprocess.run(["ffprobe", "-v", "error", "-select_streams", "a", "-of", "json", "-show_streams",
                                       str(tmp_path / name)], stdout=subprocess.PIPE, check=True).stdout)["streams"]
    assert [(s["codec_name"], s["sample_rate"], s["channels"]) for s in found] == [(codec, "48000", 2)]
    samples = decoded(tmp_path / name)
    assert abs(len(samples) / 48000 - 2) < 0.1
    for channel in (0, 1):
        assert abs(loudest_hz(samples[12000:84000, channel], 48000) - 1000) < 3
        assert abs(numpy.abs(samples[12000:84000, channel]).max() - 10 ** (-12 / 20)) < 0.05


def test_a_recording_of_a_microphone(with_server, tones, tmp_path):
    # Long enough for PulseAudio's null sink, which works through two seconds first, if something lazy has played on it.
    run = with_server.run("record", *SCREEN, "--frames", "180", "-a", "mic", "-a", "device:tone,hz=3000", "--json", "a.mp4",
                          cwd=tmp_path)
    assert run.status == 0, run.stderr
    assert [t["source"] for t in run.json()["audio"]] == ["mic", "device:tone,hz=3000"]
    heard = decoded(tmp_path / "a.mp4")[-48000:-4800]
    assert abs(loudest_hz(heard[:, 0], 48000) - 440) < 5
    assert abs(loudest_hz(heard[:, 1], 48000) - 1000) < 5
    assert abs(loudest_hz(decoded(tmp_path / "a.mp4", 1)[-48000:-4800, 0], 48000) - 3000) < 5


def test_the_program_lists_them(with_server):
    run = with_server.run("list", "audio", "--json")
    assert run.status == 0, run.stderr
    names = {(d["name"], d["kind"]) for d in run.json()["audio"]}
    assert {("Loudspeaker", "desktop"), ("Monitor of Second", "mic")} <= names
    checks = {c["name"]: c for c in with_server.run("doctor", "--json").json()["checks"]}
    assert checks["sound"]["ok"] and "PulseAudio" in checks["sound"]["detail"]


@pytest.mark.parametrize("source,status,said", [
    ("desktop", 1, "0x88890003"), ("app:Game", 2, "-a desktop"), ("device:Nothing", 2, "'Monitor of Loudspeaker'")])
def test_the_program_says_why_it_cannot(with_server, tmp_path, source, status, said):
    run = with_server.run("record", *SCREEN, "--frames", "30", "-a", source, "a.mp4", cwd=tmp_path)
    assert run.status == status and said in run.stderr, run.stderr
    assert not (tmp_path / "a.mp4").exists()


@pytest.fixture
def recording(with_server, tmp_path):
    """Starts one that goes on until the test is over."""
    started = []
    yield lambda *arguments: started.append(
        with_server.start(["record", *SCREEN, "--frames", "100000", *arguments, "a.mkv"], cwd=tmp_path))
    for process in started:
        with_server.kill("record")
        process.communicate()


def test_the_program_opens_a_device_again_when_it_is_back(recording, server):
    recording("-a", "device:Monitor of Second")
    server.wait_recorded("second.monitor")
    server.unplug("second")
    try:
        server.wait_recorded()
    finally:
        server.plug("second", "Second", 44100)
    server.wait_recorded("second.monitor")


def test_the_program_follows_the_default(recording, probe, server):
    second = next(d for d in probe.run("list")["devices"] if d["name"] == "Monitor of Second")
    recording("-a", "mic")
    server.wait_recorded("loudspeaker.monitor")
    try:
        # Wine looks once a second, and does not tell when it has begun to.
        for _ in range(10):
            probe.registry("add", DRIVER, "/v", "DefaultInput", "/d", second["id"], "/f")
            time.sleep(3)
            if server.recorded() == {"second.monitor"}:
                break
            probe.registry("delete", DRIVER, "/v", "DefaultInput", "/f")
            time.sleep(3)
        server.wait_recorded("second.monitor")
    finally:
        probe.registry("add", DRIVER, "/v", "DefaultInput", "/d", second["id"], "/f")
        probe.registry("delete", DRIVER, "/v", "DefaultInput", "/f")


def test_the_program_outlives_the_server(recording, server):
    recording("-a", "mic")
    server.wait_recorded("loudspeaker.monitor")
    server.stop()
    server.start()
    server.wait_recorded("loudspeaker.monitor")


def test_a_server_that_ends(wine):
    server = SoundServer()
    probe = Probe(wine, server)
    try:
        recording = probe.opened("record", "mic", "1000")
        server.stop()
        lost = probe.end(recording)
        assert lost.get("thrown") == "AccessLost", lost
    finally:
        server.close()
