"""Wrong usage, bad input, help and versions: exit status, one line, nothing left behind."""

import json
import os
import pty
import stat
import subprocess

import pytest
from cli_driver import CLI, SMALL, environment, ok, one_line, run, start

COMMANDS = ["shot", "record", "bench", "list", "stimulus", "doctor", "completion"]

OPTIONS = {
    "shot": ["--backend", "--output", "--device", "--region", "--cursor", "--no-cursor", "--timeout", "--format",
             "--pixel-format", "--quality", "--compression", "--delay", "--all", "--force", "--json"],
    "record": ["--backend", "--output", "--device", "--region", "--cursor", "--no-cursor", "--timeout", "--fps",
               "--duration", "--frames", "--max-size", "--delay", "--encoder", "--preset", "--crf", "--bitrate",
               "--gop", "--encoder-option", "--fragment", "--faststart", "--on-full", "--on-loss", "--on-resize",
               "--pixel-format", "--format", "--size", "--vfr", "--timestamps", "--force", "--stats", "--json",
               "--progress"],
    "list": ["--backend", "--json"],
    "stimulus": ["--hz", "--duration", "--size", "--output", "--no-barcode", "--json"],
    "doctor": ["--backend", "--json"],
    "bench": ["--backend", "--output", "--device", "--region", "--timeout", "--stimulus", "--hz", "--duration",
              "--warmup", "--repeat", "--mode", "--pointer", "--fingerprint", "--json", "--chart", "--force"],
    "completion": [],
}

WRONG_USAGE = [
    ([], "no command"),
    (["recrod"], "did you mean record?"),
    (["frobnicate"], "unknown command 'frobnicate'"),
    (["record", "--bogus"], "unknown option --bogus"),
    (["record", "--fsp", "30"], "did you mean --fps?"),
    (["record", "--fps"], "--fps needs a value"),
    (["record", "a.mp4", "b.mp4"], "'b.mp4'"),
    (["record", *SMALL, "--fps", "0", "a.mp4"], "--fps '0'"),
    (["record", *SMALL, "--fps", "-1", "a.mp4"], "--fps '-1'"),
    (["record", *SMALL, "--fps", "abc", "a.mp4"], "--fps 'abc'"),
    (["record", *SMALL, "--fps", "60/0", "a.mp4"], "--fps '60/0'"),
    (["record", *SMALL, "--crf", "99", "a.mp4"], "99"),
    (["record", *SMALL, "--crf", "-1", "a.mp4"], "-1"),
    (["record", *SMALL, "--crf", "nan", "a.mp4"], "nan"),
    (["record", *SMALL, "--preset", "warp", "a.mp4"], "warp"),
    (["record", *SMALL, "--gop", "0", "a.mp4"], "--gop '0'"),
    (["record", *SMALL, "--bitrate", "fast", "a.mp4"], "--bitrate 'fast'"),
    (["record", *SMALL, "--duration", "0", "a.mp4"], "--duration '0'"),
    (["record", *SMALL, "--duration", "-5", "a.mp4"], "--duration '-5'"),
    (["record", *SMALL, "--frames", "0", "a.mp4"], "--frames '0'"),
    (["record", *SMALL, "--frames", "1.5", "a.mp4"], "--frames '1.5'"),
    (["record", *SMALL, "--max-size", "lots", "a.mp4"], "--max-size 'lots'"),
    (["record", *SMALL, "--delay", "-1", "a.mp4"], "--delay '-1'"),
    (["record", *SMALL, "--size", "640", "a.mp4"], "--size '640'"),
    (["record", *SMALL, "--fragment", "0", "a.mp4"], "--fragment '0' is not valid: give seconds from 0.1 to 3600"),
    (["record", *SMALL, "--fragment", "0.09", "a.mp4"], "from 0.1 to 3600"),
    (["record", *SMALL, "--fragment", "3601", "a.mp4"], "from 0.1 to 3600"),
    (["record", *SMALL, "--timestamps", "-", "a.mp4"], "--timestamps"),
    (["record", "--framerate", "30"], "did you mean --fps?, for example --fps 30"),
    (["record", "--time", "10"], "did you mean --duration?"),
    (["record", "--verbose"], "did you mean -v?"),
    (["shot", "--verbose"], "did you mean -v?"),
    (["shot", "--overwrite"], "did you mean --force?"),
    (["bench", "--fps", "30"], "did you mean --hz?"),
    (["record", "--codec", "x264"], "did you mean --encoder?"),
    (["record", *SMALL, "--duration", "soon", "a.mp4"], "as in 90s, 10m, 1.5h or 1:30:00"),
    (["bench", "--backend", "virtual", "--hz", "30"], "-o mover@1920x1080@30"),
    (["bench", "--backend", "virtual", "--stimulus", "flip_demo"], "-o flip_demo@1920x1080"),
    (["help", "recrod"], "did you mean record?"),
    (["record", *SMALL, "--on-full", "explode", "a.mp4"], "--on-full 'explode'"),
    (["record", *SMALL, "--on-loss", "panic", "a.mp4"], "--on-loss 'panic'"),
    (["record", *SMALL, "--on-resize", "grow", "a.mp4"], "--on-resize 'grow'"),
    (["record", *SMALL, "--progress", "loud", "a.mp4"], "--progress 'loud'"),
    (["record", *SMALL, "--timeout", "0", "a.mp4"], "--timeout '0'"),
    (["record", *SMALL, "--encoder", "no-such-encoder", "a.mp4"], "no-such-encoder"),
    (["record", *SMALL, "--encoder-option", "tune", "a.mp4"], "--encoder-option 'tune'"),
    (["record", *SMALL, "--encoder-option", "no_such=1", "--frames", "1", "a.mp4"], "no_such"),
    (["record", *SMALL, "--pixel-format", "purple", "a.mp4"], "purple"),
    (["record", *SMALL, "--format", "flac", "a.mp4"], "flac"),
    (["record", *SMALL, "a.xyz"], "a.xyz"),
    (["record", *SMALL, "--encoder", "rawvideo", "a.mp4"], "rawvideo"),
    (["record", *SMALL, "--encoder", "libvpx-vp9", "--format", "mpegts", "a.ts"], "mpegts"),
    (["record", *SMALL, "--encoder", "x264", "a.webm"], "webm"),
    (["record", *SMALL, "--region", "0,0,63,48", "--encoder", "libsvtav1", "a.webm"], "64x64"),
    (["record", *SMALL, "--faststart", "a.mkv"], "--faststart"),
    (["record", *SMALL, "--faststart", "--format", "mp4", "-"], "--faststart"),
    (["record", *SMALL, "--on-resize", "split", "-"], "--on-resize split"),
    (["record", *SMALL, "--on-resize", "split", "--format", "mpegts", "/dev/null"], "--on-resize split"),
    (["record", *SMALL, "--faststart", "--format", "mp4", "/dev/null"], "--faststart"),
    (["record", *SMALL, "--fps", "60", "a.gif"], "50"),
    (["record", *SMALL, "--vfr", "--format", "y4m", "a.y4m"], "vfr"),
    (["record", "--backend", "nonsense", "a.mp4"], "nonsense"),
    (["record", "--backend", "virtual", "-o", "nonsense", "a.mp4"], "nonsense"),
    (["record", "--backend", "virtual", "-o", "99", "a.mp4"], "99"),
    (["record", "--backend", "virtual", "-o", "mover@0x0@60", "a.mp4"], "mover@0x0@60"),
    (["record", "-o", "out.mp4"], "did you mean FILE?"),
    (["shot", "-o", "out.png"], "did you mean FILE?"),
    (["record", *SMALL, "--json", "-"], "stdout"),
    (["record", *SMALL, "--stats", "-", "-"], "stdout"),
    (["record", *SMALL, "--timestamps", "-", "-"], "stdout"),
    (["record", *SMALL, "--stats", "a.mp4", "a.mp4"], "a file each"),
    (["shot", *SMALL, "--json", "-"], "stdout"),
    (["shot", *SMALL, "a.txt"], "a.txt"),
    (["shot", *SMALL, "--format", "tiff", "a.png"], "tiff"),
    (["shot", *SMALL, "--quality", "0", "a.jpg"], "--quality '0'"),
    (["shot", *SMALL, "--quality", "50", "a.png"], "--quality"),
    (["shot", *SMALL, "--compression", "10", "a.png"], "--compression '10'"),
    (["shot", *SMALL, "--pixel-format", "bgr", "a.png"], "--pixel-format"),
    (["shot", *SMALL, "--all", "a.png"], "--all"),
    (["shot", "--backend", "virtual", "--all", "-"], "--all"),
    (["list", "nonsense"], "WHAT 'nonsense'"),
    (["list", "--backend", "nonsense"], "nonsense"),
    (["stimulus"], "which stimulus?"),
    (["completion"], "which shell? give bash, zsh or fish"),
    (["completion", "tcsh"], "SHELL 'tcsh' is not valid: give bash, zsh or fish"),
    (["completion", "bash", "zsh"], "'zsh' is one argument too many"),
    (["completion", "--shell", "bash"], "unknown option --shell"),
    (["completoin"], "did you mean completion?"),
    (["stimulus", "flop"], "'flop'"),
    (["stimulus", "mover", "--hz", "0"], "--hz '0'"),
    (["stimulus", "mover", "--hz", "5000"], "--hz '5000'"),
    (["stimulus", "mover", "--size", "0x0"], "--size '0x0'"),
]

REGIONS = [
    ("0,0,321,240", "320x240"),
    ("-1,0,100,100", "320x240"),
    ("100,100,100,200", "empty"),
    ("200,100,100,200", "reversed"),
    ("400,300,500,400", "320x240"),
    ("1,2,3", "1,2,3"),
    ("a,b,c,d", "a,b,c,d"),
    ("400,0 100x100", ""),
    ("100x100+300+0", ""),
    ("99999999999,0,1,1", "99999999999"),
]


@pytest.mark.parametrize("args,said", WRONG_USAGE, ids=lambda v: " ".join(v) if isinstance(v, list) else "")
def test_wrong_usage_is_one_line_and_leaves_nothing(tmp_path, args, said):
    message = one_line(run(*args, cwd=tmp_path), 2)
    assert said in message
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("command", ["shot", "record"])
@pytest.mark.parametrize("region,said", REGIONS)
def test_a_bad_region_is_wrong_usage_that_gives_the_size(tmp_path, command, region, said):
    message = one_line(run(command, *SMALL, "--region", region, "a.png" if command == "shot" else "a.mp4",
                           cwd=tmp_path), 2)
    assert said in message
    assert os.listdir(tmp_path) == []


def test_without_a_display_the_message_names_the_virtual_back_end(tmp_path):
    for args in (["record", "a.mp4"], ["shot", "a.png"], ["list"]):
        assert "--backend virtual" in one_line(run(*args, cwd=tmp_path), 1)
    assert os.listdir(tmp_path) == []


def test_a_back_end_that_is_not_in_this_build_or_cannot_run_is_no_wrong_usage(tmp_path):
    assert "dda" in one_line(run("record", "--backend", "dda", "a.mp4", cwd=tmp_path), 1)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("command,name", [("shot", "a.png"), ("record", "a.mp4")])
def test_existing_files_are_kept(tmp_path, command, name):
    existing = tmp_path / name
    existing.write_text("precious")
    more = ["--frames", "5"] if command == "record" else []
    assert "--force" in one_line(run(command, *SMALL, *more, name, cwd=tmp_path), 1)
    assert existing.read_text() == "precious"
    ok(command, *SMALL, *more, "--force", name, cwd=tmp_path)
    assert existing.stat().st_size > 100


@pytest.mark.parametrize("option", ["--stats", "--timestamps"])
def test_existing_side_files_are_kept_and_found_before_anything_is_captured(tmp_path, option):
    side = tmp_path / "side"
    side.write_text("precious")
    args = ["record", *SMALL, "--frames", "5", option, "side", "a.mp4"]
    assert "side exists already" in one_line(run(*args, cwd=tmp_path), 1)
    assert os.listdir(tmp_path) == ["side"]
    assert side.read_text() == "precious"
    ok(*args, "--force", cwd=tmp_path)
    assert side.read_text().startswith("{")


@pytest.mark.parametrize("command,ending", [("shot", "png"), ("record", "mp4")])
def test_unwritable_paths(tmp_path, command, ending):
    (tmp_path / f"folder.{ending}").mkdir()
    (tmp_path / "file").write_text("")
    for path in (f"nowhere/a.{ending}", f"folder.{ending}", f"file/a.{ending}", "x" * 300 + f".{ending}",
                 f"/proc/nowhere/a.{ending}"):
        one_line(run(command, *SMALL, path, cwd=tmp_path), 1)
    assert sorted(os.listdir(tmp_path)) == ["file", f"folder.{ending}"]


def test_a_folder_without_write_permission(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    one_line(run("record", *SMALL, "--frames", "1", "a.mp4", cwd=tmp_path), 1)


@pytest.mark.parametrize("args", [["record", *SMALL, "--frames", "5", "-"], ["shot", *SMALL, "-"]])
def test_data_to_a_terminal_is_refused(tmp_path, args):
    ours, theirs = pty.openpty()
    try:
        result = subprocess.run([CLI, *args], cwd=tmp_path, env=environment(), stdin=subprocess.DEVNULL,
                                stdout=theirs, stderr=subprocess.PIPE, timeout=30)
    finally:
        os.close(theirs)
        os.close(ours)
    assert result.returncode == 2
    assert b"terminal" in result.stderr


def test_global_options_stand_before_or_after_the_command(tmp_path):
    before = ok("-q", "-v", "list", "backends")
    after = ok("list", "backends", "-q", "-v")
    assert before.stdout == after.stdout
    assert ok("-vv", "shot", *SMALL, "a.png", cwd=tmp_path).stderr != b""
    assert ok("shot", "-q", *SMALL, "b.png", cwd=tmp_path).stderr == b""
    assert (tmp_path / "a.png").exists() and (tmp_path / "b.png").exists()


def test_version_names_ours_ffmpeg_and_the_back_ends():
    for args in (["--version"], ["record", "--version"], ["--version", "list"]):
        text = ok(*args).stdout.decode()
        assert text.startswith("rustcam-cli ")
        assert "avcodec" in text
        assert "virtual" in text.split("back ends:")[1]


def test_help_lists_the_commands():
    for args in (["--help"], ["-h"]):
        text = ok(*args).stdout.decode()
        for command in COMMANDS:
            assert f"\n  {command}" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_every_option_and_an_example(command):
    text = ok(command, "--help").stdout.decode()
    assert text == ok("-h", command).stdout.decode()
    for option in OPTIONS[command]:
        assert option in text, option
    assert ("(default: " in text) == (command != "completion")
    assert f"  rustcam-cli {command}" in text.split("Examples:")[1]
    assert max(map(len, text.splitlines())) <= 100


def test_a_command_name_can_be_a_files_name(tmp_path):
    ok("shot", *SMALL, "--format", "png", "list", cwd=tmp_path)
    assert (tmp_path / "list").read_bytes().startswith(b"\x89PNG")


def test_results_that_cannot_be_written_are_a_failure():
    with open("/dev/full", "wb") as full:
        result = subprocess.run([CLI, "list", "backends"], env=environment(), stdout=full, stderr=subprocess.PIPE,
                                timeout=30)
    assert result.returncode == 1
    assert result.stderr.count(b"\n") == 1


def test_a_reader_that_has_gone_is_no_failure():
    reading, writing = os.pipe()
    os.close(reading)
    result = subprocess.run([CLI, "list", "backends"], env=environment(), stdout=writing, stderr=subprocess.PIPE,
                            timeout=30)
    os.close(writing)
    assert result.returncode == 0
    assert result.stderr == b""


def test_help_as_a_command_is_help():
    assert ok("help").stdout == ok("--help").stdout
    assert ok("help", "record").stdout == ok("record", "--help").stdout


@pytest.mark.parametrize("text,frames", [("100ms", 6), ("0:00.1", 6), ("0:00:00.05", 3)])
def test_times_as_people_write_them(tmp_path, text, frames):
    result = json.loads(ok("record", *SMALL, "--duration", text, "--json", "a.mkv", cwd=tmp_path).stdout)
    assert result["frames"]["slots"] == frames


@pytest.mark.parametrize("args,ending", [(["record", *SMALL, "-q", "--frames", "5"], "mp4"), (["shot", *SMALL], "png"),
                                         (["record", *SMALL, "-q", "--frames", "5", "--format", "y4m"], "y4m"),
                                         (["shot", "--backend", "virtual", "--all"], "png")])
def test_files_named_at_the_same_time_get_names_of_their_own(tmp_path, args, ending):
    together = [start(*args, cwd=tmp_path) for _ in range(4)]
    names = []
    for each in together:
        out, err = each.communicate(timeout=120)
        assert each.returncode == 0, err
        names += out.decode().split()
    assert len(set(names)) == len(names) >= 4
    assert sorted(os.listdir(tmp_path)) == sorted(names)
    assert all(name.endswith(ending) and os.path.getsize(tmp_path / name) > 0 for name in names)


def test_a_name_that_was_made_up_leaves_nothing_if_nothing_is_recorded(tmp_path):
    one_line(run("record", cwd=tmp_path), 1)
    one_line(run("shot", cwd=tmp_path), 1)
    one_line(run("record", *SMALL, "--encoder", "nvenc", cwd=tmp_path), 1)
    assert os.listdir(tmp_path) == []
