"""Every encoder, container and pixel format that help offers: a file that plays, with the right tags, size and count, or wrong usage
before a file is made. Here each pair once; scripts/test-combinations.sh runs the full product."""

import os
import re

import pytest
from combinations import HOLDS, Combination, each_pair, every, offered, try_all


@pytest.fixture(scope="module")
def lists():
    return offered()


@pytest.fixture(scope="module")
def outcomes(lists):
    if os.environ.get("RUSTCAM_COMBINATIONS") == "all":
        return try_all(every(*lists))
    return each_pair(*lists)


def test_each_plays_or_is_wrong_usage(outcomes):
    faults = {str(each): outcome.faults for each, outcome in outcomes.items() if outcome.faults}
    assert not faults
    assert sum(outcome.refused is None for outcome in outcomes.values()) > 100


def test_containers_hold_what_others_read(lists, outcomes):
    encoders, containers, _ = lists
    for encoder in encoders:
        plain = {container: outcomes[Combination(encoder, container)] for container in containers}
        held = {container for container, outcome in plain.items() if outcome.refused is None}
        codecs = {outcome.codec for outcome in plain.values() if outcome.codec}
        if encoder == "auto":  # which is another one in each container
            assert held == set(containers)
        elif codecs and (codec := codecs.pop()) in HOLDS:
            assert held == HOLDS[codec], encoder


def test_a_refusal_names_the_containers_that_hold_it(lists, outcomes):
    encoders, containers, _ = lists
    named = 0
    for encoder in encoders:
        plain = {container: outcomes[Combination(encoder, container)].refused for container in containers}
        # Raw video's containers differ by the pixel format, of which each has a usual one.
        held = {container for container, refused in plain.items() if refused is None} - {"y4m" if encoder == "rawvideo" else None}
        for container, refused in plain.items():
            if refused is None or "cannot hold" not in refused:
                continue
            assert f"{container} cannot hold" in refused
            advice = refused[refused.rindex(": use ") + 6:refused.rindex(", or another")]
            assert set(re.split(r", | or ", advice)) == held, refused
            named += 1
    assert named > 50
