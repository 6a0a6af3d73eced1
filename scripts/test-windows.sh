#!/usr/bin/env bash
# Cross-builds the Windows program and its tests, and runs them under Wine: the unit and contract suites as
# Windows programs, then the unmodified rustcam-cli.exe with the test-only duplication layer.
#   scripts/test-windows.sh [PYTEST-ARGUMENTS ...]
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-deps.sh windows
scripts/build-windows.sh all
export RUSTCAM_WINDOWS_BUILD=$PWD/build/windows RUSTCAM_SOURCE_DIR=$PWD PYTHONDONTWRITEBYTECODE=1
exec /usr/bin/python3 -m pytest -q -p no:cacheprovider tests/wine "$@"
