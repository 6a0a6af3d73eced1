"""Where and with what something was measured."""

import os
import pathlib
import platform
import re
import subprocess
import sys

from rustcam_testing import CLI

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def say(text):
    print(text, file=sys.stderr, flush=True)


def first_line(*command):
    try:
        out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout.decode()
    except FileNotFoundError:
        return None
    return out.strip().splitlines()[0].split(" Copyright")[0] if out.strip() else None


def versions():
    """Of the programs that are there, and of our source."""
    found = {"rustcam-cli": first_line(CLI, "--version"), "ffmpeg": first_line("ffmpeg", "-version"),
             "gstreamer": first_line("gst-launch-1.0", "--version"), "scrot": first_line("scrot", "--version"),
             "maim": first_line("maim", "--version"),
             "commit": first_line("git", "-C", str(SOURCE), "describe", "--always", "--dirty")}
    said = {"maim": "maim ", "commit": "commit "}
    return {k: said.get(k, "") + v.removeprefix("v") for k, v in found.items() if v}


def machine():
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return {"cpu": cpu.group(1) if cpu else platform.machine(), "cores": os.cpu_count(), "kernel": platform.release(),
            "system": platform.freedesktop_os_release()["PRETTY_NAME"], "load_average": os.getloadavg()[0]}
