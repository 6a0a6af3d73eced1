"""A private PulseAudio without hardware, which stands behind Wine's sound system."""

import os
import pathlib
import signal
import subprocess
import tempfile
import time


class SoundServer:
    """Two null sinks, "Loudspeaker" (the default) and "Second", whose monitors Wine has for microphones."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rustcam-sound-"))
        self.socket = self.folder / "native"
        self.environment = {**os.environ, "XDG_RUNTIME_DIR": str(self.folder), "HOME": str(self.folder),
                            "PULSE_SERVER": f"unix:{self.socket}"}
        self.process = None
        self.start()

    def start(self):
        sinks = [("loudspeaker", "Loudspeaker", 48000), ("second", "Second", 44100)]
        command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit",
                   "-L", f"module-native-protocol-unix socket={self.socket} auth-anonymous=1"]
        for sink in sinks:
            command += ["-L", self.sink(*sink)]
        self.process = subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while subprocess.run(["pactl", "info"], env=self.environment, capture_output=True, check=False).returncode != 0:
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError("PulseAudio did not start")
            time.sleep(0.05)

    @staticmethod
    def sink(name, description, rate):
        return f"module-null-sink sink_name={name} rate={rate} sink_properties=device.description={description}"

    def control(self, *words):
        return subprocess.run(["pactl", *words], env=self.environment, capture_output=True, text=True, check=True).stdout

    def unplug(self, name):
        """Takes a sink away, and its monitor with it."""
        for line in self.control("list", "short", "modules").splitlines():
            if f"sink_name={name} " in line:
                self.control("unload-module", line.split()[0])

    def plug(self, name, description, rate):
        self.control("load-module", *self.sink(name, description, rate).split())

    def recorded(self):
        """The names of the sources that somebody records now."""
        sources = dict(line.split("\t")[:2] for line in self.control("list", "short", "sources").splitlines())
        return {sources[line.split("\t")[1]] for line in self.control("list", "short", "source-outputs").splitlines()}

    def wait_recorded(self, *names):
        end = time.monotonic() + 60
        while self.recorded() != set(names):
            assert time.monotonic() < end, (names, self.recorded())
            time.sleep(0.1)

    def play(self, sink, file, rate=48000):
        """A process that plays raw stereo of 16 bits; whoever starts it ends it."""
        # So that the sink, which works through one piece after the other, has no piece of seconds before it.
        return subprocess.Popen(["pacat", f"--device={sink}", "--format=s16le", f"--rate={rate}", "--channels=2",
                                 "--latency-msec=50", "--raw", str(file)], env=self.environment)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def close(self):
        self.stop()
        subprocess.run(["rm", "-rf", str(self.folder)], check=False)
