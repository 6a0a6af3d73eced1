"""scripts/install-deps.sh on systems of every kind: their os-release is given to it, and its dpkg and apt are ours."""

import os
import pathlib
import shutil
import stat
import subprocess
import sys

import pytest

SCRIPT = pathlib.Path(__file__).parents[2] / "scripts" / "install-deps.sh"
pytestmark = pytest.mark.skipif(sys.platform != "linux" or not shutil.which("dpkg"), reason="for systems with dpkg")

RELEASES = {
    "debian 11": 'ID=debian\nVERSION_ID="11"\nPRETTY_NAME="Debian GNU/Linux 11 (bullseye)"',
    "debian 12": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"',
    "debian 13": 'ID=debian\nVERSION_ID="13"\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"',
    "sid": 'ID=debian\nVERSION_CODENAME=forky\nPRETTY_NAME="Debian GNU/Linux forky/sid"',
    "ubuntu 22.04": 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"\nPRETTY_NAME="Ubuntu 22.04.5 LTS"',
    "ubuntu 24.04": 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\nPRETTY_NAME="Ubuntu 24.04.2 LTS"',
    "mint 21": 'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="21.3"\nPRETTY_NAME="Linux Mint 21.3"',
    "mint 22": 'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22"\nPRETTY_NAME="Linux Mint 22"',
    "fedora": 'ID=fedora\nVERSION_ID=42\nPRETTY_NAME="Fedora Linux 42"',
    "arch": 'ID=arch\nPRETTY_NAME="Arch Linux"',
    "nothing": "",
}
OLD = {"cmake": "3.22.1-1ubuntu1", "g++": "4:11.2.0-1ubuntu1", "libavcodec-dev": "7:4.4.2-0ubuntu0.22.04.1"}
NEW = {"cmake": "3.28.3-1build7", "g++": "4:13.2.0-7ubuntu1", "libavcodec-dev": "7:6.1.1-3ubuntu5"}


class System:
    """A folder of programs that stand for the system's: what is installed, what apt offers, and what was called."""

    def __init__(self, folder, release, installed=(), offers=None, absent=(), uid=0, sudo=False):
        self.folder = folder
        (folder / "os-release").write_text(RELEASES[release] + "\n", encoding="utf-8")
        (folder / "installed").write_text("".join(f"{each}\n" for each in installed), encoding="ascii")
        self._program("dpkg-query", 'grep -qxF -- "${@: -1}" "$folder/installed" && printf installed')
        lines = "".join(f'{name}) version={version} ;;\n' for name, version in (offers or {}).items())
        lines += "".join(f'{name}) version="(none)" ;;\n' for name in absent)
        self._program("apt-cache", 'version=9:99.0-1\ncase $2 in\n' + lines + 'esac\n'
                      'printf "%s:\\n  Installed: (none)\\n  Candidate: %s\\n" "$2" "$version"')
        self._program("apt-get", 'echo "apt-get $*" >> "$folder/calls"')
        self._program("id", f"echo {uid}")
        if sudo:
            self._program("sudo", 'echo "sudo $*" >> "$folder/calls"; "$@"')
        for name in ("bash", "sed", "grep", "cat", "env", "dpkg"):
            (folder / name).symlink_to(shutil.which(name))

    def _program(self, name, text):
        path = self.folder / name
        path.write_text(f'#!/bin/bash\nfolder={self.folder}\n{text}\n', encoding="ascii")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def run(self, *groups):
        env = {"PATH": str(self.folder), "RUSTCAM_OS_RELEASE": str(self.folder / "os-release"), "HOME": os.environ["HOME"]}
        result = subprocess.run([str(SCRIPT), *groups], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, timeout=60)
        assert result.stdout == b""
        return result.returncode, result.stderr.decode()

    @property
    def calls(self):
        path = self.folder / "calls"
        return path.read_text(encoding="ascii").splitlines() if path.exists() else []


@pytest.mark.parametrize("release", ["debian 12", "debian 13", "sid", "ubuntu 24.04"])
def test_on_a_known_system_what_is_missing_is_installed(tmp_path, release):
    system = System(tmp_path, release, installed=["cmake", "zlib1g-dev"])
    status, text = system.run("build")
    assert status == 0, text
    assert system.calls[0].startswith("apt-get update") and len(system.calls) == 2
    install = system.calls[1].split()
    assert install[:2] == ["apt-get", "install"] and "--no-install-recommends" in install
    assert {"g++", "libavcodec-dev", "libxcb1-dev"} <= set(install)
    assert not {"cmake", "zlib1g-dev"} & set(install)


def test_with_everything_in_place_apt_is_not_asked(tmp_path):
    first = System(tmp_path, "debian 12")
    first.run("build", "test", "windows", "arm", "bench", "package", "bed")
    packages = [each for each in first.calls[1].split()[2:] if not each.startswith("-")]
    for release in ("arch", "ubuntu 22.04", "debian 13"):
        folder = tmp_path / release.replace(" ", "")
        folder.mkdir()
        system = System(folder, release, installed=packages, uid=1000)
        status, text = system.run("build", "test", "windows", "arm", "bench", "package", "bed")
        assert status == 0 and "is here already" in text
        assert not system.calls


@pytest.mark.parametrize("release, has", [("ubuntu 22.04", "FFmpeg 4.4"), ("debian 11", "CMake 3.18")])
def test_a_system_known_to_be_too_old_is_refused_before_anything_is_asked(tmp_path, release, has):
    system = System(tmp_path, release)
    status, text = system.run()
    assert status == 1 and text.count("\n") == 1, text
    assert "too old" in text and has in text
    assert "CMake 3.25, GCC 12 and FFmpeg 5.1" in text
    assert not system.calls


def test_a_relative_is_judged_by_what_its_apt_offers(tmp_path):
    system = System(tmp_path, "mint 21", offers=OLD)
    status, text = system.run()
    assert status == 1 and text.count("\n") == 1, text
    assert "Linux Mint 21.3 is too old (it has CMake 3.22.1, GCC 11.2.0, FFmpeg 4.4.2)" in text
    assert [each.split()[1] for each in system.calls] == ["update"]

    newer = tmp_path / "newer"
    newer.mkdir()
    system = System(newer, "mint 22", offers=NEW)
    status, text = system.run()
    assert status == 0, text
    assert [each.split()[1] for each in system.calls] == ["update", "install"]


@pytest.mark.parametrize("what", sorted(OLD))
def test_one_old_package_is_enough(tmp_path, what):
    system = System(tmp_path, "mint 22", offers={**NEW, what: OLD[what]})
    status, text = system.run()
    assert status == 1 and "too old" in text
    assert len(text[text.index("(it has"):text.index(")")].split(",")) == 1


@pytest.mark.parametrize("release", ["fedora", "arch", "nothing"])
def test_elsewhere_it_says_what_is_needed(tmp_path, release):
    system = System(tmp_path, release)
    status, text = system.run()
    assert status == 1
    for word in ("CMake 3.25, GCC 12 and FFmpeg 5.1", "not tried", "Fedora", "Arch", "openSUSE", "cmake -B build"):
        assert word in text
    assert not system.calls


def test_a_package_that_no_source_has_is_named(tmp_path):
    system = System(tmp_path, "ubuntu 24.04", absent=["libcli11-dev"])
    status, text = system.run()
    assert status == 1 and "libcli11-dev" in text and "universe" in text
    assert [each.split()[1] for each in system.calls] == ["update"]


def test_without_root_sudo_is_used_or_asked_for(tmp_path):
    status, text = System(tmp_path, "debian 13", uid=1000).run()
    assert status == 1 and "root" in text

    folder = tmp_path / "with-sudo"
    folder.mkdir()
    system = System(folder, "debian 13", uid=1000, sudo=True)
    status, text = system.run()
    assert status == 0, text
    assert system.calls[0].startswith("sudo apt-get update")


def test_an_unknown_group_is_wrong_usage(tmp_path):
    system = System(tmp_path, "debian 12")
    status, text = system.run("build", "everything")
    assert status == 2 and "'everything'" in text and "package" in text
    assert not system.calls
