"""The unit and contract suites as Windows programs."""

import subprocess

import pytest

from wine_bed import BUILD, LAYER, WINE

UNITS = sorted((BUILD / "tests" / "unit").glob("unit_*.exe"))
CONTRACTS = [path for path in sorted((BUILD / "tests" / "contract").glob("contract_*.exe")) if "dda" not in path.name]


def run(wine, program, tmp_path, *before, **environment):
    return subprocess.run([WINE, *before, "Z:" + str(program)], env={**wine.environment, **environment}, cwd=tmp_path,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600,
                          check=False)


def test_no_freed_memory_is_used(wine, tmp_path, monkeypatch):
    """Here Wine fills it, so that a thread that goes on using it fails, though perhaps not the program."""
    monkeypatch.setitem(wine.environment, "WINEDEBUG", "-all,warn+heap")
    suite = run(wine, BUILD / "tests" / "unit" / "unit_platform.exe", tmp_path)
    assert suite.returncode == 0 and b"page fault" not in suite.stdout, suite.stdout.decode("utf-8", "replace")[:4000]
    recording = wine.run("record", "--backend", "virtual", "-o", "flip_demo@320x240@60", "--frames", "20", "a.gif", cwd=tmp_path)
    said = recording.stderr + recording.stdout.decode("utf-8", "replace")
    assert recording.status == 0 and "page fault" not in said, said[:4000]


def test_there_are_programs():
    assert UNITS and CONTRACTS


@pytest.mark.parametrize("program", UNITS + CONTRACTS, ids=lambda p: p.stem)
def test_suite(wine, program, tmp_path):
    result = run(wine, program, tmp_path)
    assert result.returncode == 0, result.stdout.decode("utf-8", "replace")[-4000:]


@pytest.mark.parametrize("desktop", ["", "rotation=90", "rotation=180", "rotation=270", "hdr=80", "hdr=200", "hdr=320",
                                     "moves=1", "no_rects=1", "split=300", "no_duplicate1=1"])
def test_dda_contract(wine, desktop, tmp_path):
    result = run(wine, BUILD / "tests" / "contract" / "contract_dda.exe", tmp_path,
                 str(LAYER / "layer_launch.exe"), "Z:" + str(LAYER / "duplication_layer.dll"),
                 RUSTCAM_LAYER=f"scene=mover;size=640x480;{desktop}")
    assert result.returncode == 0, result.stdout.decode("utf-8", "replace")[-4000:]
