"""What is written can be read by those whom the user wants, goes where the user said, and tells no more than was asked for."""

import json
import os
import shutil
import stat
import tempfile

import numpy as np
import pytest
from cli_driver import SMALL, document, ok, one_line, run
from rustcam_testing import Stimulus, decode, json_cli

RECORD = ["record", *SMALL, "--preset", "ultrafast", "--frames", "10"]
# Each makes one more file of the name "target"; some others besides.
WRITERS = {
    "recording": [*RECORD, "--format", "matroska", "target"],
    "raw": [*RECORD[:-4], "--frames", "3", "--format", "rawvideo", "target"],
    "statistics": [*RECORD, "--stats", "target", "a.mp4"],
    "time stamps": [*RECORD, "--timestamps", "target", "a.mp4"],
    "picture": ["shot", *SMALL, "--format", "png", "target"],
    "chart": ["bench", "--backend", "virtual", "-o", "flip_demo@160x120@60", "--stimulus", "none", "--duration", "0.2", "--warmup",
              "0.1", "--repeat", "1", "--chart", "target.svg"],
}


def target_of(name):
    return "target.svg" if name == "chart" else "target"


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_the_umask_decides_who_may_read(tmp_path, name, mask):
    ok(*WRITERS[name], cwd=tmp_path, umask=mask)
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    assert target_of(name) in modes and set(modes.values()) == {0o666 & ~mask}


def test_a_second_file_is_no_more_readable_than_the_first(tmp_path):
    ok("record", "--backend", "virtual", "-o", "mover@320x240@60,resize=0.5:160x120", "--preset", "ultrafast", "--duration", "1",
       "--on-resize", "split", "a.mp4", cwd=tmp_path, umask=0o077)
    assert {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()} == {"a.mp4": 0o600, "a-2.mp4": 0o600}


@pytest.fixture
def shared_folder():
    """A folder like /tmp, where others may lay something in our way."""
    if os.geteuid() != 0:
        pytest.skip("only root can make what belongs to others")
    folder = tempfile.mkdtemp()
    os.chmod(folder, 0o1777)
    yield folder
    shutil.rmtree(folder)


def others(path):
    os.chown(path, 65534, 65534, follow_symlinks=False)


@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize("name", WRITERS)
def test_another_users_link_in_a_shared_folder_is_not_followed(tmp_path, shared_folder, name, force):
    trap = os.path.join(shared_folder, target_of(name))
    os.symlink(tmp_path / "victim", trap)
    others(trap)
    (tmp_path / "victim").write_text("precious")
    result = run(*WRITERS[name], *force, cwd=shared_folder)
    assert result.returncode == 1
    assert (tmp_path / "victim").read_text() == "precious"
    os.unlink(tmp_path / "victim")
    assert run(*WRITERS[name], *force, cwd=shared_folder).returncode == 1
    assert not (tmp_path / "victim").exists()


@pytest.mark.parametrize("name", ["recording", "picture"])
def test_another_users_file_in_a_shared_folder_is_not_filled(shared_folder, name):
    os.chown(shared_folder, 65533, 65533)
    trap = os.path.join(shared_folder, "target")
    with open(trap, "wb"):
        pass
    os.chmod(trap, 0o666)
    others(trap)
    assert "another user" in one_line(run(*WRITERS[name], "--force", cwd=shared_folder), 1)
    assert os.path.getsize(trap) == 0


def test_statistics_tell_nothing_of_windows_users_and_folders(x_server, tmp_path):
    folder = tmp_path / "secret-folder"
    folder.mkdir()
    server = x_server(size=(640, 360))
    with Stimulus(server, "mover"):
        windows = json_cli("list", "windows", "--json", env=server.env)["windows"]
        stats = json_cli("record", "--preset", "ultrafast", "--frames", "10", "--timestamps", "t.jsonl", "--json", "a.mp4",
                         env=server.env, cwd=folder)
    text = json.dumps(stats) + (folder / "t.jsonl").read_text(encoding="utf-8")
    titles = [each["title"] for each in windows if each["title"]]
    assert titles, "there was no window with a title"
    for secret in [*titles, "secret-folder", str(tmp_path)]:
        assert secret not in text, secret
    assert [each["path"] for each in stats["files"]] == ["a.mp4"]
    video = (folder / "a.mp4").read_bytes()
    for secret in [*titles, "secret-folder"]:
        assert secret.encode() not in video, secret


@pytest.mark.parametrize("region", [(0, 0, 100, 50), (33, 21, 160, 121), (319, 239, 320, 240)])
def test_a_recorded_region_is_that_part_and_nothing_beside_it(region):
    left, top, right, bottom = region
    screen = ["--backend", "virtual", "-o", "static@320x240@60", "--no-cursor", "--pixel-format", "rgb", "--frames", "2", "-"]
    whole = np.frombuffer(ok("record", *screen).stdout, np.uint8).reshape(2, 240, 320, 3)[0]
    part = ok("record", "--region", ",".join(map(str, region)), *screen).stdout
    part = np.frombuffer(part, np.uint8).reshape(2, bottom - top, right - left, 3)
    assert (part == whole[top:bottom, left:right]).all()


def test_a_region_is_never_made_larger_for_the_encoder(tmp_path):
    # An odd size is padded by repeating what was asked for, not by what lies beside it.
    stats = document(ok("record", "--backend", "virtual", "-o", "static@320x240@60", "--no-cursor", "--frames", "5", "--crf", "1",
                        "--region", "101,51,202,152", "--json", "a.mp4", cwd=tmp_path), "record")
    assert stats["region"] == [101, 51, 202, 152]
    assert (stats["width"], stats["height"], stats["encoded_width"], stats["encoded_height"]) == (101, 101, 102, 102)
    picture = decode(tmp_path / "a.mp4", "gray")[0].astype(int)
    assert np.abs(picture[:, 101] - picture[:, 100]).max() <= 4 and np.abs(picture[101] - picture[100]).max() <= 4
