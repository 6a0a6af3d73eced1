"""The program starts on Windows 8: it imports nothing that is newer, and no library of the compiler's."""

import pathlib
import subprocess

from wine_bed import PROGRAM

CHECK = pathlib.Path(__file__).parents[2] / "scripts" / "check-windows-imports.sh"


def check(program):
    return subprocess.run([CHECK, program], capture_output=True, text=True, check=False)


def test_the_program_imports_what_windows_8_has():
    result = check(PROGRAM)
    assert result.returncode == 0, result.stdout


def test_the_check_finds_what_is_not_on_the_list(tmp_path):
    source = tmp_path / "newer.c"
    source.write_text("__declspec(dllimport) int __stdcall GetDpiForSystem(void);\nint main(void) { return GetDpiForSystem(); }\n")
    program = tmp_path / "newer.exe"
    subprocess.run(["x86_64-w64-mingw32-gcc-posix", source, "-o", program, "-luser32"], check=True)
    result = check(program)
    assert result.returncode == 1
    assert "user32.dll GetDpiForSystem" in result.stdout
