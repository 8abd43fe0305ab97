#!/bin/sh
# Shows the driver at work: builds it, starts a local stand-in for Mapflow and makes a GeoPackage of
# a processing, and submits an area. Needs no account. What is missing is installed, on Debian and its kin.
# sh autotest/demo.sh installed: with the driver that GDAL finds by itself, without building one.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$ROOT/autotest/common.sh"

PROCESSING=3fa85f64-5717-4562-b3fc-2c963f66afa6
UNFINISHED=3fa85f64-5717-4562-b3fc-2c963f660003

# show COMMAND...: as one would type it, then what it answers.
show() {
    say
    say "\$ $*"
    "$@"
}

finish() {
    stop_sandbox
    rm -rf "$WORK"
}

# facts FILE: the count and the extent out of a summary.
facts() {
    grep -E '^(Feature Count|Extent): ' "$1"
}

build_driver() {
    # shellcheck disable=SC2086 # one word a package
    need $BUILD_PACKAGES
    mkdir -p "$BUILD"
    build "$BUILD" "$BUILD/demo-build.log"
    if grep -q 'no work to do' "$BUILD/demo-build.log"; then
        say "The driver is built: nothing had to be done."
    else
        say "The driver has been built: $BUILD/gdalplugins/ogr_MAPFLOW.so"
    fi
    export GDAL_DRIVER_PATH="$BUILD/gdalplugins"
}

if [ "${1:-}" = installed ]; then
    ogrinfo --formats | grep -q MAPFLOW || fail "GDAL does not find the driver: is it installed for this GDAL?"
elif [ $# -eq 0 ]; then
    build_driver
else
    fail "$1 is no argument of this script: give none, or the word installed."
fi

WORK=$(mktemp -d)
trap finish EXIT
trap 'exit 130' INT TERM
start_sandbox
say "A local Mapflow runs at $SANDBOX_URL"

export MAPFLOW_API_URL="$SANDBOX_URL"
export MAPFLOW_API_TOKEN=ZGV2QGV4YW1wbGUuY29tOnNhbmRib3gtZmFrZS1zZWNyZXQ=
export MAPFLOW_CACHE_DIR="$WORK/cache"
cd "$WORK"

show ogrinfo -ro -so -al "MAPFLOW:$PROCESSING" | tee processing.txt
show ogr2ogr buildings.gpkg "MAPFLOW:$PROCESSING"
show ogrinfo -ro -so -al buildings.gpkg | tee geopackage.txt
say
if [ "$(facts processing.txt)" = "$(facts geopackage.txt)" ] && [ "$(facts processing.txt | wc -l)" -eq 2 ]; then
    say "The processing and the GeoPackage have the same number of features and the same extent:"
    facts geopackage.txt
else
    fail "The GeoPackage is not the processing: its number of features or its extent differs."
fi

say
say "A processing that is not finished is an error, not an empty layer:"
say
say "\$ ogr2ogr running.gpkg MAPFLOW:$UNFINISHED"
if ogr2ogr running.gpkg "MAPFLOW:$UNFINISHED" 2>answer.txt; then
    fail "That should have failed."
fi
head -n 1 answer.txt
grep -q '^ERROR.*IN_PROGRESS' answer.txt || fail "That is not the answer that was expected."

say
say "Polygons are submitted by writing them; the id comes back, and its result can be waited for:"
say
say "\$ ID=\$(ogr2ogr -f MAPFLOW MAPFLOW: data/aoi_utm.gpkg -lco MODEL=Buildings -lco PROVIDER=Mapbox -lco ZOOM=18 -lco MAX_COST=50 -lco REPORT=/vsistdout/ | jq -r .id)"
ogr2ogr -f MAPFLOW MAPFLOW: "$ROOT/data/aoi_utm.gpkg" -lco MODEL=Buildings -lco PROVIDER=Mapbox -lco ZOOM=18 \
    -lco MAX_COST=50 -lco REPORT=/vsistdout/ >report.json
cat report.json
ID=$("$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["id"])' <report.json)
show ogr2ogr submitted.gpkg "MAPFLOW:$ID,WAIT=YES,POLL_INTERVAL=0.2"
show ogrinfo -ro -so submitted.gpkg
show ogrinfo -ro MAPFLOW:
