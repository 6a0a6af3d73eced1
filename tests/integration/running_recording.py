"""A recording that runs beside a test, which knows how far it is."""

import json

from rustcam_testing import SLOW, ffprobe, start_cli, wait_until

PATIENCE = 60 * SLOW
"""For its end. Without limits of its own it would never come."""


class Recording:
    """`rustcam-cli record` into `path`, in the session of `server`."""

    def __init__(self, server, path, *args):
        self.path = path
        self.told = path.with_suffix(".progress")
        with self.told.open("wb") as progress:
            self.process = start_cli("record", "--progress", "json", "--json", *args, str(path), env=server.env, stderr=progress)

    def told_last(self, what):
        """Of the last line of `--progress json`, which comes once a second."""
        lines = self.told.read_text(encoding="utf-8").splitlines()
        return json.loads(lines[-1])[what] if lines and lines[-1].startswith("{") else 0

    def wait_for_slots(self, count=1):
        """Until so many more slots are recorded. Whoever takes part in a test waits before anything happens to the screen."""
        least = self.told_last("slots") + count
        wait_until(lambda: self.told_last("slots") >= least or self.process.poll() is not None, what="recorded slots", seconds=60)
        assert self.process.poll() is None, self.told.read_text(encoding="utf-8")
        return self

    def end(self, status=0, number=None):
        """Waits for its end, after the signal `number` if one is given. The statistics; the file has to hold what they say."""
        if number:
            self.process.send_signal(number)
        out, _ = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == status, self.told.read_text(encoding="utf-8")
        document = json.loads(out)
        frames = document["frames"]
        read = sum(int(ffprobe(each["path"])["nb_read_frames"]) for each in document["files"])
        assert read == frames["slots"] - frames["unencoded"]
        return document

    def kill(self):
        """At the end of a test, if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
