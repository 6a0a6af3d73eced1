"""What makes a mistake in the program harder to misuse (docs/building.md), looked up in the program as it was built."""

import os
import platform
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from cli_driver import CLI

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks for ELF")
x86 = pytest.mark.skipif(platform.machine() != "x86_64", reason="x86's own")
ENDBR64 = b"\xf3\x0f\x1e\xfa"


def readelf(*options):
    return subprocess.run(["readelf", "-W", *options, CLI], check=True, capture_output=True, text=True,
                          env={**os.environ, "LC_ALL": "C"}).stdout


def segments():
    """Each program header's type and flags."""
    return re.findall(r"^  (\w+)\s+0x\S+ 0x\S+ 0x\S+ 0x\S+ 0x\S+ ([RWE ]{3}) 0x", readelf("-l"), re.MULTILINE)


def imported():
    """The functions that it takes from shared libraries."""
    return set(re.findall(r" UND (\w+)", readelf("--dyn-syms")))


def test_it_is_loaded_anywhere_in_memory():
    assert re.search(r"Type:\s+DYN", readelf("-h"))
    assert re.search(r"FLAGS_1.*\bPIE\b", readelf("-d"))
    assert "TEXTREL" not in readelf("-d")


def test_what_the_loader_fills_in_is_read_only_afterwards():
    assert "GNU_RELRO" in dict(segments())
    assert re.search(r"FLAGS_1.*\bNOW\b", readelf("-d"))
    # With everything bound at once, all tables of functions lie in the part that turns read-only.
    assert not re.search(r"\s\.got\.plt\s", readelf("-S"))


def test_no_memory_is_both_written_and_run():
    flags = segments()
    assert dict(flags)["GNU_STACK"].strip() == "RW"
    assert any("E" in each for _, each in flags)
    assert not [each for each in flags if "W" in each[1] and "E" in each[1]]


def test_no_folder_is_searched_for_libraries_but_the_systems():
    assert not re.search(r"\((?:RPATH|RUNPATH)\)", readelf("-d"))


def test_a_stack_written_over_ends_the_program():
    assert "__stack_chk_fail" in imported()


def test_copies_know_the_size_of_their_targets():
    # __memcpy_chk, __snprintf_chk and others; __stack_chk_fail is not one of them.
    assert [each for each in imported() if re.fullmatch(r"__\w+_chk", each)]


@x86
def test_whatever_a_pointer_leads_to_is_marked_as_a_target():
    """Each address of code in the data (tables of virtual functions, callbacks, FFmpeg's slots) leads to endbr64."""
    found = re.search(r"\s\.text\s+PROGBITS\s+(\w+) (\w+) (\w+) ", readelf("-S"))
    begin, offset, size = (int(each, 16) for each in found.groups())
    text = Path(CLI).read_bytes()[offset:offset + size]
    targets = {int(each, 16) for each in re.findall(r"R_X86_64_RELATIVE\s+(\w+)", readelf("-r"))}
    targets = [each - begin for each in targets if begin <= each < begin + size]
    assert len(targets) > 500
    unmarked = [hex(each + begin) for each in targets if text[each:each + 4] != ENDBR64]
    assert not unmarked


@x86
def test_large_stack_frames_are_touched_page_by_page():
    """-fstack-clash-protection: a frame larger than a page is probed with `orq $0,(%rsp)`."""
    assert b"\x48\x83\x0c\x24\x00" in Path(CLI).read_bytes()


@pytest.mark.skipif(platform.machine() != "aarch64", reason="ARM's own")
def test_arm_functions_sign_their_return_addresses():
    paciasp = struct.pack("<I", 0xD503233F)
    assert Path(CLI).read_bytes().count(paciasp) > 500
