"""The stand-in NVENC driver (tests/nvenc) in the Wine prefix, and what it says of a run."""

import json
import shutil

from wine_bed import BUILD

FOLDER = BUILD / "tests" / "nvenc"
LIBRARIES = ["nvcuda.dll", "nvEncodeAPI64.dll"]
NOTHING = {"sessions": 0, "buffers": 0, "resources": 0, "contexts": 0}


class Driver:
    """In the prefix from its making to `remove()`: FFmpeg looks beside the program and in system32 only."""

    def __init__(self, wine):
        self._wine = wine
        self._system = wine.folder / "prefix" / "drive_c" / "windows" / "system32"
        self._report = wine.folder / "nvenc.json"
        # With textures, the capture thread and the encoder's use one device.
        self._drawing = wine.environment["WINE_D3D_CONFIG"]
        wine.environment["WINE_D3D_CONFIG"] = "csmt=1"
        for name in LIBRARIES:
            shutil.copyfile(FOLDER / name, self._system / name)
        self.expect()

    def expect(self, settings=""):
        """Before each run: `settings` as tests/nvenc/settings.h describes them, "fail=lost;after=20"."""
        self._report.unlink(missing_ok=True)
        self._wine.environment["RUSTCAM_NVENC"] = settings
        self._wine.environment["RUSTCAM_NVENC_REPORT"] = "Z:" + str(self._report)

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

    def remove(self):
        self._wine.environment["WINE_D3D_CONFIG"] = self._drawing
        for name in LIBRARIES:
            (self._system / name).unlink(missing_ok=True)
        for name in ("RUSTCAM_NVENC", "RUSTCAM_NVENC_REPORT"):
            self._wine.environment.pop(name, None)
