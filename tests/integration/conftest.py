"""Fixtures that several files of tests share; see rustcam_testing and sway_bed for what they give."""

import shutil

import pytest
from rustcam_testing import XServer
from sound_bed import SoundBed, missing
from sway_bed import Sway
from wayland_bed import Bed, Client


@pytest.fixture
def x_server():
    """Starts X servers as XServer does, and stops them at the test's end."""
    servers = []

    def make(*args, **more):
        servers.append(XServer(*args, **more))
        return servers[-1]

    yield make
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def screen():
    """One 1920x1080 Xvfb screen for a file's tests that leave it as they find it."""
    with XServer() as server:
        yield server


@pytest.fixture(scope="module")
def one_sway():
    if not shutil.which("sway"):
        pytest.skip("sway is not installed")
    with Sway() as sway:
        yield sway


@pytest.fixture
def sway(one_sway):
    """A file's one compositor, in its first state: HEADLESS-1 alone is on, HEADLESS-2 is there to be switched on."""
    one_sway.thaw()
    if one_sway.process.poll() is not None:
        one_sway.start()
    one_sway.reset()
    return one_sway


@pytest.fixture(scope="module", params=["pulse", "pipewire"])
def sound(request):
    """A file's one sound server of either kind; a test leaves it as it finds it."""
    if missing(request.param):
        pytest.skip(f"not installed: {' '.join(missing(request.param))}")
    with SoundBed(request.param) as bed:
        yield bed


@pytest.fixture
def own_sound():
    """A PulseAudio for one test, which may break it."""
    if missing("pulse"):
        pytest.skip(f"not installed: {' '.join(missing('pulse'))}")
    with SoundBed("pulse") as bed:
        yield bed


@pytest.fixture
def wayland():
    """A test compositor with one output of 64x48."""
    with Bed() as bed:
        yield bed


@pytest.fixture
def wayland_client(wayland):
    """A client of it, by the wire."""
    with Client(wayland) as client:
        client.bed = wayland
        client.output = client.bind("wl_output")
        client.roundtrip()
        yield client
