#!/bin/sh
# Shows the driver at work: builds it, starts a local stand-in for Mapflow and makes a GeoPackage of
# a processing, submits an area, and goes from two rasters to buildings. Needs no account. What is missing is
# installed, on Debian and its kin.
# sh autotest/demo.sh installed: with the driver that GDAL finds by itself, without building one.
# sh autotest/demo.sh shell: a shell in which every example of README.md can be typed.
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
elif [ $# -eq 0 ] || [ "$1" = shell ]; then
    build_driver
else
    fail "$1 is no argument of this script: give none, or the word installed or shell."
fi

WORK=$(mktemp -d)
trap finish EXIT
trap 'exit 130' INT TERM
start_sandbox
say "A local Mapflow runs at $SANDBOX_URL"

export MAPFLOW_API_URL="$SANDBOX_URL"
export MAPFLOW_API_TOKEN=ZGV2QGV4YW1wbGUuY29tOnNhbmRib3gtZmFrZS1zZWNyZXQ=
export MAPFLOW_CACHE_DIR="$WORK/cache"
export MAPFLOW_STATE_DIR="$WORK/state"
cd "$WORK"

if [ "${1:-}" = shell ]; then
    need jq
    example_files
    say "In this shell GDAL finds the driver and the account of the local Mapflow; MAPFLOW:$PROCESSING"
    say "is a processing. These files are here for the examples: $(echo *.*)."
    say "What is made here goes with the shell: leave it by exit."
    for name in GDAL_DRIVER_PATH MAPFLOW_API_URL MAPFLOW_API_TOKEN; do
        eval "say \"export $name=\${$name:-}\""
    done
    "${SHELL:-/bin/sh}" || true
    exit 0
fi

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

say
say "From rasters to buildings. Two rasters, one of 16 bits; GDAL uploads them into a mosaic:"
gdal_create -q -of GTiff -ot Byte -bands 3 -outsize 400 300 -a_srs EPSG:32631 -a_ullr 602000 5777000 602120 5776910 \
    -burn 90 -burn 120 -burn 80 block_1.tif
gdal_create -q -of GTiff -ot UInt16 -bands 3 -outsize 400 300 -a_srs EPSG:32631 -a_ullr 602120 5777000 602240 5776910 \
    -burn 1500 -burn 1200 -burn 800 block_2.tif
show gdal_translate -of MAPFLOW block_1.tif "MAPFLOW:mosaic=Flights" -co CREATE_MOSAIC=YES -co WAIT=YES
show gdal_translate -of MAPFLOW block_2.tif "MAPFLOW:mosaic=Flights" -co SCALE=0,3000 -co WAIT=YES
show ogr2ogr -f CSV /vsistdout/ "MAPFLOW:mosaic=Flights" -select name,bytes,band_count,pixel_size_m,crs,state
say
say "Their picture, their price, and their buildings:"
show gdal_translate -q -of PNG "MAPFLOW:mosaic=Flights" flights.png
printf 'id,name\n1,Quarry\n' >table.csv
show ogr2ogr -f MAPFLOW MAPFLOW: table.csv -nln Quarry -lco MODEL=Buildings -lco MOSAIC=Flights -lco AOI_FROM=IMAGERY \
    -lco DRY_RUN=YES -lco REPORT=/vsistdout/
show ogr2ogr -f MAPFLOW MAPFLOW: table.csv -nln Quarry -lco MODEL=Buildings -lco MOSAIC=Flights -lco AOI_FROM=IMAGERY \
    -lco MAX_COST=20 -lco REPORT=quarry.json
ID=$("$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["id"])' <quarry.json)
show ogr2ogr quarry.gpkg "MAPFLOW:$ID,WAIT=YES,POLL_INTERVAL=0.2"
show ogrinfo -ro -so quarry.gpkg

say
say "The catalogue has scenes of others; one of them is submitted:"
show ogr2ogr -f CSV scenes.csv MAPFLOW:search -spat 4.4 52.1 4.6 52.2 -where "cloud_cover < 20 AND product_type = 'Image'" \
    -select id,provider,acquired,cloud_cover,min_area_km2
cat scenes.csv
SCENE=$(sed -n 2p scenes.csv | cut -d, -f1)
PROVIDER=$(sed -n 2p scenes.csv | cut -d, -f2)
printf 'id,WKT\n1,"POLYGON ((4.48 52.15, 4.52 52.15, 4.52 52.17, 4.48 52.17, 4.48 52.15))"\n' >harbour.csv
show ogr2ogr -f MAPFLOW MAPFLOW: harbour.csv -a_srs EPSG:4326 -nln Harbour -lco MODEL=Buildings \
    -lco "SEARCH_PROVIDER=$PROVIDER" -lco "IMAGE_IDS=$SCENE" -lco MAX_COST=1000 -lco REPORT=/vsistdout/
