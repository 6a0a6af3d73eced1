"""--help, docs/cli.md, the manual page and the completions: each read for itself, and held against the others."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest
import shell_driver
from cli_driver import SMALL, SOURCE, ok, one_line, run

GENERAL = ok("--help").stdout.decode()
COMMANDS = re.findall(r"^  (\w+)", GENERAL.split("Commands:")[1].split("\n\n")[0], re.MULTILINE)
DOCUMENT = (SOURCE / "docs" / "cli.md").read_text(encoding="utf-8")


def plain(text):
    """Without line breaks and the marks of a form, so that texts can be compared."""
    return re.sub(r"\s+", " ", text.replace("`", "")).strip()


def option_names(spelling):
    """"-o, --output O" is known by -o and --output, and takes O."""
    pieces = re.fullmatch(r"((?:-{1,2}[\w-]+(?:, )?)+)(?: (\S.*))?", plain(spelling))
    assert pieces, spelling
    return tuple(pieces[1].split(", ")), pieces[2] or ""


def from_help(command):
    """Each option's names, with its placeholder and default."""
    text = ok(command, "--help").stdout.decode()
    found = {}
    for block in re.findall(r"^  (-.*(?:\n {20,}.*)*)", text, re.MULTILINE):
        left, right = re.match(r"(.*?)(?: {2,}|\n +)((?:.|\n)*)", block).groups()
        names, value = option_names(left)
        initial = re.search(r"\(default: (.*?)\)(?:$|; e\.g\. )", plain(right))
        found[names] = (value, initial[1] if initial else "")
    return found


def table_rows(text):
    """The rows of all tables of options in `text`."""
    rows = {}
    for line in text.splitlines():
        cells = [each.strip().replace("\0", "|") for each in line.replace("\\|", "\0").strip("|").split("|")]
        if line.startswith("| `-"):
            names, value = option_names(cells[0])
            initial = plain(cells[2]) if len(cells) > 2 else ""
            rows[names] = (value, "" if initial == "off" else initial)
    return rows


def from_document(command, document=None):
    document = document or DOCUMENT
    parts = re.split(r"^## (.*)$", document, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2]))
    shared = next(heading for heading in sections if heading.startswith("What to capture"))
    rows = {**table_rows(parts[0]), **table_rows(sections[command])}
    if command in shared:
        rows.update(table_rows(sections[shared]))
    return rows


def page_items(text):
    """The tagged paragraphs that are options, in one part of the page."""
    rows = {}
    for item in text.split("\n.TP\n")[1:]:
        tag, body = item.split("\n", 1)
        body = plain(re.split(r"^\.(?:S[HS]|PP)", body, flags=re.MULTILINE)[0])
        clean = [re.sub(r"\\f[BIP]", "", each).replace("\\-", "-").replace("\\&", "").replace("\\ ", " ")
                 for each in (tag, body)]
        if clean[0].startswith("-"):
            names, value = option_names(clean[0])
            initial = re.search(r"\. Default: (.*)\.$", clean[1])
            rows[names] = (value, initial[1] if initial else "")
    return rows


def from_page(command, page):
    parts = re.split(r'^\.SH "?(.*?)"?$', page, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2]))
    rows = {**page_items(sections["OPTIONS OF EVERY COMMAND"]), **page_items(sections[command.upper()])}
    shared = sections["WHAT TO CAPTURE"]
    if f"\\fB{command}\\fP" in shared.split(".TP")[0]:
        rows.update(page_items(shared))
    return rows


def flat(rows):
    return sorted(name for names in rows for name in names)


def without(rows, command):
    """bench draws no pointer by these two, and the tables that it shares say so in their place."""
    return {k: v for k, v in rows.items() if command != "bench" or k != ("--cursor", "--no-cursor")}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    subprocess.run([os.environ["RUSTCAM_MANUAL"], "pages", folder], check=True)
    return folder


@pytest.fixture(scope="module")
def page(pages):
    return (pages / "rustcam-cli.1").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def env(tmp_path_factory, pages):
    folder = tmp_path_factory.mktemp("home")
    loaded = folder / ".config" / "fish" / "completions"
    loaded.mkdir(parents=True)
    shutil.copy(pages / "rustcam-cli.fish", loaded)
    return shell_driver.shell_environment(folder)


@pytest.fixture(scope="module")
def shells(env, tmp_path_factory):
    here = tmp_path_factory.mktemp("here")
    bash = shell_driver.bash(env, here, "source <(rustcam-cli completion bash)")
    zsh = shell_driver.zsh(env, here, "autoload -U compinit; compinit -u -D; source <(rustcam-cli completion zsh)")

    def fish(line):
        return shell_driver.fish(env, here, line)

    yield {"bash": bash.candidates, "zsh": zsh.candidates, "fish": fish}
    bash.stop()
    zsh.stop()


def test_the_help_was_read():
    assert COMMANDS == ["shot", "record", "bench", "list", "stimulus", "doctor", "completion"]
    assert from_help("record")[("--fps",)] == ("F", "60; gif: 25")
    assert from_help("record")[("--cursor", "--no-cursor")] == ("", "drawn")
    assert from_help("record")[("--on-loss",)] == ("wait[=S]|stop", "wait")
    assert len(from_help("record")) > 30


def test_all_forms_know_the_same_commands(page, shells):
    assert re.findall(r"^## (?:shot|record|bench|list|stimulus|doctor|completion)$", DOCUMENT, re.MULTILINE) == \
        [f"## {command}" for command in COMMANDS]
    listed = DOCUMENT.split("<!-- commands -->")[1].split("<!-- end -->")[0]
    assert re.findall(r"rustcam-cli (\w+)", listed) == COMMANDS
    assert re.findall(r"\\fBrustcam\\-cli\\fP \\fB(\w+)\\fP", page) == COMMANDS
    for shell, offers in shells.items():
        assert sorted(offers("rustcam-cli ")) == sorted(COMMANDS), shell


@pytest.mark.parametrize("command", COMMANDS)
def test_the_document_has_the_options_of_help_with_the_same_defaults(command):
    assert without(from_document(command), command) == from_help(command)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_page_has_the_options_of_help_with_the_same_defaults(command, page):
    assert without(from_page(command, page), command) == from_help(command)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_offer_the_options_of_help(command, shell, shells):
    line = f"rustcam-cli {command} -"
    offered = set(shells[shell](line)) | set(shells[shell](line + "-"))
    assert sorted(offered) == flat(from_help(command))


def test_an_option_that_a_form_lacks_is_found(page):
    row = next(line for line in DOCUMENT.splitlines() if line.startswith("| `--on-full"))
    assert from_document("record", DOCUMENT.replace(row, "")) != from_help("record")
    assert from_document("record", DOCUMENT.replace("| 60; gif: 25 |", "| 50; gif: 25 |")) != from_help("record")
    item = re.search(r"\n\.TP\n\\fB\\-\\-gop\\fP.*?(?=\n\.TP\n)", page, re.DOTALL)[0]
    assert from_page("record", page.replace(item, "")) != from_help("record")


def test_the_tables_of_the_document_are_up_to_date(tmp_path):
    copy = tmp_path / "cli.md"
    shutil.copy(SOURCE / "docs" / "cli.md", copy)
    subprocess.run([os.environ["RUSTCAM_MANUAL"], "tables", copy], check=True)
    assert copy.read_text(encoding="utf-8") == DOCUMENT, "options have changed: cmake --build build --target update-docs"


# What is right beside each value, so that nothing else is refused.
FITTING = {
    ("record", "--format"): lambda value: [f"out.{value}"],
    ("record", "--pixel-format"): lambda value: ["--format", "nut", "--encoder", "rawvideo", "out.nut"]
    if value in ("bgra", "bgr", "rgba", "rgb", "gray") else ["out.mp4"],
    ("shot", "--pixel-format"): lambda value: ["--format", "raw", "out.raw"],
    ("shot", "--format"): lambda value: [f"out.{value}"],
}
CHOICES = [("record", "--format"), ("record", "--preset"), ("record", "--pixel-format"), ("record", "--on-full"),
           ("record", "--on-loss"), ("record", "--on-resize"), ("record", "--progress"), ("record", "--fragment"),
           ("shot", "--format"), ("shot", "--pixel-format")]


@pytest.mark.parametrize("command, option", CHOICES)
def test_every_value_that_is_offered_is_taken(command, option, shells, tmp_path):
    values = shells["fish"](f"rustcam-cli {command} {option} ")
    assert values
    more = ["--frames", "2"] if command == "record" else []
    fitting = FITTING.get((command, option), lambda value: ["out.mp4"])
    for value in values:
        given = value + "1" if value.endswith("=") else value
        ok(command, *SMALL, *more, "--force", option, given, *fitting(value), cwd=tmp_path)
    wrong = run(command, *SMALL, *more, option, "no-such-value", *fitting(values[0]), cwd=tmp_path)
    assert "'no-such-value'" in one_line(wrong, 2)


@pytest.mark.parametrize("option, word", [("--mode", "all"), ("--pointer", "both"), ("--fingerprint", "full"),
                                          ("--stimulus", "none"), ("--backend", "virtual")])
def test_the_message_of_a_wrong_value_names_those_that_are_offered(option, word, shells):
    message = one_line(run("bench", option, "no-such-value"), 2)
    values = shells["fish"](f"rustcam-cli bench {option} ")
    assert word in values
    for value in values:
        assert re.search(rf"\b{value}\b", message), value


def test_man_and_mandoc_find_no_fault(pages):
    path = pages / "rustcam-cli.1"
    assert shutil.which("man") and shutil.which("mandoc"), "man or mandoc is missing: scripts/install-deps.sh test"
    shown = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", path], env={**os.environ, "MANWIDTH": "80"},
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
    assert shown.stderr == b"", shown.stderr.decode()
    lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert (lint.stdout, lint.stderr, lint.returncode) == (b"", b"", 0)
    text = shown.stdout.decode()
    headings = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS OF EVERY COMMAND", "WHAT TO CAPTURE",
                *(command.upper() for command in COMMANDS), "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES", "SEE ALSO"]
    assert re.findall(r"^([A-Z][A-Z ]+)$", text, re.MULTILINE) == headings
    assert max(map(len, text.splitlines())) <= 80


def test_the_page_of_one_version_is_always_the_same(pages, tmp_path):
    subprocess.run([os.environ["RUSTCAM_MANUAL"], "pages", tmp_path], check=True,
                   env={**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "1"})
    for path in pages.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()


def test_the_builds_own_tool_tells_what_is_wrong(tmp_path):
    tool = os.environ["RUSTCAM_MANUAL"]
    assert subprocess.run([tool], stderr=subprocess.DEVNULL).returncode == 2
    lost = subprocess.run([tool, "pages", tmp_path / "nowhere"], stderr=subprocess.PIPE)
    assert lost.returncode == 1 and b"cannot write" in lost.stderr
    wrong = pathlib.Path(tmp_path, "wrong.md")
    wrong.write_text("<!-- options: nothing -->\n<!-- end -->\n", encoding="utf-8")
    assert subprocess.run([tool, "tables", wrong], stderr=subprocess.DEVNULL).returncode == 1
    assert wrong.read_text(encoding="utf-8").startswith("<!-- options: nothing")
