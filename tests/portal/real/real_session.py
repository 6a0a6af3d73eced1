"""A session of a real compositor behind the real xdg-desktop-portal: its own D-Bus, PipeWire and permission store, in a
folder of its own. Everything is ended by its process id."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from rustcam_testing import SLOW, end, environment, spawn, start_cli, wait_until

HERE = pathlib.Path(__file__).parent
LIBEXEC = "/usr/libexec"

_BUS = """<busconfig><type>session</type><listen>unix:path={folder}/bus</listen><servicedir>{folder}/services</servicedir>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
"""


class Session:
    """Starts what is common, and then a compositor, by name. `env` is that of a program in the session."""

    def __init__(self, size=(1280, 720), hz=60):
        self.size, self.hz = size, hz
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rustcam-portal-"))
        self.folder.chmod(0o700)
        self.processes = {}
        self.events = []
        self.env = environment(
            XDG_RUNTIME_DIR=str(self.folder), DBUS_SESSION_BUS_ADDRESS=f"unix:path={self.folder}/bus",
            XDG_STATE_HOME=f"{self.folder}/state", XDG_DATA_HOME=f"{self.folder}/data", XDG_CONFIG_HOME=f"{self.folder}/config",
            XDG_CACHE_HOME=f"{self.folder}/cache", XDG_SESSION_TYPE="wayland", XDG_CURRENT_DESKTOP="rustcamtest",
            XDG_DESKTOP_PORTAL_DIR=f"{self.folder}/portals", GSETTINGS_BACKEND="memory", GIO_USE_VFS="local", NO_AT_BRIDGE="1",
            # PipeWire 0.3 as root would take /run.
            PIPEWIRE_RUNTIME_DIR=str(self.folder))
        for each in ("services", "portals", "state", "data", "config", "cache"):
            (self.folder / each).mkdir()
        (self.folder / "bus.conf").write_text(_BUS.format(folder=self.folder), encoding="ascii")
        try:
            self.start()
        except BaseException:
            self.stop()
            raise

    # What a bed changes.
    def compositor(self):
        """Starts it."""
        raise NotImplementedError

    def back_end(self):
        """Starts the portal's back end."""
        raise NotImplementedError

    takes_orders = False
    """Whether the back end is one of ours."""

    serves_gstreamer = True
    """Whether its pipewiresrc gets pictures here."""

    portal_file = ("rustcamtest", "org.freedesktop.impl.portal.desktop.rustcamtest")
    """Of the back end: the name of its file, and that on the bus."""

    def start(self):
        self.run("bus", "dbus-daemon", f"--config-file={self.folder}/bus.conf", "--nofork", "--nopidfile", "--nosyslog")
        self.until(lambda: (self.folder / "bus").is_socket(), "the bus")
        self.run("pipewire", "pipewire")
        self.until(lambda: (self.folder / "pipewire-0").is_socket(), "PipeWire")
        self.run("wireplumber", "wireplumber")
        self.run("permissions", f"{LIBEXEC}/xdg-permission-store")
        self.owned("org.freedesktop.impl.portal.PermissionStore")
        self.compositor()
        self.back_end()
        name, bus_name = self.portal_file
        self.owned(bus_name)
        (self.folder / "portals" / f"{name}.portal").write_text(
            f"[portal]\nDBusName={bus_name}\nInterfaces=org.freedesktop.impl.portal.ScreenCast;\nUseIn=rustcamtest\n",
            encoding="ascii")
        # From 1.18 on a file tells which back end serves what.
        (self.folder / "portals" / "rustcamtest-portals.conf").write_text(
            f"[preferred]\ndefault=none\norg.freedesktop.impl.portal.ScreenCast={name}\n", encoding="ascii")
        self.run("portal", f"{LIBEXEC}/xdg-desktop-portal", "--verbose")
        self.owned("org.freedesktop.portal.Desktop")

    def run(self, name, *command, **more):
        """Starts a part of the session; what it says is kept in its log."""
        with open(self.folder / f"{name}.log", "ab") as log:
            more.setdefault("stdin", subprocess.DEVNULL)
            more.setdefault("stdout", log)
            self.processes[name] = spawn(command, stderr=log, env=self.env, cwd="/", **more)
        return self.processes[name]

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def until(self, condition, what, seconds=60):
        try:
            wait_until(condition, seconds=seconds, what=what)
        except AssertionError as error:
            logs = "".join(f"\n--- {each}\n{self.log(each)[-1500:]}" for each in self.processes
                           if (self.folder / f"{each}.log").exists())
            raise RuntimeError(f"{error}{logs}") from error

    def bus_call(self, path, method, *arguments, name=None):
        """As gdbus' answer, or None."""
        done = subprocess.run(["gdbus", "call", "--session", "--dest", name or "org.freedesktop.DBus", "--object-path", path,
                               "--method", method, *arguments], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              check=False, timeout=60 * SLOW)
        return done.stdout.decode() if done.returncode == 0 else None

    def owned(self, name):
        self.until(lambda: "true" in (self.bus_call("/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner", name) or ""),
                   f"{name} on the bus")

    def serve(self, script, *arguments):
        """A back end of ours: its events are kept in `events`, and it takes orders."""
        process = self.run("back-end", sys.executable, HERE / script, *arguments, stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE, text=True)

        def listen():
            for line in process.stdout:
                self.events.append(json.loads(line))

        threading.Thread(target=listen, daemon=True).start()
        self.wait_for("ready")

    def wait_for(self, event, count=1, seconds=60):
        """Returns the newest event of that name, when there are `count`."""
        self.until(lambda: len(self.seen(event)) >= count, f"{count} of {event}", seconds)
        return self.seen(event)[-1]

    def seen(self, event):
        return [each for each in self.events if each["event"] == event]

    def order(self, text):
        count = len(self.seen("done"))
        process = self.processes["back-end"]
        process.stdin.write(text + "\n")
        process.stdin.flush()
        self.wait_for("done", count + 1)

    def forget_permissions(self):
        """All that the portal remembers of who may do what."""
        end(self.processes["permissions"])
        shutil.rmtree(self.folder / "data" / "flatpak", ignore_errors=True)
        self.run("permissions", f"{LIBEXEC}/xdg-permission-store")
        self.owned("org.freedesktop.impl.portal.PermissionStore")

    def client(self, *arguments):
        """Another's hand (another_client.py)."""
        return [sys.executable, str(HERE / "another_client.py"), *arguments]

    def stop(self):
        for process in reversed(self.processes.values()):
            end(process)
        if os.environ.get("RUSTCAM_KEEP"):
            print(f"kept: {self.folder}", file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Stimulus:
    """`rustcam-cli stimulus` full screen in the session; shown once the compositor has had time to place the window."""

    def __init__(self, session, scene="mover", hz=60):
        self.process = start_cli("stimulus", scene, "--hz", str(hz), env=session.env)
        settle(2)
        assert self.process.poll() is None, self.process.stderr.read()

    def stop(self):
        end(self.process, signal.SIGTERM)
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Mutter(Session):
    takes_orders = True

    def compositor(self):
        self.env["WAYLAND_DISPLAY"] = "wayland-mutter"
        self.run("mutter", "mutter", "--wayland", "--headless", "--no-x11", "--wayland-display", "wayland-mutter",
                 "--virtual-monitor", f"{self.size[0]}x{self.size[1]}@{self.hz}")
        self.until(lambda: (self.folder / "wayland-mutter").is_socket(), "Mutter")
        self.owned("org.gnome.Mutter.ScreenCast")

    def back_end(self):
        self.serve("mutter_back_end.py")


class Sway(Session):
    """With xdg-desktop-portal-wlr, which asks nobody and remembers nothing."""
    # PipeWire pauses the stream as it begins; xdg-desktop-portal-wlr 0.7 then sends nothing until it is begun again.
    serves_gstreamer = False

    portal_file = ("wlr", "org.freedesktop.impl.portal.desktop.wlr")

    def compositor(self):
        settings = self.folder / "config" / "xdg-desktop-portal-wlr"
        settings.mkdir()
        (settings / "config").write_text("[screencast]\nchooser_type=none\noutput_name=HEADLESS-1\n", encoding="ascii")
        config = self.folder / "sway.conf"
        config.write_text("xwayland disable\ndefault_border none\n"
                          f"output * mode --custom {self.size[0]}x{self.size[1]}@{self.hz}Hz\n", encoding="ascii")
        self.env.update(WLR_BACKENDS="headless", WLR_RENDERER="pixman", WLR_LIBINPUT_NO_DEVICES="1",
                        SWAYSOCK=f"{self.folder}/sway.sock")
        self.run("sway", "sway", "-c", str(config))
        self.until(lambda: list(self.folder.glob("wayland-?")), "sway")
        self.env["WAYLAND_DISPLAY"] = next(self.folder.glob("wayland-?")).name

    def back_end(self):
        library = self.folder / "offer_dmabuf.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), str(HERE / "offer_dmabuf.c")], check=True)
        self.run("back-end", "env", f"LD_PRELOAD={library}", f"{LIBEXEC}/xdg-desktop-portal-wlr", "-l", "DEBUG")


class KWin(Session):
    def compositor(self):
        self.env.update(WAYLAND_DISPLAY="wayland-kwin", KWIN_WAYLAND_NO_PERMISSION_CHECKS="1", KWIN_COMPOSE="O2",
                        RUSTCAM_SIZE=f"{self.size[0]}x{self.size[1]}")
        # A copy has no file capabilities: with one that the machine cannot give, nobody may run it.
        program = self.folder / "kwin_wayland"
        shutil.copy(shutil.which("kwin_wayland"), program)
        self.run("kwin", str(program), "--virtual", "--width", str(self.size[0]), "--height", str(self.size[1]),
                 "--socket", "wayland-kwin", "--no-lockscreen", "--no-global-shortcuts")
        self.until(lambda: (self.folder / "wayland-kwin").is_socket(), "KWin")

    def back_end(self):
        self.serve("kwin_back_end.py")


def settle(seconds=1.0):
    """For what nothing tells when it is done."""
    time.sleep(seconds * SLOW)
