#!/usr/bin/env bash
# Whether statistics and file agree, whatever write of a recording fails: each call that puts bytes on the disk, for every container,
# with every error; disks of many sizes, with and without fallocate; limits on the size of files. CI tries a spread of it
# (tests/integration/test_failing_disks.py); this takes about half an hour on two processors, and needs the right to mount.
#   scripts/test-failing-writes.sh [BUILD_FOLDER] [--only KIND] [--disks-only | --faults-only] [--frames N]
set -euo pipefail
cd "$(dirname "$0")/.."
build=build/dev
if [[ ${1:-} != "" && $1 != --* ]]; then
  build=$1
  shift
fi
export RUSTCAM_CLI=$(realpath "$build")/cli/rustcam-cli RUSTCAM_SOURCE_DIR=$PWD PYTHONDONTWRITEBYTECODE=1
exec /usr/bin/python3 tests/integration/failing_writes.py "$@"
