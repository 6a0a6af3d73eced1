"""Completion in real bash, zsh and fish, as an installed program has it."""

import os
import pathlib
import subprocess
import time

import pytest
import shell_driver
from cli_driver import CLI, SLOW, ok

STIMULI = ["clap@1920x1080@60", "flip_demo@1920x1080@60", "gradient@1920x1080@60", "mover@1920x1080@60", "static@1920x1080@60"]
FILES = ["film.mp4", "folder", "notes.txt"]

# What may stand after the line's last space or =, without the line's last word.
CANDIDATES = [
    ("rustcam-cli ", ["bench", "completion", "doctor", "list", "record", "shot", "stimulus"]),
    ("rustcam-cli s", ["shot", "stimulus"]),
    ("rustcam-cli -v -q re", ["record"]),
    ("rustcam-cli --", ["--help", "--version"]),
    ("rustcam-cli list --", ["--backend", "--help", "--json", "--version"]),
    ("rustcam-cli record --on-", ["--on-full", "--on-loss", "--on-resize"]),
    ("rustcam-cli record x.mp4 --fr", ["--fragment", "--frames"]),
    ("rustcam-cli shot --no", ["--no-cursor"]),
    ("rustcam-cli shot --nonsense", []),
    ("rustcam-cli nonsense --fo", []),
    ("rustcam-cli shot --format ", ["bmp", "jpg", "png", "ppm", "qoi", "raw", "webp"]),
    ("rustcam-cli record --format m", ["matroska", "mov", "mp4", "mpegts"]),
    ("rustcam-cli record --format=m", ["matroska", "mov", "mp4", "mpegts"]),
    ("rustcam-cli record --encoder libx", ["libx264", "libx265", "libxvid"]),
    ("rustcam-cli record --encoder=libvpx-", ["libvpx-vp9"]),
    ("rustcam-cli record --preset u", ["ultrafast"]),
    ("rustcam-cli record --on-loss=", ["stop", "wait", "wait="]),
    ("rustcam-cli record --progress ", ["auto", "json", "none", "plain"]),
    ("rustcam-cli record --fragment ", ["off"]),
    ("rustcam-cli bench --mode ", ["all", "frames", "gpu", "grab", "latest", "record"]),
    ("rustcam-cli doctor --backend v", ["virtual"]),
    ("rustcam-cli record --fps ", []),
    ("rustcam-cli record --fps=", []),
    ("rustcam-cli record --format mkv --on-full ", ["drop", "wait"]),
    ("rustcam-cli list ", ["audio", "backends", "devices", "encoders", "outputs", "windows"]),
    ("rustcam-cli list --backend virtual ", ["audio", "backends", "devices", "encoders", "outputs", "windows"]),
    ("rustcam-cli list --backend=virtual d", ["devices"]),
    ("rustcam-cli stimulus ", ["clap", "flip_demo", "gradient", "mover", "static"]),
    ("rustcam-cli completion ", ["bash", "fish", "zsh"]),
    ("rustcam-cli record -- -", []),
    ("rustcam-cli list - d", []),
    ("rustcam-cli record ", FILES),
    ("rustcam-cli record --fps 30 fi", ["film.mp4"]),
    ("rustcam-cli record --stats ", FILES),
    ("rustcam-cli record --stats=n", ["notes.txt"]),
    ("rustcam-cli bench --chart ", FILES),
    ("rustcam-cli record --backend virtual -o ", STIMULI),
    ("rustcam-cli record --backend=virtual --output ", STIMULI),
    ("rustcam-cli shot --backend virtual --output=g", ["gradient@1920x1080@60"]),
    ("rustcam-cli bench --backend virtual -o mover@", ["mover@1920x1080@60"]),
    ("rustcam-cli bench --backend virtual -o mover@1920x1080@6", ["mover@1920x1080@60"]),
    ("rustcam-cli record --backend virtual -omo", ["-omover@1920x1080@60"]),
    # Without a display there are no outputs, and nobody is told so.
    ("rustcam-cli record -o ", []),
]

# The line after TAB.
COMPLETED = [
    ("rustcam-cli rec", "rustcam-cli record "),
    ("rustcam-cli record --dur", {"bash": "rustcam-cli record --duration ", "zsh": "rustcam-cli record --duration=",
                                  "fish": "rustcam-cli record --duration "}),
    ("rustcam-cli record --vf", "rustcam-cli record --vfr "),
    ("rustcam-cli record --format=matr", "rustcam-cli record --format=matroska "),
    ("rustcam-cli record --format matr", "rustcam-cli record --format matroska "),
    ("rustcam-cli record --stats=no", "rustcam-cli record --stats=notes.txt "),
    ("rustcam-cli record --stats no", "rustcam-cli record --stats notes.txt "),
    ("rustcam-cli record fo", "rustcam-cli record folder/"),
    ("rustcam-cli record --backend=virtual -o mo", "rustcam-cli record --backend=virtual -o mover@1920x1080@60 "),
    ("rustcam-cli record --backend virtual --output=mover@1",
     "rustcam-cli record --backend virtual --output=mover@1920x1080@60 "),
    ("rustcam-cli record --fps ", "rustcam-cli record --fps "),
    ("true; rustcam-cli sho", "true; rustcam-cli shot "),
]


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """What `cmake --install` makes."""
    folder = tmp_path_factory.mktemp("prefix")
    subprocess.run(["cmake", "--install", os.environ["RUSTCAM_BINARY_DIR"], "--prefix", str(folder)], check=True,
                   stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the shells stand."""
    here = tmp_path_factory.mktemp("here")
    (here / "film.mp4").touch()
    (here / "notes.txt").touch()
    (here / "folder").mkdir()
    return here


@pytest.fixture(scope="module")
def env(home, prefix):
    return shell_driver.shell_environment(home, XDG_DATA_DIRS=f"{prefix}/share:/usr/share")


@pytest.fixture(scope="module")
def bash(env, folder):
    """As on Debian: bash-completion loads ours when TAB is first pressed."""
    shell = shell_driver.bash(env, folder, "source /usr/share/bash-completion/bash_completion")
    yield shell
    shell.stop()


@pytest.fixture(scope="module")
def zsh(env, folder, prefix):
    shell = shell_driver.zsh(env, folder, f"fpath=({prefix}/share/zsh/vendor-completions $fpath); "
                                          "autoload -U compinit; compinit -u -D")
    yield shell
    shell.stop()


@pytest.fixture(scope="module")
def fish(env, folder):
    shell = shell_driver.fish(env, folder)
    yield shell
    shell.stop()


@pytest.mark.parametrize("line, expected", CANDIDATES)
def test_bash_offers(bash, line, expected):
    assert bash.candidates(line) == sorted(expected)


@pytest.mark.parametrize("line, expected", CANDIDATES)
def test_zsh_offers(zsh, line, expected):
    offered = zsh.candidates(line)
    if line == "rustcam-cli record -- -":
        offered = [each for each in offered if each != "-"]
    assert offered == sorted(expected)


@pytest.mark.parametrize("line, expected", CANDIDATES)
def test_fish_offers(env, folder, line, expected):
    last = line.rsplit(" ", 1)[1]
    option = last[:last.index("=") + 1] if last.startswith("--") and "=" in last else ""
    # Some versions tell what is merely similar too.
    offered = [each[len(option):].rstrip("/") for each in shell_driver.fish_offers(env, folder, line) if each.startswith(last)]
    assert sorted(offered) == sorted(expected)


@pytest.mark.parametrize("line, expected", COMPLETED)
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_tab_completes(request, shell, line, expected):
    expected = expected if isinstance(expected, str) else expected[shell]
    assert request.getfixturevalue(shell).complete(line) == expected


def test_bash_needs_no_bash_completion(env, folder):
    shell = shell_driver.bash(env, folder, "source <(rustcam-cli completion bash)")
    try:
        assert shell.complete("rustcam-cli record --enc") == "rustcam-cli record --encoder"
        assert shell.complete("rustcam-cli record --preset=ul") == "rustcam-cli record --preset=ultrafast "
        assert shell.candidates("rustcam-cli record --preset veryf") == ["veryfast"]
        assert shell.complete("rustcam-cli record --on-loss=wait=") == "rustcam-cli record --on-loss=wait="
        assert shell.complete('rustcam-cli shot --backend virtual -o "mo') == \
            'rustcam-cli shot --backend virtual -o "mover@1920x1080@60" '
        # The same where nothing but spaces parts words.
        os.write(shell.fd, b"COMP_WORDBREAKS=$' \\t\\n'\n")
        assert shell.complete("rustcam-cli record --preset=ul") == "rustcam-cli record --preset=ultrafast "
        assert shell.complete("rustcam-cli record --backend=virtual -o mover@") == \
            "rustcam-cli record --backend=virtual -o mover@1920x1080@60 "
    finally:
        shell.stop()


def test_bash_completes_where_the_cursor_stands(bash):
    assert bash.after("rustcam-cli rec --fps 30\x01\x1bf\x1bf\x1bf", "complete") == "rustcam-cli record --fps 30"


def test_zsh_takes_the_script_as_it_is_printed(env, folder):
    shell = shell_driver.zsh(env, folder, "autoload -U compinit; compinit -u -D; source <(rustcam-cli completion zsh)")
    try:
        assert shell.complete("rustcam-cli record --preset=ul") == "rustcam-cli record --preset=ultrafast "
    finally:
        shell.stop()


@pytest.mark.parametrize("shell, path", [("bash", "bash-completion/completions/rustcam-cli"),
                                         ("zsh", "zsh/vendor-completions/_rustcam-cli"),
                                         ("fish", "fish/vendor_completions.d/rustcam-cli.fish")])
def test_what_is_installed_is_what_the_program_prints(prefix, shell, path):
    assert (prefix / "share" / path).read_bytes() == ok("completion", shell).stdout


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_outputs_of_a_screen_are_offered_quickly(shell, env, folder, screen, home):
    setup = {"bash": "source <(rustcam-cli completion bash)",
             "zsh": "autoload -U compinit; compinit -u -D; source <(rustcam-cli completion zsh)"}
    terminal = getattr(shell_driver, shell)({**env, "DISPLAY": screen.display}, folder, setup[shell])
    try:
        listed = ok("list", "outputs", "--json", env={**env, "DISPLAY": screen.display}).stdout.decode()
        offered = terminal.candidates("rustcam-cli shot -o ")
        assert len(offered) == 1 and f'"name": "{offered[0]}"' in listed
        begun = time.monotonic()
        terminal.candidates("rustcam-cli shot -o ")
        assert time.monotonic() - begun < 1 * SLOW
    finally:
        terminal.stop()


def test_printing_a_script_loads_no_ffmpeg_and_opens_no_display(tmp_path):
    if os.environ.get("RUSTCAM_SANITIZE"):
        pytest.skip("sanitizers do not run under strace")
    trace = tmp_path / "trace"
    subprocess.run(["strace", "-f", "-e", "trace=open,openat,connect", "-o", str(trace), CLI, "completion", "bash"],
                   check=True, stdout=subprocess.DEVNULL, env={**os.environ, "DISPLAY": ":0"})
    text = trace.read_text()
    assert "libc.so" in text
    assert "libavcodec" not in text and "connect(" not in text


def test_installed_files_are_all_there(prefix):
    documents = list(pathlib.Path(prefix, "share", "doc").iterdir())
    assert len(documents) == 1
    for name in ("LICENSE", "README.md", "CHANGELOG.md", "docs/cli.md"):
        assert (documents[0] / name).is_file(), name
    assert (prefix / "bin" / "rustcam-cli").is_file()
    assert (prefix / "share" / "man" / "man1" / "rustcam-cli.1").is_file()
