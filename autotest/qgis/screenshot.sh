#!/bin/sh
# The picture of the README, QGIS with the buildings of a processing: sh autotest/qgis/screenshot.sh [FILE.png]
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$ROOT/autotest/common.sh"

PICTURE=${1:-$ROOT/data/qgis.png}
# shellcheck disable=SC2086 # one word a package
need $BUILD_PACKAGES qgis python3-qgis xvfb xauth pngquant
mkdir -p "$BUILD"
build "$BUILD" "$BUILD/screenshot-build.log"
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
(cd "$ROOT/autotest/qgis" && MAPFLOW_BUILD_DIR=$BUILD "$PYTHON" -c 'import pathlib, sys
from session import Desktop, new_sandbox
with new_sandbox() as sandbox:
    desktop = Desktop(pathlib.Path(sys.argv[1]), sandbox)
    print(desktop.run("steps_screenshot", PICTURE=sys.argv[1] + "/picture.png").seen)' "$WORK")
pngquant --force --output "$PICTURE" 128 "$WORK/picture.png"
say "Written: $PICTURE"
