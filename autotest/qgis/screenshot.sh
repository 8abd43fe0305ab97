#!/bin/sh
# The pictures of the README, QGIS with the buildings of a processing, and the script that submits areas:
# sh autotest/qgis/screenshot.sh [FOLDER]
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$ROOT/autotest/common.sh"

FOLDER=${1:-$ROOT/data}
# shellcheck disable=SC2086 # one word a package
need $BUILD_PACKAGES qgis python3-qgis xvfb xauth pngquant fonts-noto-color-emoji
mkdir -p "$BUILD"
build "$BUILD" "$BUILD/screenshot-build.log"
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
(cd "$ROOT/autotest/qgis" && MAPFLOW_BUILD_DIR=$BUILD "$PYTHON" -c 'import pathlib, sys
from test_screenshot import picture_of_buildings, picture_of_submitting
folder = pathlib.Path(sys.argv[1])
for name, picture in (("qgis", picture_of_buildings), ("qgis-submit", picture_of_submitting)):
    (folder / name).mkdir()
    print(picture(folder / name, folder / f"{name}.png"))' "$WORK")
pngquant --force --output "$FOLDER/qgis.png" 128 "$WORK/qgis.png"
pngquant --force --output "$FOLDER/qgis-submit.png" 64 "$WORK/qgis-submit.png"
say "Written: $FOLDER/qgis.png $FOLDER/qgis-submit.png"
