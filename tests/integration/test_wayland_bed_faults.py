"""Each fault of the test compositor is seen by a client that speaks the wire, and nothing like it without the fault."""

import os
import time

import pytest
from wayland_bed import BED, SIZE, Bed, Client, answered, ext_ask, ext_session, pixels, wlr_copy, wlr_frame

pytestmark = pytest.mark.skipif(not os.path.exists(BED), reason="wayland-bed is not built: libwayland-dev is missing")
FAR = 2**31 - 1
ALL = 2**32 - 1


def frames(client):
    """A frame of each protocol, of a change of 3x5 pixels."""
    session = ext_session(client)
    buffer, _ = client.buffer(*session.seen("buffer_size")[-1], form=session.seen("shm_format")[0][0])
    answered(client, ext_ask(session, buffer)).destroy()
    first = wlr_frame(client)
    wlr_copy(client, first)
    answered(client, first)
    ext = ext_ask(session, buffer, ())
    wlr = wlr_frame(client)
    wlr_copy(client, wlr, "copy_with_damage")
    client.roundtrip()
    client.bed("paint", "TEST-1", "10,20,13,25", "ffffff")
    both = answered(client, wlr), answered(client, ext)
    client.roundtrip()
    client.bed("paint", "TEST-1", "10,20,13,25", "000000")
    return both


def damage(wlr, ext):
    """Both protocols' damage must be this; wlr's numbers have no sign."""
    return lambda client: [each.seen("damage") for each in frames(client)] == [wlr, ext]


def same_damage(*rects):
    return damage(list(rects), list(rects))


def times(client):
    wlr, ext = frames(client)
    return [each.seen(name)[0] for each, name in ((wlr, "ready"), (ext, "presentation_time"))]


def seconds(stamp):
    return stamp[0] << 32 | stamp[1]


def late(by):
    """Times lie off by as much, give or take a minute."""
    return lambda client: all(abs(seconds(each) + by - time.monotonic()) < 60 for each in times(client))


def sizes(*size):
    return lambda client: (wlr_frame(client).seen("buffer")[0][1:3], ext_session(client).seen("buffer_size")) == (size, [size])


def formats(*numbers):
    def check(client):
        session = ext_session(client)
        return ([each[0] for each in wlr_frame(client).seen("buffer")], session.seen("shm_format")) == (
            list(numbers), [(each,) for each in numbers])
    return check


def stride(value):
    return lambda client: wlr_frame(client).seen("buffer")[0][3] == value


def undescribed_frame(client):
    frame = client.bind("zwlr_screencopy_manager_v1").capture_output(0, client.output)
    client.roundtrip()
    return frame


def copied(client):
    frame = wlr_frame(client)
    _, mapped = wlr_copy(client, frame)
    return answered(client, frame), mapped


def captured(client):
    """The session, and the answer to its first capture."""
    session = ext_session(client)
    frame = answered(client, ext_ask(session, client.buffer(*SIZE)[0]))
    return session, frame


def fails(reason):
    return lambda client: captured(client)[1].events == [("failed", (reason,))]


def undescribed_session(client):
    source = client.bind("ext_output_image_capture_source_manager_v1").create_source(client.output)
    session = client.bind("ext_image_copy_capture_manager_v1").create_session(source, 0)
    client.roundtrip()
    return session


def stopped(client):
    session, frame = captured(client)
    return session.seen("stopped") == [()] and frame.events == [("failed", (2,))]


def constraints(client):
    session, frame = captured(client)
    return session.seen("buffer_size"), frame.events[-1]


def changed_constraints(client):
    session, frame = captured(client)
    return (session.seen("buffer_size") == [SIZE, (SIZE[0] + 16, SIZE[1])] and frame.events == [("failed", (1,))]
            and session.seen("shm_format") == [(1,), (0,), (0,), (1,)])


def pointer(client):
    """What the session of a pointer tells, and the size of its picture."""
    client.bed("pointer", "TEST-1", "5,6")
    source = client.bind("ext_output_image_capture_source_manager_v1").create_source(client.output)
    cursor = client.bind("ext_image_copy_capture_manager_v1").create_pointer_cursor_session(
        source, client.bind("wl_seat").get_pointer())
    session = cursor.get_capture_session()
    client.roundtrip()
    return [cursor.seen("position"), cursor.seen("hotspot"), session.seen("buffer_size")]


def embedded(client):
    client.bed("shape", "2x2", "0,0", "ffffffff")
    client.bed("pointer", "TEST-1", "4,4")
    return bool(pixels(copied(client)[1])[4:6, 4:6].all())


def resized_wlr(client):
    return copied(client)[0].events[-1] == ("failed", ()) and client.output.seen("mode")[-1][1] == SIZE[0] + 16


def twice(client):
    wlr, ext = frames(client)
    return len(wlr.seen("ready")) == len(ext.seen("ready")) == 2


def slow(client):
    begun = time.monotonic()
    copied(client)
    captured(client)
    return time.monotonic() - begun >= 1


def unanswered(client):
    """Until something else has been: that frame was presented."""
    session = ext_session(client)
    ext = ext_ask(session, client.buffer(*SIZE)[0])
    wlr = wlr_frame(client)
    wlr_copy(client, wlr)
    client.roundtrip()
    before = client.bed.report()["counts"].get("frames", 0)
    client.bed("paint", "TEST-1", "0,0,1,1", "ffffff")
    while client.bed.report()["counts"].get("frames", 0) < before + 2:
        client.bed("paint", "TEST-1", "0,0,1,1", "ffffff")
    client.roundtrip()
    return ext.events == [] and [name for name, _ in wlr.events] == ["buffer", "buffer_done"]


def turned(client):
    with Client(client.bed) as late_one:
        late_one.bed, late_one.output = client.bed, late_one.bind("wl_output")
        late_one.roundtrip()
        return frames(late_one)[1].seen("transform") == [(77,)] and late_one.output.seen("geometry")[0][-1] == 77


def output(name, *expected):
    """Of a new client's wl_output, the arguments of an event."""
    def check(client):
        with Client(client.bed) as late_one:
            one = late_one.bind("wl_output")
            late_one.roundtrip()
            return one.seen(name) == list(expected)
    return check


def logical(size):
    def check(client):
        xdg = client.bind("zxdg_output_manager_v1").get_xdg_output(client.output)
        client.roundtrip()
        return xdg.seen("logical_size") == [size]
    return check


FAULTS = {
    "wlr_refused": lambda client: undescribed_frame(client).events == [("failed", ())],
    "wlr_failed": lambda client: copied(client)[0].events[-1] == ("failed", ()),
    "wlr_y_invert": lambda client: copied(client)[0].seen("flags") == [(1,)],
    "wlr_no_buffer": lambda client: undescribed_frame(client).events == [("buffer_done", ())],
    "wlr_ready_early": lambda client: undescribed_frame(client).events[1] == ("ready", (0, 0, 0)),
    "wlr_done_twice": lambda client: undescribed_frame(client).events[1:] == [("buffer_done", ())] * 2,
    "wlr_no_buffer_done": lambda client: undescribed_frame(client).events == [("buffer", (1, *SIZE, 256))],
    "wlr_stride_padded": stride(320),
    "wlr_stride_short": stride(128),
    "wlr_stride_huge": stride(ALL - 3),
    "wlr_stride_zero": stride(0),
    "wlr_cursor_embedded": embedded,
    "ext_failed_unknown": fails(0),
    "ext_failed_constraints": fails(1),
    "ext_failed_stopped": fails(2),
    "ext_failed_absurd": fails(77),
    "ext_stopped": stopped,
    "ext_constraints_change": changed_constraints,
    "ext_constraints_babble": lambda client: constraints(client) == ([SIZE, SIZE], ("ready", ())),
    "ext_no_constraints": lambda client: undescribed_session(client).events == [],
    "ext_cursor_size_absurd": lambda client: pointer(client)[2] == [(65535, 65535)],
    "ext_cursor_place_absurd": lambda client: pointer(client)[0] == [(FAR, -FAR - 1)],
    "ext_cursor_hotspot_absurd": lambda client: pointer(client)[1] == [(-FAR - 1, FAR)],
    "resize_pending": resized_wlr,
    "ready_twice": twice,
    "slow": slow,
    "never": unanswered,
    "size_large": sizes(65535, 65535),
    "size_enormous": sizes(ALL, ALL),
    "size_zero": sizes(0, 0),
    "size_smaller": sizes(SIZE[0] // 2, SIZE[1] // 2),
    "format_unknown": formats(0xdeadbeef),
    "format_none": formats(),
    "damage_small": same_damage((10, 20, 1, 1)),
    "damage_lies": same_damage((0, 0, 6, 6)),
    "damage_negative": damage([(2**32 - 9, 2**32 - 7, 5, 5), (9, 7, 2**32 - 5, 2**32 - 3)], [(-9, -7, 5, 5), (9, 7, -5, -3)]),
    "damage_outside": same_damage((67, 51, 20, 20), (FAR - 1, FAR - 1, FAR, FAR)),
    "damage_empty": same_damage((0, 0, 0, 0)),
    "damage_none": same_damage(),
    "damage_many": lambda client: [len(each.seen("damage")) for each in frames(client)] == [2000, 2000],
    "time_zero": lambda client: times(client) == [(0, 0, 0)] * 2,
    "time_late": late(3600),
    "time_future": late(-365 * 24 * 3600),
    "time_nsec": lambda client: [each[2] for each in times(client)] == [2 * 10**9] * 2,
    "time_max": lambda client: times(client) == [(ALL, ALL, ALL)] * 2,
    "time_none": lambda client: frames(client)[1].seen("presentation_time") == [],
    "transform_absurd": turned,
    "name_missing": output("name"),
    "name_empty": output("name", ("",)),
    "name_long": output("name", ("n" * 4000,)),
    "name_cut": output("name", ("TEST-1\udce2\udc82",)),
    "name_same": output("name", ("SAME-1",)),
    "mode_missing": output("mode"),
    "mode_zero": output("mode", (3, 0, 0, 60000)),
    "mode_huge": output("mode", (3, FAR, FAR, 60000)),
    "scale_absurd": output("scale", (-3,)),
    "logical_zero": logical((0, 0)),
    "logical_huge": logical((FAR, FAR)),
    "output_not_done": output("done"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_seen(wayland_client, fault):
    bed = wayland_client.bed
    if fault != "slow":  # a busy machine is
        assert not FAULTS[fault](wayland_client)
    bed("fault", fault)
    assert FAULTS[fault](wayland_client)
    assert bed.report()["faults"][fault] >= 1


def test_every_fault_is_looked_at(wayland):
    assert sorted(wayland("faults").split()) == sorted(FAULTS)


def test_a_resize_fails_what_is_pending_and_is_told_first(wayland_client):
    wayland_client.bed("fault", "resize_pending", 1)
    session, frame = captured(wayland_client)
    assert frame.events == [("failed", (1,))] and session.seen("buffer_size") == [SIZE, (SIZE[0] + 16, SIZE[1])]
    frame.destroy()
    buffer, _ = wayland_client.buffer(SIZE[0] + 16, SIZE[1])
    assert answered(wayland_client, ext_ask(session, buffer, [(0, 0, SIZE[0] + 16, SIZE[1])])).seen("ready")
    assert wayland_client.bed.report()["violations"] == []


def test_a_fault_happens_as_often_as_it_is_told():
    with Bed() as bed, Client(bed) as client:
        client.bed, client.output = bed, client.bind("wl_output")
        bed("fault", "ext_failed_unknown", 2)
        assert [captured(client)[1].seen("failed") for _ in range(3)] == [[(0,)], [(0,)], []]
