"""The test compositor, before anything is proven with it: other people's clients run against it without a complaint, it
keeps to the protocols by the eyes of a client that speaks the wire, and tells what they forbid."""

import os
import signal
import subprocess

import numpy as np
import pytest
from rustcam_testing import SLOW, barcodes, end, picture, spawn, wait_until
from wayland_bed import (BED, SIZE, Bed, Client, ProtocolError, answered, ext_ask, ext_session, needs, pixels, wlr_copy,
                         wlr_frame)

pytestmark = pytest.mark.skipif(not os.path.exists(BED), reason="wayland-bed is not built: libwayland-dev is missing")


def noise(width=SIZE[0], height=SIZE[1], seed=1):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def grim(bed, path, *args):
    return subprocess.run(["grim", *args, str(path)], env=bed.env, capture_output=True, timeout=60 * SLOW, check=False)


def clean(bed):
    """Ends it; it must have seen captures and no violation."""
    report = bed.finish()
    assert report["violations"] == []
    assert report["counts"]["wlr_ready"] > 0
    return report


# Other people's clients.

@needs("grim")
@pytest.mark.parametrize("transform", range(8))
def test_grim_sees_what_is_painted_at_every_transform(tmp_path, transform):
    with Bed("64x48", f"transform={transform}") as bed:
        truth = noise(*(SIZE if transform % 2 == 0 else SIZE[::-1]))
        bed.paint(truth)
        assert grim(bed, tmp_path / "a.png").returncode == 0
        assert np.array_equal(picture(tmp_path / "a.png"), truth)
        clean(bed)


@needs("grim")
def test_grim_joins_two_outputs(wayland, tmp_path):
    wayland("add", "TEST-2", "mode=40x30", "place=64,10")
    left, right = noise(), noise(40, 30, 2)
    wayland.paint(left)
    wayland.paint(right, "TEST-2")
    assert grim(wayland, tmp_path / "a.png", "-g", "60,10 20x20").returncode == 0
    assert np.array_equal(picture(tmp_path / "a.png"), np.hstack([left[10:30, 60:], right[:20, :16]]))
    clean(wayland)


@needs("grim")
@pytest.mark.parametrize("form", ["ARGB8888", "XRGB8888", "ABGR8888", "XBGR8888"])
def test_grim_reads_formats(wayland, tmp_path, form):
    truth = noise()
    wayland("formats", form)
    wayland.paint(truth)
    assert grim(wayland, tmp_path / "a.png").returncode == 0
    assert np.array_equal(picture(tmp_path / "a.png"), truth)
    clean(wayland)


@needs("grim")
def test_grim_draws_the_pointer_where_it_is(wayland, tmp_path):
    truth = noise()
    wayland.paint(truth)
    wayland("shape", "6x4", "2,1", "ff00ff00")
    wayland("pointer", "TEST-1", "1,20")
    for args, drawn in [((), False), (("-c",), True)]:
        assert grim(wayland, tmp_path / "a.png", *args).returncode == 0
        expected = truth.copy()
        if drawn:
            expected[19:23, 0:5] = (0, 255, 0)
        assert np.array_equal(picture(tmp_path / "a.png"), expected)
    clean(wayland)


@needs("grim")
def test_grim_turns_a_picture_that_is_upside_down(wayland, tmp_path):
    truth = noise()
    wayland.paint(truth)
    wayland("fault", "wlr_y_invert")
    assert grim(wayland, tmp_path / "a.png").returncode == 0
    assert np.array_equal(picture(tmp_path / "a.png"), truth)
    assert clean(wayland)["faults"] == {"wlr_y_invert": 1}


@needs("grim")
@pytest.mark.parametrize("fault", ["wlr_refused", "wlr_failed", "resize_pending", "format_unknown"])
def test_grim_fails_if_a_capture_does(wayland, tmp_path, fault):
    wayland("fault", fault)
    assert grim(wayland, tmp_path / "a.png").returncode != 0
    assert wayland.finish()["faults"] == {fault: 1}


@needs("wf-recorder", "ffmpeg")
def test_wf_recorder_gets_the_pictures_that_are_painted(tmp_path):
    with Bed("320x240", "refresh=250") as bed:
        bed("moving", "TEST-1", "mover", 20)
        path = tmp_path / "a.mkv"
        with open(tmp_path / "log", "wb") as log:
            recorder = spawn(["wf-recorder", "-y", "-c", "libx264", "-f", path], env=bed.env, stdin=subprocess.DEVNULL,
                             stdout=log, stderr=log)
        try:
            wait_until(lambda: bed.report()["counts"].get("wlr_ready", 0) >= 20, what="twenty captures")
        finally:
            end(recorder, signal.SIGINT)
        seen = barcodes(path)
        assert len(seen) >= 10 and None not in seen
        assert all(a < b for a, b in zip(seen, seen[1:]))
        assert max(seen) <= clean(bed)["counts"]["painted"]


# What comes over the wire.

def test_a_wlr_copy_comes_with_the_next_frame_and_one_with_damage_waits(wayland_client):
    truth = noise()
    wayland_client.bed.paint(truth)
    frame = wlr_frame(wayland_client)
    assert frame.seen("buffer") == [(1, 64, 48, 256)]
    _, mapped = wlr_copy(wayland_client, frame)
    assert [name for name, _ in answered(wayland_client, frame).events][-2:] == ["flags", "ready"]
    assert np.array_equal(pixels(mapped), truth)
    frame = wlr_frame(wayland_client)
    _, mapped = wlr_copy(wayland_client, frame, "copy_with_damage")
    wayland_client.bed("paint", "TEST-1", "200,0,300,48", "ffffff")  # lies outside
    wayland_client.roundtrip()
    assert not frame.seen("ready") and wayland_client.bed.report()["counts"]["pending"] == 1
    wayland_client.bed("paint", "TEST-1", "10,20,13,25", "ffffff")
    assert answered(wayland_client, frame).seen("damage") == [(10, 20, 3, 5)]
    truth[20:25, 10:13] = 255
    assert np.array_equal(pixels(mapped), truth)


def test_ext_writes_what_it_must_and_no_more(wayland_client):
    wayland_client.bed.paint(noise())
    session = ext_session(wayland_client)
    assert session.seen("buffer_size") == [SIZE] and session.seen("shm_format") == [(1,), (0,)]
    buffer, mapped = wayland_client.buffer(*SIZE)
    frame = answered(wayland_client, ext_ask(session, buffer))
    assert [name for name, _ in frame.events] == ["transform", "damage", "presentation_time", "ready"]
    assert frame.seen("damage") == [(0, 0, *SIZE)]
    frame.destroy()
    mapped[:] = bytes(len(mapped))
    frame = ext_ask(session, buffer, [(0, 0, 2, 2)])
    wayland_client.roundtrip()
    assert not frame.events
    wayland_client.bed("paint", "TEST-1", "10,20,13,25", "ffffff")
    assert answered(wayland_client, frame).seen("damage") == [(10, 20, 3, 5)]
    written = (pixels(mapped) != 0).any(axis=2)
    assert written[:2, :2].all() and written[20:25, 10:13].all() and written.sum() == 4 + 15
    assert wayland_client.bed.report()["violations"] == []


@pytest.mark.parametrize("transform", range(8))
def test_ext_damage_is_in_the_buffers_pixels(transform):
    with Bed("64x48", f"transform={transform}") as bed, Client(bed) as client:
        client.output = client.bind("wl_output")
        session = ext_session(client)
        buffer, mapped = client.buffer(*SIZE)
        answered(client, ext_ask(session, buffer)).destroy()
        bed("paint", "TEST-1", "3,5,10,7", "ffffff")
        frame = answered(client, ext_ask(session, buffer, ()))
        assert frame.seen("transform") == [(transform,)]
        (x, y, width, height), = frame.seen("damage")
        assert sorted((width, height)) == [2, 7]
        white = (pixels(mapped) == 255).all(axis=2)
        assert white[y:y + height, x:x + width].all() and white.sum() == 14


@pytest.mark.parametrize("form,number,size,expected", [
    ("XRGB8888", 1, 4, bytes([3, 2, 1, 0])), ("ARGB8888", 0, 4, bytes([3, 2, 1, 255])),
    ("XBGR8888", 0x34324258, 4, bytes([1, 2, 3, 0])), ("ABGR8888", 0x34324241, 4, bytes([1, 2, 3, 255])),
    ("RGBX8888", 0x34325852, 4, bytes([0, 3, 2, 1])), ("BGRX8888", 0x34325842, 4, bytes([0, 1, 2, 3])),
    ("RGBA8888", 0x34324152, 4, bytes([255, 3, 2, 1])), ("BGRA8888", 0x34324142, 4, bytes([255, 1, 2, 3])),
    ("XRGB2101010", 0x30335258, 4, (4 << 20 | 8 << 10 | 12).to_bytes(4, "little")),
    ("XBGR2101010", 0x30334258, 4, (12 << 20 | 8 << 10 | 4).to_bytes(4, "little")),
    ("BGR888", 0x34324742, 3, bytes([1, 2, 3])), ("RGB888", 0x34324752, 3, bytes([3, 2, 1])),
    ("RGB565", 0x36314752, 2, bytes([0, 0]))])
def test_formats(wayland_client, form, number, size, expected):
    wayland_client.bed("paint", "TEST-1", f"0,0,{SIZE[0]},{SIZE[1]}", "010203")
    wayland_client.bed("formats", form)
    frame = wlr_frame(wayland_client)
    assert frame.seen("buffer") == [(number, *SIZE, SIZE[0] * size)]
    _, mapped = wlr_copy(wayland_client, frame)
    answered(wayland_client, frame)
    assert mapped[:] == expected * (SIZE[0] * SIZE[1])


def test_the_pointer_has_a_session_of_its_own(wayland_client):
    bed = wayland_client.bed
    bed("shape", "5x4", "2,1", "80402010")
    source = wayland_client.bind("ext_output_image_capture_source_manager_v1").create_source(wayland_client.output)
    pointer = wayland_client.bind("wl_seat").get_pointer()
    cursor = wayland_client.bind("ext_image_copy_capture_manager_v1").create_pointer_cursor_session(source, pointer)
    session = cursor.get_capture_session()
    wayland_client.roundtrip()
    assert cursor.events == [] and session.seen("buffer_size") == [(5, 4)] and session.seen("shm_format") == [(0,)]
    buffer, mapped = wayland_client.buffer(5, 4, form=0)
    frame = ext_ask(session, buffer, [(0, 0, 5, 4)])
    bed("pointer", "TEST-1", "1,3")
    answered(wayland_client, frame).destroy()
    assert cursor.events == [("enter", ()), ("position", (1, 3)), ("hotspot", (2, 1))]
    assert mapped[:80] == bytes([0x10, 0x20, 0x40, 0x80]) * 20
    bed("pointer", "TEST-1", "-2,3")  # still seen by its last columns
    bed("pointer", "TEST-1", "-3,3")
    wayland_client.roundtrip()
    assert cursor.events[3:] == [("position", (-2, 3)), ("leave", ())]
    frame = ext_ask(session, buffer, [(0, 0, 5, 4)])
    bed("pointer", "TEST-1", "9,9")
    wayland_client.roundtrip()
    assert not frame.events
    bed("shape", "8x8", "0,0", "ff000000")
    assert answered(wayland_client, frame).events == [("failed", (1,))]
    assert session.seen("buffer_size")[-1] == (8, 8) and cursor.seen("hotspot")[-1] == (0, 0)


def test_the_pointer_is_drawn_into_captures_that_want_it(wayland_client):
    bed = wayland_client.bed
    bed("shape", "2x2", "0,0", "ffffffff")
    bed("pointer", "TEST-1", "4,4")
    plain, drawn = ext_session(wayland_client), ext_session(wayland_client, 1)
    frames, shots = [], []
    for session in (plain, drawn):
        buffer, mapped = wayland_client.buffer(*SIZE)
        answered(wayland_client, ext_ask(session, buffer)).destroy()
        shots.append(pixels(mapped))
        frames.append(ext_ask(session, buffer, ()))
    assert not shots[0].any() and shots[1][4:6, 4:6].all()
    bed("pointer", "TEST-1", "5,4")
    assert answered(wayland_client, frames[1]).seen("damage") == [(4, 4, 3, 2)]
    wayland_client.roundtrip()
    assert not frames[0].events


@pytest.mark.parametrize("offered,there", [("wlr", (True, False)), ("ext", (False, True)), ("neither", (False, False))])
def test_protocols_on_offer(wayland, offered, there):
    wayland("offer", offered)
    with Client(wayland) as client:
        assert ("zwlr_screencopy_manager_v1" in client.globals, "ext_image_copy_capture_manager_v1" in client.globals) == there


# Outputs.

def test_outputs_say_what_they_are(wayland):
    wayland("add", "TWO", "mode=1366x768", "scale=1.25", "transform=3", "place=64,-7", "refresh=59.94", "make=M", "model=N",
        "description=D")
    with Client(wayland) as client:
        output = client.request(client.registry, "bind", client.registry.seen("global")[-1][0], "wl_output", 4)
        xdg = client.bind("zxdg_output_manager_v1").get_xdg_output(output)
        client.roundtrip()
        assert output.events[:6] == [("geometry", (64, -7, 0, 0, 0, "M", "N", 3)), ("mode", (3, 1366, 768, 59940)),
                                     ("scale", (2,)), ("name", ("TWO",)), ("description", ("D",)), ("done", ())]
        assert xdg.events == [("logical_position", (64, -7)), ("logical_size", (614, 1093)), ("name", ("TWO",)),
                              ("description", ("D",))]
        assert output.events[-1] == ("done", ())


def test_outputs_change_and_go(wayland_client):
    session = ext_session(wayland_client)
    buffer, _ = wayland_client.buffer(*SIZE)
    answered(wayland_client, ext_ask(session, buffer)).destroy()
    pending = [ext_ask(session, buffer, ()), wlr_frame(wayland_client)]
    wlr_copy(wayland_client, pending[1], "copy_with_damage")
    wayland_client.roundtrip()
    wayland_client.bed("change", "TEST-1", "mode=80x60")
    for frame, reason in zip(pending, [(1,), ()]):
        assert answered(wayland_client, frame).events[-1] == ("failed", reason)
    assert session.seen("buffer_size")[-1] == (80, 60) and wayland_client.output.seen("mode")[-1][1:3] == (80, 60)
    pending[0].destroy()
    buffer, _ = wayland_client.buffer(80, 60)
    answered(wayland_client, ext_ask(session, buffer, [(0, 0, 80, 60)])).destroy()
    frame = ext_ask(session, buffer, ())
    wayland_client.roundtrip()
    wayland_client.bed("remove", "TEST-1")
    assert answered(wayland_client, frame).seen("failed") == [(2,)]
    assert session.seen("stopped") and wayland_client.registry.seen("global_remove") == [(wayland_client.globals["wl_output"][0],)]
    assert wlr_frame(wayland_client).seen("failed")
    assert wayland_client.bed.report()["violations"] == []


def test_it_can_fall_silent_and_die_and_begin_anew(wayland):
    client = Client(wayland)
    wayland("silent")
    done = client.wl_display.sync()
    client.socket.settimeout(0.2)
    with pytest.raises(TimeoutError):
        client.read()
    client.socket.settimeout(60)
    wayland("speaking")
    client.until(lambda: done.events)
    wayland("kill")
    with pytest.raises(ConnectionResetError):
        client.until(lambda: False)
    client.close()
    with pytest.raises(OSError):
        Client(wayland)
    wayland("restart")
    with Client(wayland) as again:
        assert "wl_output" in again.globals


# Clients that do wrong.

def second_frame(client):
    session = ext_session(client)
    session.create_frame()
    session.create_frame()


def captured_frame(client):
    buffer, _ = client.buffer(*SIZE)
    return ext_ask(ext_session(client), buffer), buffer


def copied_frame(client):
    frame = wlr_frame(client)
    buffer, _ = wlr_copy(client, frame)
    answered(client, frame)
    return frame, buffer


def small_buffer(client):
    frame = wlr_frame(client)
    frame.copy(client.buffer(SIZE[0] // 2, SIZE[1])[0])


def busy_buffer(client):
    session = ext_session(client)
    buffer, _ = client.buffer(*SIZE)
    answered(client, ext_ask(session, buffer)).destroy()
    ext_ask(session, buffer, ())
    ext_ask(ext_session(client), buffer)


def destroyed_buffer(client):
    session = ext_session(client)
    buffer, _ = client.buffer(*SIZE)
    answered(client, ext_ask(session, buffer)).destroy()
    ext_ask(session, buffer, ())
    buffer.destroy()


def forgotten_debt(client):
    session = ext_session(client)
    first, second = client.buffer(*SIZE)[0], client.buffer(*SIZE)[0]
    for buffer in (first, second):
        answered(client, ext_ask(session, buffer)).destroy()
        client.bed("paint", "TEST-1", "1,1,2,2", "ffffff")
    ext_ask(session, first, ())  # lacks what the second one got


def cursor_twice(client):
    source = client.bind("ext_output_image_capture_source_manager_v1").create_source(client.output)
    cursor = client.bind("ext_image_copy_capture_manager_v1").create_pointer_cursor_session(
        source, client.bind("wl_seat").get_pointer())
    cursor.get_capture_session()
    cursor.get_capture_session()


def used_after_destroy(client):
    frame = wlr_frame(client)
    frame.destroy()
    frame.destroy()


FORBIDDEN = {
    "duplicate_frame": second_frame,
    "no_buffer": lambda client: ext_session(client).create_frame().capture(),
    "already_captured": lambda client: captured_frame(client)[0].damage_buffer(0, 0, 1, 1),
    "already_captured by capture": lambda client: captured_frame(client)[0].capture(),
    "already_captured by a buffer": lambda client: (lambda frame, buffer: frame.attach_buffer(buffer))(
        *captured_frame(client)),
    "invalid_damage": lambda client: ext_session(client).create_frame().damage_buffer(-1, 0, 5, 5),
    "invalid_damage without area": lambda client: ext_session(client).create_frame().damage_buffer(0, 0, 5, 0),
    "invalid_option": lambda client: ext_session(client, 6),
    "duplicate_session": cursor_twice,
    "already_used": lambda client: (lambda frame, buffer: frame.copy(buffer))(*copied_frame(client)),
    "wrong_buffer": small_buffer,
    "wrong_buffer in its stride": lambda client: wlr_frame(client).copy(client.buffer(*SIZE, SIZE[0] * 4 + 4)[0]),
    "wrong_buffer in its format": lambda client: wlr_frame(client).copy(client.buffer(*SIZE, form=0)[0]),
    "protocol_error": used_after_destroy,
    "protocol_error of a pool": lambda client: client.buffer(64, 48, 3),
}
IMPOLITE = {
    "wrong_buffer": lambda client: ext_ask(ext_session(client), client.buffer(20, 20)[0]),
    "buffer_busy": busy_buffer,
    "buffer_destroyed_in_use": destroyed_buffer,
    "first_capture_undamaged": lambda client: ext_ask(ext_session(client), client.buffer(*SIZE)[0], [(0, 0, 64, 47)]),
    "debt_untold": forgotten_debt,
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_what_a_protocol_has_an_error_for(wayland_client, what):
    with pytest.raises(ProtocolError):
        FORBIDDEN[what](wayland_client)
        wayland_client.roundtrip()
    report = wayland_client.bed.report()
    assert [each.split(":")[0] for each in report["violations"]] == [what.split()[0]]
    wayland_client.close()
    wait_until(lambda: wayland_client.bed.report()["counts"]["clients_left"] == 1)
    assert wayland_client.bed.report()["careless"] == []


@pytest.mark.parametrize("what", IMPOLITE)
def test_what_is_only_told(wayland_client, what):
    IMPOLITE[what](wayland_client)
    wayland_client.roundtrip()
    assert [each.split(":")[0] for each in wayland_client.bed.report()["violations"]] == [what]


def test_carelessness_is_told(wayland_client):
    frame, buffer = copied_frame(wayland_client)
    wayland_client.roundtrip()
    assert wayland_client.bed.report()["careless"] == []
    other, _ = wayland_client.buffer(*SIZE, seals=False)
    wayland_client.roundtrip()
    frame.destroy()
    buffer.destroy()
    wayland_client.close()
    wait_until(lambda: wayland_client.bed.report()["counts"]["clients_left"] == 1)
    report = wayland_client.bed.report()
    assert [each.split(":")[0] for each in report["careless"]] == ["not_sealed", "leaked"]
    assert "1 wl_buffer" in report["careless"][1] and report["violations"] == []
