"""The stand-in NVENC driver (tests/nvenc): programs that run on it, and what it says of them."""

import json
import os
import pathlib

from rustcam_testing import CLI, environment

BINARIES = pathlib.Path(os.environ.get("RUSTCAM_BINARY_DIR") or pathlib.Path(CLI).parents[1])
FOLDER = BINARIES / "tests" / "nvenc"
NOTHING = {"sessions": 0, "buffers": 0, "resources": 0, "contexts": 0}


class Driver:
    """For one run of one program. `settings` as tests/nvenc/settings.h describes them: "fail=lost;after=20"."""

    def __init__(self, folder, settings=""):
        self._report = pathlib.Path(folder) / "nvenc.json"
        self._report.unlink(missing_ok=True)
        self.env = environment(LD_LIBRARY_PATH=str(FOLDER), RUSTCAM_NVENC=settings,
                               RUSTCAM_NVENC_REPORT=str(self._report))

    def report(self):
        return json.loads(self._report.read_text(encoding="utf-8"))

    def sessions(self):
        """Those of a run without violation and leak."""
        report = self.report()
        assert report["violations"] == {}
        assert report["leaks"] == NOTHING
        return report["sessions"]

    def session(self):
        """The only one."""
        [session] = self.sessions()
        return session
