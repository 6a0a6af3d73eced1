"""Drives the executable as its users do, and holds its documents against docs/schemas."""

import copy
import json
import os
import pathlib
import re
import subprocess

import jsonschema

CLI = os.environ["RUSTCAM_CLI"]
SOURCE = pathlib.Path(os.environ.get("RUSTCAM_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
SLOW = 5 if os.environ.get("RUSTCAM_SANITIZE") else 1

SMALL = ["--backend", "virtual", "-o", "mover@320x240@60"]


def environment(**changes):
    """Without a display, unless one is given: the virtual back end needs none."""
    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    env.update(changes)
    return env


def run(*args, cwd=None, env=None, stdin=subprocess.DEVNULL, timeout=60, **more):
    return subprocess.run([CLI, *map(str, args)], cwd=cwd, env=env or environment(), stdin=stdin,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout * SLOW, **more)


def start(*args, cwd=None, env=None, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, **more):
    return subprocess.Popen([CLI, *map(str, args)], cwd=cwd, env=env or environment(), stdin=stdin,
                            stdout=stdout, stderr=subprocess.PIPE, **more)


def ok(*args, **more):
    result = run(*args, **more)
    assert result.returncode == 0, result.stderr.decode()
    return result


def one_line(result, status):
    """The one line that a failure leaves on stderr, without the program's name."""
    text = result.stderr.decode()
    assert result.returncode == status, (result.returncode, text)
    assert result.stdout == b""
    assert text.endswith("\n") and text.count("\n") == 1, text
    assert text.startswith("rustcam-cli: error: "), text
    assert len(text) < 400, text
    return text[len("rustcam-cli: error: "):].strip()


def _closed(schema):
    """The schema with no fields but those it names: what we write is all described."""
    if isinstance(schema, dict):
        closed = {k: _closed(v) for k, v in schema.items()}
        if "properties" in closed:
            closed["additionalProperties"] = False
        return closed
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    return copy.deepcopy(schema)


def validate(document, schema):
    """Against docs/schemas/NAME.schema.json, with every field described; returns the document."""
    with open(SOURCE / "docs" / "schemas" / f"{schema}.schema.json", encoding="utf-8") as file:
        rules = json.load(file)
    jsonschema.Draft202012Validator.check_schema(rules)
    jsonschema.Draft202012Validator(_closed(rules)).validate(document)
    return document


def _no_constant(text):
    raise ValueError(f"{text} is no JSON")


def parse(text):
    """Strictly: NaN and Infinity are no JSON."""
    return json.loads(text, parse_constant=_no_constant)


def document(result, schema):
    """What went to stdout, all of it one valid document."""
    return validate(parse(result.stdout), schema)


def probe(path):
    """What ffprobe counts in the first video stream, every frame of it decoded."""
    out = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-count_frames",
                          "-show_entries", "stream=codec_name,width,height,nb_read_frames,r_frame_rate,pix_fmt",
                          "-of", "json", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
    assert out.stderr == b"", out.stderr.decode()
    return json.loads(out.stdout)["streams"][0]


def decoded(path, pixel_format="rgb24"):
    """The pixels of a picture, as FFmpeg reads it."""
    return subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", pixel_format, "-"],
                          stdout=subprocess.PIPE, check=True).stdout


DEFAULT_NAME = re.compile(r"rustcam-\d{8}-\d{6}(-\d+)?\.(\w+)\n")
