"""The stand-in for the desktop's portal, seen by another's clients: GLib and GStreamer."""

import shutil

import pytest
from portal_bed import PortalBed, missing

pytest.importorskip("gi", reason="python3-gi is not installed")
if missing() or not shutil.which("gst-launch-1.0"):
    pytest.skip(f"not installed: {missing() or 'gst-launch-1.0'}", allow_module_level=True)

from portal_client import Client, barcodes  # noqa: E402

SIZE = (640, 360)


@pytest.mark.parametrize("who", ["plain", "mutter", "kwin", "wlr"])
def test_pictures_are_whole_and_new(who):
    with PortalBed("--personality", who) as bed, Client(bed) as client:
        node = client.begin(2 if who == "wlr" else 4)["streams"][0][0]
        pictures, said = client.pictures(node, SIZE)
        numbers = barcodes(pictures)
        assert len(numbers) == 20 and None not in numbers, (numbers, said)
        assert numbers == sorted(set(numbers))
        assert [each["size"] for each in bed.seen("format")] == [[640, 360]]
