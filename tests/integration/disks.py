"""Disks of their own for tests: small, full, read-only."""

import contextlib
import os
import shutil
import subprocess


@contextlib.contextmanager
def mounted(disk, *what):
    """The folder `disk`, made if need be, with what `mount` is told to put there; None where there is no right to."""
    disk.mkdir(exist_ok=True)
    if subprocess.run(["mount", *what, str(disk)], stderr=subprocess.DEVNULL).returncode:
        yield None
        return
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def tmpfs(folder, size):
    """An empty disk of `size` (as mount takes it); None where there is no right to mount one."""
    return mounted(folder / "disk", "-t", "tmpfs", "-o", f"size={size}", "none")


@contextlib.contextmanager
def ext2(folder, kilobytes):
    """A disk that cannot set space aside (ext2 on a loop device); None where there is none to be had."""
    image = folder / "image"
    with open(image, "wb") as file:
        file.truncate(kilobytes * 1024)
    made = shutil.which("mkfs.ext2", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    try:
        if not made or subprocess.run([made, "-q", "-m", "0", str(image)], stderr=subprocess.DEVNULL).returncode:
            yield None
            return
        with mounted(folder / "disk", "-o", "loop", str(image)) as disk:
            yield disk
    finally:
        image.unlink()
