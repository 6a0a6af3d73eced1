"""Fixtures that several files of tests share; see rustcam_testing for what they give."""

import pytest
from rustcam_testing import XServer


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
