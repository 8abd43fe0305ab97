#!/bin/sh
# Builds the driver and tests it: sh autotest/test.sh [PART...]
#
#   core      unit tests of the core, in a build where warnings are errors
#   ogr       the driver through GDAL, against the sandbox
#   python    Python's own libraries: fiona and geopandas
#   r         R's sf
#   clients   other programs on GDAL, each as its user runs it: PostGIS, MapServer, Dask, QGIS and the rest, as a table
#   package   the Debian package, lintian, and what cmake --install puts where
#   coverage  lines of the core that unit tests and tests through GDAL reach: 90 % at least
#   asan      core and driver under AddressSanitizer and UndefinedBehaviorSanitizer
#   tsan      unit tests under ThreadSanitizer
#   fuzz      each fuzz target for FUZZ_SECONDS (default: 15)
#   format    clang-format and clang-tidy
#   qgis      the desktop of QGIS on a virtual screen
#
# Without a part: all of them. At the end the logs of every part are searched for the tokens that the tests have used.
# What is missing is installed, on Debian and its kin. MAPFLOW_BUILD_DIR says where to build (default: build); logs are
# below it, in test-logs. Other GDALs: matrix.sh.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$ROOT/autotest/common.sh"

PARTS="core ogr python r clients package coverage asan tsan fuzz format qgis"
LOGS=$BUILD/test-logs
ALL_PASSED=0
ALL_FAILED=0

# count PASSED FAILED: what a step of the current part has given.
count() {
    part_passed=$((part_passed + $1))
    part_failed=$((part_failed + $2))
}

# The number before a word in a text: "12 passed" -> 12.
number_before() {
    number=$(printf '%s\n' "$2" | sed -n "s/.*[^0-9]\([0-9][0-9]*\) $1.*/\1/p")
    echo "${number:-0}"
}

# run_ctest NAME FOLDER [OPTION...]
run_ctest() {
    name=$1 folder=$2
    shift 2
    status=0
    ctest --test-dir "$folder" --output-on-failure -j "$JOBS" "$@" >"$LOGS/$name.log" 2>&1 || status=$?
    last=$(grep 'tests failed out of' "$LOGS/$name.log" || true)
    failed=$(number_before 'tests failed' " $last")
    total=$(printf '%s\n' "$last" | sed -n 's/.*out of \([0-9]*\).*/\1/p')
    judge "$name" "$status" "$((${total:-0} - failed))" "$failed"
}

# run_pytest NAME FOLDER [ARGUMENT...]: the plugin of that build folder; PRELOAD may name libraries.
run_pytest() {
    name=$1 folder=$2
    shift 2
    status=0
    (cd "$ROOT/autotest/ogr" && env MAPFLOW_BUILD_DIR="$folder" ${PRELOAD:+LD_PRELOAD="$PRELOAD"} \
        "$PYTHON" -m pytest -p no:cacheprovider -q -rA "$@") >"$LOGS/$name.log" 2>&1 || status=$?
    last=" $(tail -n 1 "$LOGS/$name.log")"
    judge "$name" "$status" "$(number_before passed "$last")" \
        "$(($(number_before failed "$last") + $(number_before error "$last")))"
}

# judge NAME STATUS PASSED FAILED: counts; a runner that fails without a failed test, or that ran
# nothing, is one failure.
judge() {
    if [ "$2" -ne 0 ] && [ "$4" -eq 0 ] || [ "$(($3 + $4))" -eq 0 ]; then
        set -- "$1" "$2" "$3" 1
    fi
    count "$3" "$4"
    [ "$4" -eq 0 ] || grep -v '^PASSED' "$LOGS/$1.log" | tail -n 100 >&2
}

build_or_count() {
    build "$@" && return 0
    count 0 1
    return 1
}

part_core() {
    build_or_count "$BUILD" "$LOGS/core-build.log" -DMAPFLOW_WERROR=ON || return 0
    run_ctest core "$BUILD"
}

part_ogr() {
    build_or_count "$BUILD" "$LOGS/ogr-build.log" -DMAPFLOW_WERROR=ON || return 0
    # shellcheck disable=SC2086 # one word an option
    run_pytest ogr "$BUILD" $PARALLEL --ignore=python --ignore=clients .
}

# run_script NAME SCRIPT: one test, which prints what it has found.
run_script() {
    status=0
    env MAPFLOW_BUILD_DIR="$BUILD" sh "$ROOT/autotest/$2" >"$LOGS/$1.log" 2>&1 || status=$?
    judge "$1" "$status" "$((status == 0))" "$((status != 0))"
}

part_python() {
    build_or_count "$BUILD" "$LOGS/python-build.log" -DMAPFLOW_WERROR=ON || return 0
    run_pytest python "$BUILD" python/test_readers.py python/test_fiona.py python/test_writers.py
}

part_qgis() {
    build_or_count "$BUILD" "$LOGS/qgis-build.log" -DMAPFLOW_WERROR=ON || return 0
    # shellcheck disable=SC2086 # one word an option
    run_pytest qgis "$BUILD" $PARALLEL ../qgis
    request_counts "$LOGS/qgis.log"
}

part_r() {
    build_or_count "$BUILD" "$LOGS/r-build.log" -DMAPFLOW_WERROR=ON || return 0
    run_script r r/run.sh
}

# pyogrio is not in Debian 12.
CLIENTS="ogr2ogr,ogrinfo,python,fiona,geopandas-fiona,sf,qgis,postgis,mapserver,dask"

part_clients() {
    build_or_count "$BUILD" "$LOGS/clients-build.log" -DMAPFLOW_WERROR=ON || return 0
    run_pytest clients "$BUILD" clients python/test_dask.py --clients "$CLIENTS"
    sed -n '/^=* clients =*$/,/^=/{/^=/!p}' "$LOGS/clients.log"
}

part_package() {
    run_pytest package "$BUILD" ../package
}

# What needs the whole driver: tests through GDAL that reach far into the core, and take two minutes.
COVERAGE_TESTS="test_account.py test_cache.py test_credentials.py test_editing.py test_errors.py test_http_options.py
test_open.py test_project_dataset.py test_states.py test_submit.py test_submit_refusals.py test_wait.py"

part_coverage() {
    flags="--coverage -fprofile-update=atomic"
    build_or_count "$BUILD-coverage" "$LOGS/coverage-build.log" -DCMAKE_BUILD_TYPE=Debug \
        -DCMAKE_C_FLAGS="$flags" -DCMAKE_CXX_FLAGS="$flags" || return 0
    find "$BUILD-coverage" -name '*.gcda' -delete
    run_ctest coverage-core "$BUILD-coverage" -E histories # they reach what the tests of their parts reach
    # shellcheck disable=SC2086 # one word an option or a file
    run_pytest coverage-ogr "$BUILD-coverage" $PARALLEL $COVERAGE_TESTS
    status=0
    gcovr --root "$ROOT" --filter "$ROOT/driver/core/" --fail-under-line 90 "$BUILD-coverage" \
        >"$LOGS/coverage.log" 2>&1 || status=$?
    awk '/^driver/ || /^TOTAL/ { printf "%5s of %5d lines  %s\n", $4, $2, $1 }' "$LOGS/coverage.log"
    judge coverage "$status" "$((status == 0))" "$((status != 0))"
}

part_asan() {
    # Without the common headers: it shows an #include that is missing.
    build_or_count "$BUILD-asan" "$LOGS/asan-build.log" -DMAPFLOW_SANITIZE=ON -DCMAKE_BUILD_TYPE=Debug \
        -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON || return 0
    run_ctest asan-core "$BUILD-asan"
    # Python and GDAL keep memory until the end: leaks are looked for in the core alone.
    PRELOAD="$(cc -print-file-name=libasan.so) $(cc -print-file-name=libstdc++.so)"
    # How times grow is not looked at: memory that is not given back at once distorts it.
    # shellcheck disable=SC2086 # one word an option
    ASAN_OPTIONS=detect_leaks=0 run_pytest asan-ogr "$BUILD-asan" $PARALLEL -k "not huge" test_malformed.py \
        test_oracle.py test_driver.py test_open.py test_layers.py test_variants.py test_account_sql.py \
        test_account_awkward.py test_arrow.py test_imagery_layers.py test_planned.py test_pictures.py test_upload.py
    PRELOAD=
}

part_tsan() {
    TARGET=autotest/core/all build_or_count "$BUILD-tsan" "$LOGS/tsan-build.log" -DMAPFLOW_SANITIZE=thread || return 0
    run_ctest tsan "$BUILD-tsan"
}

part_format() {
    status=0
    find "$ROOT/driver" \( -name '*.[ch]' -o -name '*.cpp' \) -print0 |
        xargs -0 clang-format --dry-run -Werror >"$LOGS/clang-format.log" 2>&1 || status=1
    judge clang-format "$status" "$((1 - status))" "$status"
    build_or_count "$BUILD" "$LOGS/format-build.log" -DMAPFLOW_WERROR=ON -DCMAKE_EXPORT_COMPILE_COMMANDS=ON || return 0
    status=0
    find "$ROOT/driver/core" -name '*.c' ! -name '*windows.c' -print0 |
        xargs -0 -P "$JOBS" -n 1 clang-tidy -p "$BUILD" --quiet >"$LOGS/clang-tidy.log" 2>&1 || status=1
    judge clang-tidy "$status" "$((1 - status))" "$status"
}

part_fuzz() {
    for target in scanner decoder index options differential; do
        status=0
        MAPFLOW_FUZZ_DIR="$BUILD-fuzz" sh "$ROOT/autotest/fuzz/run.sh" "${FUZZ_SECONDS:-15}" "$target" \
            >"$LOGS/fuzz-$target.log" 2>&1 || status=$?
        judge "fuzz-$target" "$status" "$((status == 0))" "$((status != 0))"
    done
}

# The programs as a user runs them, with all that GDAL and libcurl can tell; then no log may hold one
# of the secrets.
part_secrets() {
    build_or_count "$BUILD" "$LOGS/secrets-build.log" -DMAPFLOW_WERROR=ON || return 0
    secrets=$(cd "$ROOT/autotest" && "$PYTHON" -c '
from sandbox.service import Sandbox
with Sandbox() as sandbox:
    print(sandbox.token, sandbox.token.rstrip("="), sandbox.state.secret, sandbox.oauth_token, sep="\n")
    print("s3://users-data", "s3%3A%2F%2Fusers-data", sep="\n")  # in addresses of tiles and files')
    token=$(printf '%s\n' "$secrets" | head -n 1)
    start_sandbox
    for id in 3fa85f64-5717-4562-b3fc-2c963f66afa6 3fa85f64-5717-4562-b3fc-2c963f660004 \
        00000000-0000-4000-8000-000000000000; do
        env GDAL_DRIVER_PATH="$BUILD/gdalplugins" MAPFLOW_API_URL="$SANDBOX_URL" MAPFLOW_API_TOKEN="$token" \
            CPL_DEBUG=ON CPL_CURL_VERBOSE=YES ogrinfo -ro -so -al -mdd all "MAPFLOW:$id" >"$LOGS/debug-$id.log" 2>&1 || true
    done
    env GDAL_DRIVER_PATH="$BUILD/gdalplugins" MAPFLOW_API_URL="$SANDBOX_URL" MAPFLOW_API_TOKEN="$token" \
        CPL_DEBUG=ON CPL_CURL_VERBOSE=YES gdalinfo -checksum -mdd all 'MAPFLOW:mosaic=Quarry flights' \
        >"$LOGS/debug-mosaic.log" 2>&1 || true
    stop_sandbox
    status=0
    grep -q 'Checksum=' "$LOGS/debug-mosaic.log" || status=1
    grep -q 'Feature Count: 2496' "$LOGS"/debug-*.log || status=1
    # The files only: the lines hold what must not be shown.
    if printf '%s\n' "$secrets" | grep -rlFf - "$LOGS" >"$BUILD/leaks.txt"; then
        say "A token, or the address of a picture, stands in these logs:" >&2
        cat "$BUILD/leaks.txt" >&2
        status=1
    fi
    count "$((1 - status))" "$status"
}

run_part() {
    part_passed=0
    part_failed=0
    started=$(date +%s)
    "part_$1"
    printf '%-8s %5d passed, %d failed, %d s\n' "$1" "$part_passed" "$part_failed" "$(($(date +%s) - started))"
    ALL_PASSED=$((ALL_PASSED + part_passed))
    ALL_FAILED=$((ALL_FAILED + part_failed))
}

# shellcheck disable=SC2086 # one word a part
[ $# -gt 0 ] || set -- $PARTS
wanted_packages="$BUILD_PACKAGES python3-gdal python3-pytest python3-pytest-xdist binutils jq openssl valgrind locales"
for part in "$@"; do
    case $part in
    core | ogr | asan | tsan) ;;
    python) wanted_packages="$wanted_packages python3-fiona python3-geopandas" ;;
    r) wanted_packages="$wanted_packages r-cran-sf" ;;
    clients) wanted_packages="$wanted_packages python3-fiona python3-geopandas python3-distributed r-cran-sf qgis python3-qgis
        postgresql postgresql-postgis mapserver-bin" ;;
    package) wanted_packages="$wanted_packages lintian dpkg-dev file" ;;
    coverage) wanted_packages="$wanted_packages gcovr" ;;
    fuzz) wanted_packages="$wanted_packages clang libclang-rt-dev" ;;
    format) wanted_packages="$wanted_packages clang-format clang-tidy" ;;
    qgis) wanted_packages="$wanted_packages qgis python3-qgis xvfb xauth" ;;
    *) fail "There is no part $part: choose from $PARTS." ;;
    esac
done
# shellcheck disable=SC2086 # one word a package
need $wanted_packages

trap stop_sandbox EXIT
trap 'exit 130' INT TERM
rm -rf "$LOGS"
mkdir -p "$LOGS"
began=$(date +%s)
for part in "$@"; do
    run_part "$part"
done
run_part secrets
say "All in $(($(date +%s) - began)) s"
say "$ALL_PASSED passed, $ALL_FAILED failed"
[ "$ALL_FAILED" -eq 0 ]
