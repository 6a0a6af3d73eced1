"""An X server whose replies say that they hold more than they do: what they tell is then unknown, or the command ends
with one clear line. Nothing is read that was not received: with a sanitised program these tests see every such read."""

import json
import struct

import numpy as np
import pytest
from rustcam_testing import Stimulus, XServer, environment, json_cli, ok_cli, picture, run_cli
from x_proxy import LyingServer, get, put, reply

SIZE = (320, 240)

COMMANDS = [
    ("list", "outputs", "--json"),
    ("list", "windows", "--json"),
    ("list", "devices", "--json"),
    ("shot", "--timeout", "500", "--force", "a.png"),
    ("record", "--frames", "3", "--fps", "30", "--timeout", "500", "--encoder", "rawvideo", "--force", "a.mkv"),
]


@pytest.fixture(scope="module")
def screen():
    """A small screen with one window that has a title and an owner."""
    with XServer(size=SIZE) as server, Stimulus(server, "static", "--no-barcode"):
        yield server


@pytest.fixture
def lying(screen):
    """Makes a liar in front of the screen; tells the environment of a program that it is lied to in."""
    servers = []

    def make(lies):
        servers.append(LyingServer(screen.display, lies))
        return servers[-1], environment(DISPLAY=servers[-1].display)

    yield make
    for server in servers:
        server.stop()


def short(packet):
    """The same reply, cut off after 32 bytes."""
    return put(packet[:32], 4, "I", 0) if packet[0] == 1 else packet


def at(offset, form, value):
    return lambda packet: put(packet, offset, form, value) if packet[0] in (0, 1) else packet


def property_of(form, count):
    """Properties of this format (8 or 32) hold `count` items, they say."""
    return lambda packet: put(packet, 16, "I", count) if packet[0] == 1 and packet[1] == form else packet


def edid(data, count):
    """An output's property that says it has `count` bytes."""
    return lambda packet: reply(packet, struct.pack("<III12x", 19, 0, count) + data, second=8)


MODEL = bytes([0, *[255] * 6, 0, 0x10, 0xac]) + bytes(62) + b"\0\0\0\xfc\0U2720Q\n".ljust(18) + bytes(38)
"""An EDID of a DEL U2720Q, 128 bytes."""


def providers(count):
    return lambda packet: reply(packet, struct.pack("<IH18x", 0, count) + struct.pack(f"<{count}I", *range(77, 77 + count)))


def provider(crtcs=0, outputs=0, associated=0, letters=0, body=b""):
    return lambda packet: reply(packet, struct.pack("<IIHHHH8x", 0, 0, crtcs, outputs, associated, letters) + body)


LIES = {
    "truth": {},
    "cursor": {"XFIXES.GetCursorImage": lambda p: put(put(p, 12, "H", 3000), 14, "H", 3000)},
    "cursor of all sizes": {"XFIXES.GetCursorImage": at(12, "I", 0xffffffff)},
    "cursor of none": {"XFIXES.GetCursorImage": at(12, "I", 0)},
    "EDID without bytes": {"RANDR.GetOutputProperty": edid(b"", 128)},
    "EDID with half of its bytes": {"RANDR.GetOutputProperty": edid(MODEL[:64], 128)},
    "EDID with four thousand million bytes": {"RANDR.GetOutputProperty": edid(MODEL, 0xffffffff)},
    "words of properties": {"GetProperty": property_of(32, 0x40000)},
    "texts of properties": {"GetProperty": property_of(8, 0x7fffffff)},
    "all properties": {"GetProperty": at(16, "I", 0xffffffff)},
    "property of an odd format": {"GetProperty": lambda p: bytes([p[0], 255]) + put(p, 16, "I", 0xffffff)[2:]},
    "windows": {"QueryTree": at(16, "H", 0xffff)},
    "window attributes": {"GetWindowAttributes": short},
    "names": {"GetAtomName": at(8, "H", 0xffff)},
    "monitors": {"RANDR.GetMonitors": at(12, "I", 0x1000000)},
    "one monitor more": {"RANDR.GetMonitors": at(12, "I", 2)},
    "a monitor's outputs": {"RANDR.GetMonitors": at(38, "H", 0xffff)},
    "monitors cut off": {"RANDR.GetMonitors": short},
    "crtcs": {"RANDR.GetScreenResourcesCurrent": at(16, "H", 0xffff)},
    "outputs": {"RANDR.GetScreenResourcesCurrent": at(18, "H", 0xffff)},
    "modes": {"RANDR.GetScreenResourcesCurrent": at(20, "H", 0xffff)},
    "an output cut off": {"RANDR.GetOutputInfo": short},
    "providers": {"RANDR.GetProviders": lambda p: put(providers(1)(p), 12, "H", 0xffff)},
    "a provider's crtcs": {"RANDR.GetProviders": providers(1), "RANDR.GetProviderInfo": provider(crtcs=0xffff)},
    "a provider's outputs": {"RANDR.GetProviders": providers(1), "RANDR.GetProviderInfo": provider(outputs=0xffff)},
    "a provider's name": {"RANDR.GetProviders": providers(1), "RANDR.GetProviderInfo": provider(letters=0xffff)},
    "a provider's friends": {"RANDR.GetProviders": providers(1), "RANDR.GetProviderInfo": provider(associated=0xffff)},
    "pixels over the wire": {"QueryExtension MIT-SHM": at(8, "B", 0), "GetImage": short},
    "a screen without pixels": {"GetGeometry": at(16, "I", 0)},
    "the server's vendor": {"Setup": at(24, "H", 0xffff)},
    "the server's formats": {"Setup": at(29, "B", 255)},
    "the server's screens": {"Setup": at(28, "B", 255)},
}


def visuals(packet):
    """The offset of the first screen in what a server says when a client connects."""
    return 40 + (get(packet, 24, "H") + 3) // 4 * 4 + 8 * packet[29]


LIES["a screen's depths"] = {"Setup": lambda p: put(p, visuals(p) + 39, "B", 255)}
LIES["a depth's visuals"] = {"Setup": lambda p: put(p, visuals(p) + 42, "H", 0xffff)}


@pytest.mark.parametrize("lie", LIES)
def test_a_false_reply_harms_nobody(lying, tmp_path, lie):
    server, env = lying(LIES[lie])
    for command in COMMANDS:
        result = run_cli(*command, env=env, cwd=tmp_path)
        said = result.stderr.decode()
        assert result.returncode in (0, 1), (command, said)
        assert "Sanitizer" not in said and "runtime error" not in said, said
        assert LIES[lie] or result.returncode == 0, said
        if result.returncode == 1:
            assert said.startswith("rustcam-cli: ") and said.count("\n") == 1, said
    assert server.told == set(LIES[lie])


def test_a_proxy_that_tells_the_truth_changes_nothing(screen, lying, tmp_path):
    _, env = lying({})
    ok_cli("shot", "--no-cursor", "a.png", env=env, cwd=tmp_path)
    assert np.array_equal(picture(tmp_path / "a.png"), screen.grab())
    for what in ("outputs", "windows", "devices"):
        assert ok_cli("list", what, env=env).stdout == ok_cli("list", what, env=screen.env).stdout


def test_a_pointer_of_a_false_size_is_unknown(screen, lying, tmp_path):
    screen.run("xdotool", "mousemove", 50, 50)
    _, env = lying({"XFIXES.GetCursorImage": at(12, "H", 40)})
    ok_cli("shot", "a.png", env=screen.env, cwd=tmp_path)
    assert not np.array_equal(picture(tmp_path / "a.png"), screen.grab())
    ok_cli("shot", "b.png", env=env, cwd=tmp_path)
    assert np.array_equal(picture(tmp_path / "b.png"), screen.grab())


def test_an_edid_is_whole_or_unknown(lying):
    for data, count, known in [(MODEL, 128, "DEL U2720Q"), (MODEL[:64], 128, None), (b"", 128, None)]:
        _, env = lying({"RANDR.GetOutputProperty": edid(data, count)})
        assert json_cli("list", "--json", env=env)["outputs"][0]["description"] == known


def test_a_window_of_false_properties_has_none(screen, lying):
    true = json_cli("list", "windows", "--json", env=screen.env)["windows"]
    assert len(true) == 1 and true[0]["pid"]
    _, env = lying({"GetProperty": property_of(32, 2)})
    assert json_cli("list", "windows", "--json", env=env)["windows"] == [true[0] | {"pid": None}]
    _, env = lying({"GetProperty": property_of(8, 300)})
    assert json_cli("list", "windows", "--json", env=env)["windows"] == []


def test_a_list_of_monitors_that_breaks_off_is_an_error(lying):
    for lie in ("monitors", "one monitor more", "a monitor's outputs", "monitors cut off"):
        _, env = lying(LIES[lie])
        result = run_cli("list", env=env)
        assert result.returncode == 1
        assert b"asking for the X screen's monitors failed" in result.stderr


def test_an_output_without_a_name_cannot_be_chosen(lying, tmp_path):
    _, env = lying({"GetAtomName": at(8, "H", 0xffff)})
    assert json_cli("list", "--json", env=env)["outputs"] == []
    result = run_cli("shot", "a.png", env=env, cwd=tmp_path)
    assert result.returncode == 1 and b"no output" in result.stderr
    assert not list(tmp_path.iterdir())


def test_providers_that_come_in_between_are_no_devices(lying):
    """The outputs are asked for after the providers, whose number may be another one by then."""
    output, answers = [], [0, 3, 3, 3]

    def spy(packet):
        output[:] = [packet[56:60]]
        return packet

    _, env = lying({"RANDR.GetMonitors": spy, "RANDR.GetProviders": lambda p: providers(answers.pop(0))(p),
                    "RANDR.GetProviderInfo": lambda p: provider(outputs=1, letters=4, body=output[0] + b"card")(p)})
    devices = json_cli("list", "devices", "--json", env=env)["devices"]
    assert [each["outputs"] for each in devices] == [["screen"]]


def test_a_recording_goes_on_when_the_pointer_is_lied_about(screen, lying, tmp_path):
    _, env = lying({"XFIXES.GetCursorImage": at(12, "I", 0x7fff7fff)})
    result = ok_cli("record", "--frames", "10", "--fps", "30", "--encoder", "rawvideo", "--json", "a.mkv", env=env,
                    cwd=tmp_path)
    document = json.loads(result.stdout)
    assert document["frames"]["slots"] == 10 and document["recoveries"] == []
