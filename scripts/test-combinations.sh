#!/usr/bin/env bash
# Every encoder x container x pixel format that help offers, each recorded and read back. CI does each pair once
# (tests/integration/test_combinations.py); this is the full product, which takes about ten minutes on two processors.
#   scripts/test-combinations.sh [BUILD_FOLDER]      default: build/dev
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(realpath "${1:-build/dev}")
export RUSTCAM_CLI=$build/cli/rustcam-cli RUSTCAM_SOURCE_DIR=$PWD PYTHONDONTWRITEBYTECODE=1 RUSTCAM_COMBINATIONS=all
exec python3 -m pytest -q -p no:cacheprovider tests/integration/test_combinations.py
