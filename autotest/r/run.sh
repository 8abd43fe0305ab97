#!/bin/sh
# R's sf reads what GDAL reads, and submits: sh autotest/r/run.sh, with the plugin of MAPFLOW_BUILD_DIR.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$ROOT/autotest/common.sh"

PROCESSING=3fa85f64-5717-4562-b3fc-2c963f66afa6
LAYER="Leiden district buildings"

# facts LAYER-OPTION...: number of rows and sum of the ids as GDAL gives them.
facts() {
    ogr2ogr -f CSV /vsistdout/ -select id "$@" "MAPFLOW:$PROCESSING" |
        tr -d '"\r' | awk -F, 'NR > 1 { rows++; sum += $1 } END { printf "%d %.0f", rows, sum }'
}

finish() {
    stop_sandbox
    rm -rf "$WORK"
}

WORK=$(mktemp -d)
trap finish EXIT
trap 'exit 130' INT TERM
start_sandbox
export GDAL_DRIVER_PATH="$BUILD/gdalplugins"
export MAPFLOW_API_URL="$SANDBOX_URL"
export MAPFLOW_API_TOKEN=ZGV2QGV4YW1wbGUuY29tOnNhbmRib3gtZmFrZS1zZWNyZXQ=
export XDG_CACHE_HOME="$WORK"
export XDG_STATE_HOME="$WORK"

all=$(facts)
{
    say "rows ${all% *} "
    say "epsg 4326 "
    say "ids ${all#* } "
    say "chosen $(facts -where 'class_id = 101') "
    say "columns id geometry "
    say "near $(facts -spat 4.489 52.163 4.497 52.168) "
    say "layers $LAYER "
} >"$WORK/expected.txt"
Rscript --vanilla "$ROOT/autotest/r/read.R" "MAPFLOW:$PROCESSING" "$LAYER" >"$WORK/read.txt"
diff "$WORK/expected.txt" "$WORK/read.txt"

# The example of the README, as it stands there.
sed -n '/^```r$/,/^```$/ { /^```/d; p }' "$ROOT/README.md" >"$WORK/example.R"
(cd "$WORK" && Rscript --vanilla example.R)

# What sf writes is confirmed.
Rscript --vanilla "$ROOT/autotest/r/write.R" "$ROOT/data/aoi_4326.geojson"
ogr2ogr -f CSV /vsistdout/ -select name,state MAPFLOW: submissions | tr -d '"\r' >"$WORK/submissions.txt"
grep -qx 'areas,submitted' "$WORK/submissions.txt"

say "$(wc -l <"$WORK/read.txt") facts read by sf are those of GDAL"
