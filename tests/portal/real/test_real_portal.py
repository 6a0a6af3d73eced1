"""The portal as it is: real compositors behind the real xdg-desktop-portal. Not in CI (scripts/test-portal.sh)."""

import json
import os
import subprocess

import numpy as np
import pytest
from real_session import KWin, Mutter, Stimulus, Sway, settle
from rustcam_testing import barcodes, end, ok_cli, picture, run_cli, start_cli, wait_until

BEDS = {"mutter": Mutter, "sway": Sway, "kwin": KWin}
NAMES = os.environ.get("RUSTCAM_PORTAL_BEDS", "mutter").split()
SIZE = (1280, 720)
FRAMES = 240

pytestmark = pytest.mark.parametrize("name", NAMES)


@pytest.fixture
def bed(name):
    with BEDS[name](size=SIZE) as made:
        yield made


def needs_orders(bed):
    if not bed.takes_orders:
        pytest.skip("this portal's back end is not ours, and takes no orders")


def needs_gstreamer(bed):
    if not bed.serves_gstreamer:
        pytest.skip("GStreamer's pipewiresrc gets no picture here")


def record(bed, path, *more, frames=FRAMES):
    """Returns what the file shows, and the statistics."""
    stats = path.with_suffix(".json")
    ok_cli("record", "--backend", "portal", "--force", "--fps", "60", "--frames", frames, "--encoder", "x264", "--preset",
           "ultrafast", "--stats", stats, *more, path, env=bed.env)
    return barcodes(path), json.loads(stats.read_text(encoding="utf-8"))


def told(capsys, text):
    with capsys.disabled():
        print(f"\n    {text}")


def test_anothers_client_gets_pictures(bed, tmp_path, capsys):
    """What is proven here is the bed."""
    needs_gstreamer(bed)
    path = tmp_path / "theirs.mkv"
    with Stimulus(bed):
        subprocess.run(bed.client("gst-launch-1.0", "-q", "-e", "pipewiresrc", "fd={fd}", "path={node}", "num-buffers=120",
                                  "do-timestamp=true", "!", "videoconvert", "!", "x264enc", "speed-preset=ultrafast", "!",
                                  "matroskamux", "!", "filesink", f"location={path}"), env=bed.env, check=True, timeout=120)
    numbers = barcodes(path)
    told(capsys, f"gst-launch-1.0 pipewiresrc: {len(set(numbers))} different pictures of {len(numbers)}")
    assert None not in numbers and len(set(numbers)) >= 60


def test_a_recording_shows_whole_pictures_in_order(bed, tmp_path, capsys):
    with Stimulus(bed):
        numbers, _ = record(bed, tmp_path / "ours.mkv")
    span = numbers[-1] - numbers[0]
    told(capsys, f"record: {len(set(numbers))} different pictures in {len(numbers)} slots; the stimulus showed {span}")
    assert len(numbers) == FRAMES
    assert None not in numbers and numbers == sorted(numbers)
    assert len(set(numbers)) >= 30


def test_beside_another_client_no_fewer_pictures_come(bed, tmp_path, capsys):
    """Both look at the same desktop at the same time: what the compositor casts is what both get."""
    needs_gstreamer(bed)
    path = tmp_path / "theirs.mkv"
    with Stimulus(bed):
        theirs = subprocess.Popen(bed.client(
            "gst-launch-1.0", "-q", "-e", "pipewiresrc", "fd={fd}", "path={node}", "num-buffers=2000", "do-timestamp=true",
            "!", "videoconvert", "!", "x264enc", "speed-preset=ultrafast", "!", "matroskamux", "!", "filesink",
            f"location={path}"), env=bed.env)
        settle(1)
        ours, _ = record(bed, tmp_path / "ours.mkv")
        settle(1)
        end(theirs)
    # Its file has no end; those numbers that both saw begin and end are compared.
    decoded = {each for each in barcodes(path) if each is not None}
    first, last = max(min(decoded), ours[0]), min(max(decoded), ours[-1])
    both = [len({each for each in numbers if each is not None and first <= each <= last}) for numbers in (ours, decoded)]
    told(capsys, f"in the same time: ours {both[0]} different pictures, gst-launch-1.0 pipewiresrc {both[1]}")
    assert both[0] >= 0.8 * both[1]


def test_the_second_run_asks_nobody(bed, tmp_path):
    needs_orders(bed)
    for dialogue in (True, False):
        ok_cli("shot", "--backend", "portal", "--force", tmp_path / "a.png", env=bed.env)
        assert bed.seen("Start")[-1]["dialogue"] == dialogue
    ok_cli("shot", "--backend", "portal", "--portal-ask", "--force", tmp_path / "a.png", env=bed.env)
    assert bed.seen("Start")[-1]["dialogue"]


def test_who_cancels_is_told_so(bed, tmp_path):
    needs_orders(bed)
    bed.order("answer cancel")
    done = run_cli("shot", "--backend", "portal", tmp_path / "a.png", env=bed.env)
    assert done.returncode == 1
    assert b"cancel" in done.stderr, done.stderr


def test_a_token_that_the_portal_does_not_know_is_asked_for_again(bed, tmp_path):
    """As after the permissions were reset."""
    needs_orders(bed)
    ok_cli("shot", "--backend", "portal", tmp_path / "a.png", env=bed.env)
    bed.forget_permissions()
    ok_cli("shot", "--backend", "portal", "--force", tmp_path / "a.png", env=bed.env)
    assert bed.seen("Start")[-1]["dialogue"]


def theirs(bed, path):
    """A still desktop with the compositor's own pointer in it, by another's hands."""
    subprocess.run(bed.client("--cursor", "embedded", "gst-launch-1.0", "-q", "pipewiresrc", "fd={fd}", "path={node}",
                              "num-buffers=1", "!", "videoconvert", "!", "pngenc", "!", "filesink", f"location={path}"),
                   env=bed.env, check=True, timeout=60)
    return picture(path)


@pytest.mark.parametrize("at", [(300, 200), (1270, 715), (0, 0)])
def test_the_pointer_is_where_the_compositor_draws_it(bed, tmp_path, at):
    needs_orders(bed)
    bed.order(f"pointer {at[0]} {at[1]}")
    settle()
    ok_cli("shot", "--backend", "portal", tmp_path / "with.png", env=bed.env)
    ok_cli("shot", "--backend", "portal", "--no-cursor", tmp_path / "without.png", env=bed.env)
    ours, bare = picture(tmp_path / "with.png"), picture(tmp_path / "without.png")
    assert not np.array_equal(ours, bare), "no pointer was drawn"
    rows, columns = np.nonzero((ours != bare).any(axis=2))
    assert abs(columns.min() - at[0]) < 24 and abs(rows.min() - at[1]) < 24
    expected = theirs(bed, tmp_path / "theirs.png")
    assert np.abs(ours.astype(int) - expected).max() <= 2


def test_a_screen_that_is_turned_is_recorded_on(bed, tmp_path):
    """A new mode is a new size of the stream."""
    needs_orders(bed)
    path = tmp_path / "turned.mkv"
    with start_cli("record", "--backend", "portal", "--fps", "30", "--duration", "6", "--encoder", "x264", "--preset",
                   "ultrafast", "--vfr", path, env=bed.env) as recording:
        wait_until(lambda: path.exists() and path.stat().st_size > 0, what="the recording's begin", alive=recording)
        bed.order("turn 1")
        _, errors = recording.communicate(timeout=60)
    assert recording.returncode == 0, errors.decode()
    ok_cli("shot", "--backend", "portal", tmp_path / "after.png", env=bed.env)
    assert picture(tmp_path / "after.png").shape[:2] == (SIZE[0], SIZE[1])
    assert not bed.seen("Start")[-1]["dialogue"]


def test_a_session_that_the_desktop_ends_is_begun_again(bed, tmp_path):
    needs_orders(bed)
    path = tmp_path / "ended.mkv"
    with Stimulus(bed), start_cli("record", "--backend", "portal", "--fps", "30", "--duration", "8", "--encoder", "x264",
                                  "--preset", "ultrafast", path, env=bed.env) as recording:
        wait_until(lambda: path.exists() and path.stat().st_size > 0, what="the recording's begin", alive=recording)
        begun = len(bed.seen("Start"))
        settle()
        bed.order("close")
        _, errors = recording.communicate(timeout=60)
    assert recording.returncode == 0, errors.decode()
    assert len(bed.seen("Start")) > begun and not bed.seen("Start")[-1]["dialogue"]
    numbers = barcodes(path)
    assert None not in numbers and numbers == sorted(numbers)
