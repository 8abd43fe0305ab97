#!/bin/sh
# A picture of QGIS with the buildings of a processing: sh autotest/qgis/screenshot.sh FILE.png
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$ROOT/autotest/common.sh"

[ $# -eq 1 ] || fail "Name the file to write."
# shellcheck disable=SC2086 # one word a package
need $BUILD_PACKAGES qgis python3-qgis xvfb xauth
mkdir -p "$BUILD"
build "$BUILD" "$BUILD/screenshot-build.log"
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
cd "$ROOT/autotest/qgis"
MAPFLOW_BUILD_DIR=$BUILD "$PYTHON" -c 'import pathlib, sys
from desktop_session import run_desktop
seen, _ = run_desktop(pathlib.Path(sys.argv[1]), MAPFLOW_SCREENSHOT=sys.argv[2])
sys.exit(seen.get("failure"))' "$WORK" "$WORK/screenshot.png"
mv "$WORK/screenshot.png" "$OLDPWD/$1" 2>/dev/null || mv "$WORK/screenshot.png" "$1"
say "Written: $1"
