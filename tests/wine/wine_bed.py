"""A private Wine prefix on a private X server, and the Windows program in it, with or without the
duplication layer."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

BUILD = pathlib.Path(os.environ["RUSTCAM_WINDOWS_BUILD"])
PROGRAM = BUILD / "rustcam-cli.exe"
LAYER = BUILD / "tests" / "wine" / "layer"
WINE = shutil.which("wine64") or "/usr/lib/wine/wine64"


class Run:
    """What one run of the program left behind."""

    def __init__(self, process, stdout, stderr, report):
        self.status = process.returncode
        self.stdout = stdout
        self.stderr = stderr.decode("utf-8", "replace")
        self.report = report

    def json(self):
        return json.loads(self.stdout)

    def assert_clean(self):
        """No protocol violation, no leak."""
        assert self.report is not None, f"the layer wrote no report; stderr: {self.stderr}"
        assert self.report["violations"] in ({}, None), self.report["violations"]
        assert self.report["leaks"] == {"duplications": 0, "textures": 0}, self.report["leaks"]


class WineBed:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rustcam-wine-"))
        self.xvfb = None
        self.keeper = None
        self.display = self._start_x()
        self.environment = {
            **os.environ,
            "DISPLAY": self.display,
            "WINEPREFIX": str(self.folder / "prefix"),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
            # One process on a software renderer: D3D calls stay in the thread that makes them. Where two threads
            # use a device, Wine has to bring them together (nvenc.py).
            "WINE_D3D_CONFIG": "csmt=0",
        }
        for name in ("WAYLAND_DISPLAY", "RUSTCAM_LAYER", "RUSTCAM_LAYER_REPORT"):
            self.environment.pop(name, None)
        self._start_prefix()

    def _start_x(self):
        read_end, write_end = os.pipe()
        self.xvfb = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1920x1080x24", "-noreset", "-nolisten", "tcp"],
            pass_fds=[write_end], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write_end)
        with os.fdopen(read_end) as numbers:
            number = numbers.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start")
        return ":" + number

    def _quiet(self, *command):
        subprocess.run([WINE, *command], env=self.environment, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=180, check=False)

    def _start_prefix(self):
        # Wine's services outlive the program that starts them and keep its pipes open: they are
        # started here, quietly, and one program stays alive so that they stay too.
        self._quiet("wineboot", "-i")
        self._quiet("reg", "add", r"HKCU\Software\Wine\WineDbg", "/v", "ShowCrashDialog", "/t", "REG_DWORD",
                    "/d", "0", "/f")
        self._quiet("winecfg", "-v", "win10")
        self.keeper = subprocess.Popen([WINE, "cmd"], env=self.environment, stdin=subprocess.PIPE,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def close(self):
        if self.keeper:
            self.keeper.stdin.close()
            try:
                self.keeper.wait(10)
            except subprocess.TimeoutExpired:
                self.keeper.kill()
                self.keeper.wait()
        server = shutil.which("wineserver") or "/usr/lib/wine/wineserver64"
        subprocess.run([server, "-k"], env=self.environment, check=False, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        if self.xvfb:
            self.xvfb.terminate()
            self.xvfb.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, arguments, layer=None, launcher_options=(), cwd=None, program=PROGRAM, **popen):
        """The program as a Popen; `layer` is RUSTCAM_LAYER's text, None for no layer."""
        command = [WINE]
        environment = dict(self.environment)
        if layer is not None:
            self.report_path = self.folder / "report.json"
            self.report_path.unlink(missing_ok=True)
            environment["RUSTCAM_LAYER"] = layer
            environment["RUSTCAM_LAYER_REPORT"] = "Z:" + str(self.report_path)
            command += [str(LAYER / "layer_launch.exe"), "Z:" + str(LAYER / "duplication_layer.dll"),
                        *map(str, launcher_options)]
        command += ["Z:" + str(program), *map(str, arguments)]
        return subprocess.Popen(command, env=environment, cwd=cwd, stdin=subprocess.DEVNULL,
                                stdout=popen.pop("stdout", subprocess.PIPE), stderr=subprocess.PIPE, **popen)

    def run(self, *arguments, layer=None, launcher_options=(), when=None, cwd=None, program=PROGRAM, timeout=120):
        """Runs the program to its end. The notices among `launcher_options` are given once `when()` is true."""
        if when is not None:
            go = self.folder / "go"
            go.unlink(missing_ok=True)
            launcher_options = ["--when", "Z:" + str(go), *launcher_options]
        process = self.start(arguments, layer, launcher_options, cwd, program)
        try:
            if when is not None:
                end = time.monotonic() + timeout
                while not when() and process.poll() is None:
                    if time.monotonic() > end:
                        raise subprocess.TimeoutExpired(process.args, timeout)
                    time.sleep(0.05)
                go.touch()
            stdout, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            raise
        return Run(process, stdout, stderr, self.report() if layer is not None else None)

    def processes(self, command):
        """Process ids of the program at `command` in this prefix; the launcher, whose command line has it too, is none."""
        found = []
        prefix = f"WINEPREFIX={self.environment['WINEPREFIX']}".encode()
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
                ours = prefix in (folder / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if ours and words[0].endswith(PROGRAM.name.encode()) and words[1:2] == [command.encode()]:
                found.append(int(folder.name))
        return found

    def kill(self, command):
        for process in self.processes(command):
            os.kill(process, signal.SIGKILL)

    def report(self):
        return json.loads(self.report_path.read_text()) if self.report_path.exists() else None
