"""Recordings and pictures through the desktop's portal, of a made-up desktop that behaves as the real ones do."""

import signal
import time

import numpy as np
import pytest
from portal_bed import PortalBed, missing
from running_recording import Recording
from rustcam_testing import barcodes, decode, ok_cli, picture, run_cli, wait_until

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"not installed: {', '.join(missing())}")

PORTAL = ("--backend", "portal")
LOSSLESS = ("--fps", "30", "--encoder", "rawvideo", "--pixel-format", "bgra")
WITH_MEMORY = ["plain", "mutter", "kwin", "wlr"]


@pytest.fixture
def record(tmp_path):
    """A recording that runs, and is ended with the test if it was not before."""
    running = []

    def begin(bed, *args, name="out.mp4"):
        running.append(Recording(bed, tmp_path / name, *PORTAL, *args))
        return running[-1].wait_for_slots()

    yield begin
    for each in running:
        each.kill()


def shot(bed, path, *args):
    ok_cli("shot", *PORTAL, *args, path, env=bed.env)
    return picture(path)


def complaint(bed, *args):
    """Of a picture that fails: what is said last."""
    done = run_cli("shot", *PORTAL, *args, bed.folder / "none.png", env=bed.env)
    assert done.returncode == 1 and not (bed.folder / "none.png").exists(), done
    return done.stderr.decode().splitlines()[-1]


@pytest.mark.parametrize("who", WITH_MEMORY)
def test_pictures_are_whole_and_in_order(who, tmp_path):
    with PortalBed("--personality", who) as bed:
        ok_cli("record", *PORTAL, "--duration", "1.5", tmp_path / "out.mp4", env=bed.env)
    shown = barcodes(tmp_path / "out.mp4")
    assert None not in shown and shown == sorted(shown) and len(set(shown)) > 10, shown


def test_a_node_is_found_by_its_serial_number_if_the_portal_tells_it(tmp_path):
    # Numbers of nodes are used again, serial numbers are not.
    with PortalBed("--personality", "mutter", "--portal-version", "6", "--stale-node") as bed:
        assert shot(bed, tmp_path / "out.png").shape == (360, 640, 3)


def test_memory_of_the_gpu_alone_is_told():
    with PortalBed("--personality", "niri") as bed:
        assert "--backend wayland" in complaint(bed)


def with_pointer(plain, place):
    """What is seen if the pointer of the stand-in is laid over a picture."""
    expected = plain.astype(int)
    for y, x in np.ndindex(16, 16):
        at = place[1] - 6 + y, place[0] - 4 + x
        if 0 <= at[0] < plain.shape[0] and 0 <= at[1] < plain.shape[1]:
            quarter = (y >= 8) * 2 + (x >= 8)
            opaque = ((255, 0, 0), (0, 255, 0), (0, 0, 255))
            expected[at] = opaque[quarter] if quarter < 3 else 128 + expected[at] * 127 // 255
    return expected


@pytest.mark.parametrize("who", WITH_MEMORY)
def test_the_pointer_is_where_it_is_to_the_pixel(who, tmp_path):
    with PortalBed("--personality", who, "--still") as bed:
        plain = shot(bed, tmp_path / "plain.png")
        for place in ((300, 200), (1, 2), (639, 359)):
            bed.order("pointer {} {}".format(*place))
            drawn = shot(bed, tmp_path / "drawn.png", "--force")
            assert abs(with_pointer(plain, place) - drawn).max() <= 1, place
        assert (shot(bed, tmp_path / "without.png", "--no-cursor") == plain).all()
        assert bed.seen("SelectSources")[-1]["cursor_mode"] == 1


@pytest.mark.parametrize("who", ["plain", "mutter", "kwin"])
def test_a_pointer_over_a_still_screen_leaves_no_trail(who, record, tmp_path):
    with PortalBed("--personality", who, "--still") as bed:
        bed.order("black")
        recording = record(bed, *LOSSLESS, name="out.nut")
        for step in range(8):
            bed.order(f"pointer {40 + 30 * step} {60 + 20 * step}")
            time.sleep(0.1)
        recording.wait_for_slots(10)
        recording.end(number=signal.SIGINT)
    frames = decode(tmp_path / "out.nut")
    assert not frames[0].any()
    places = {tuple(np.argwhere(each.any(axis=2))[0]) for each in frames if each.any()}
    assert places <= {(60 + 20 * step - 6, 40 + 30 * step - 4) for step in range(8)} and len(places) > 1
    assert all(np.count_nonzero(each.any(axis=2)) in (0, 256) for each in frames)
    assert frames[-1][60 + 140 - 6, 40 + 210 - 4].tolist() == [255, 0, 0]


def test_what_was_chosen_once_is_not_asked_again(tmp_path):
    with PortalBed("--still") as bed:
        for _ in range(3):
            shot(bed, tmp_path / "out.png", "--force")
        assert [each["dialogue"] for each in bed.seen("Start")] == [True, False, False]
        told = [each["restore_token"] for each in bed.seen("SelectSources")]
        assert told[0] == "" and len(set(told)) == 3
        assert {each["persist_mode"] for each in bed.seen("SelectSources")} == {2}
        shot(bed, tmp_path / "out.png", "--force", "--portal-ask")
        assert bed.seen("Start")[-1]["dialogue"]


@pytest.mark.parametrize("way", ["refuse", "error"])
def test_a_choice_that_is_refused_is_asked_for_again(way, tmp_path):
    with PortalBed("--still") as bed:
        shot(bed, tmp_path / "out.png")
        bed.order(f"tokens {way}")
        shot(bed, tmp_path / "out.png", "--force")
        assert [bool(each["restore_token"]) for each in bed.seen("SelectSources")] == [False, True, False]
        assert [each["dialogue"] for each in bed.seen("Start")] == [True, True]


@pytest.mark.parametrize("answer", ["cancel", "fail"])
def test_who_says_no_is_obeyed(answer):
    with PortalBed() as bed:
        bed.order(f"answer {answer}")
        assert {"cancel": "cancelled in the desktop's dialogue", "fail": "refused the screen cast"}[answer] in complaint(bed)
        assert len(bed.seen("Start")) == 1


def test_a_user_who_thinks_is_waited_for(record):
    with PortalBed() as bed:
        bed.order("answer silent")
        recording = Recording(bed, bed.folder / "out.mp4", *PORTAL)
        try:
            bed.wait_for("Start")
            bed.order("answer allow")
            recording.wait_for_slots()
            recording.end(number=signal.SIGINT)
        finally:
            recording.kill()


def test_a_portal_that_says_nothing_is_not_waited_for_without_end():
    with PortalBed() as bed:
        bed.order("mute")
        assert "answer" in complaint(bed, "--timeout", "500")


def test_a_desktop_without_a_portal():
    with PortalBed(pipewire=False) as bed:
        assert "install xdg-desktop-portal" in complaint(bed)


@pytest.mark.parametrize("option", [("--all",), ("-o", "0"), ("--device", "0")])
def test_what_only_the_dialogue_can_choose_is_wrong_usage_and_asks_nothing(option):
    with PortalBed() as bed:
        done = run_cli("shot", *PORTAL, *option, bed.folder / "none.png", env=bed.env)
        assert done.returncode == 2 and option[0] in done.stderr.decode() and not bed.seen("Start"), done


def test_a_loss_goes_on_with_its_own_choice_whatever_is_remembered_since(record):
    with PortalBed("--personality", "kwin") as bed:
        recording = record(bed, "--fps", "30")
        for kept in bed.state.rglob("portal-*.json"):
            kept.unlink()
        before = len(bed.events)
        bed.order("close")
        assert not bed.wait_for("Start", before)["dialogue"]
        recording.end(number=signal.SIGINT)


def test_what_stalls_for_a_while_goes_on(record, tmp_path):
    with PortalBed("--personality", "mutter") as bed:
        recording = record(bed, "--fps", "30")
        bed.order("stall")
        recording.wait_for_slots(10)
        bed.order("resume")
        fresh = recording.told_last("fresh")
        wait_until(lambda: recording.told_last("fresh") > fresh + 5, what="a fresh slot", seconds=60)
        recording.end(number=signal.SIGINT)
    assert None not in barcodes(tmp_path / "out.mp4")


@pytest.mark.parametrize("who,orders", [("mutter", ("stall", "restart")), ("plain", ("vanish",)), ("kwin", ("close",))])
def test_what_is_lost_is_begun_anew_without_asking(who, orders, record, tmp_path):
    with PortalBed("--personality", who) as bed:
        recording = record(bed, "--fps", "30")
        before = len(bed.events)
        for order in orders:
            bed.order(order)
        assert not bed.wait_for("Start", before)["dialogue"]
        fresh = recording.told_last("fresh")
        wait_until(lambda: recording.told_last("fresh") > fresh + 5, what="a fresh slot", seconds=60)
        assert recording.end(number=signal.SIGINT)["recoveries"]
    shown = barcodes(tmp_path / "out.mp4")
    assert None not in shown and shown == sorted(shown)


def test_without_pipewire_it_ends_in_good_order(record, tmp_path):
    with PortalBed("--personality", "mutter") as bed:
        recording = record(bed, "--fps", "30")
        bed.kill_pipewire()
        stats = recording.end(status=1)
        assert stats["ended_by"] == "source_lost" and stats["recoveries"][0]["took_ms"] >= 9000, stats
    shown = barcodes(tmp_path / "out.mp4")
    assert None not in shown and shown == sorted(shown)


def test_a_changed_size_goes_on_in_the_first_one(record, tmp_path):
    with PortalBed("--personality", "mutter") as bed:
        recording = record(bed, "--fps", "30")
        bed.order("size 800x450")
        bed.wait_for("format", size=[800, 450])
        recording.wait_for_slots(20)
        recording.end(number=signal.SIGINT)
    shown = barcodes(tmp_path / "out.mp4")
    assert None not in shown and shown == sorted(shown)
    assert picture(tmp_path / "out.mp4").shape == (360, 640, 3)


def test_turned_and_cropped_pictures_come_upright(tmp_path):
    expected = []
    for size in ("480x320", "320x480"):
        with PortalBed("--still", "--size", size) as bed:
            expected.append(shot(bed, tmp_path / f"{size}.png"))
    with PortalBed("--still") as bed:
        bed.order("crop 16 8 496 328")
        for transform in range(8):
            bed.order(f"transform {transform}")
            assert np.array_equal(shot(bed, tmp_path / "out.png", "--force"), expected[transform % 2]), transform


def test_lies_are_survived(record, tmp_path):
    with PortalBed() as bed:
        bed.order("pointer 50 200")
        recording = record(bed, "--fps", "30")
        for lie in bed.lies():
            bed.order(f"hostile {lie}")
            # More pictures than there are buffers.
            time.sleep(0.15)
        bed.order("hostile none")
        fresh = recording.told_last("fresh")
        wait_until(lambda: recording.told_last("fresh") > fresh + 5, what="a fresh slot", seconds=60)
        recording.end(number=signal.SIGINT)
    assert barcodes(tmp_path / "out.mp4")[-1] is not None


def test_pictures_that_cannot_be_are_not_shown():
    with PortalBed() as bed:
        bed.order("hostile chunk-offset")
        assert "no picture" in complaint(bed, "--timeout", "300")
