#!/bin/sh
# Builds the fuzz targets and runs each for some seconds:
#
#     autotest/fuzz/run.sh SECONDS [TARGET…]
#
# Build and corpora go to build-fuzz, or to MAPFLOW_FUZZ_DIR. What a target finds is kept there and ends the
# run with its exit code. CC and CXX name another clang.
set -eu

seconds=${1:?usage: run.sh SECONDS [TARGET…]}
shift
source=$(cd "$(dirname "$0")/../.." && pwd)
build=${MAPFLOW_FUZZ_DIR:-$source/build-fuzz}
targets=${*:-scanner decoder index options differential}

cmake -S "$source" -B "$build" -DMAPFLOW_FUZZ=ON -DBUILD_TESTING=OFF -DMAPFLOW_WERROR=ON \
  -DCMAKE_C_COMPILER="${CC:-clang}" -DCMAKE_CXX_COMPILER="${CXX:-clang++}" >/dev/null
cmake --build "$build" --target fuzz --parallel >/dev/null
python3 "$source/autotest/fuzz/corpus.py" "$build/corpus"
mkdir -p "$build/corpus/indexes"
ASAN_OPTIONS=detect_leaks=0 "$build/autotest/fuzz/fuzz_make_index" "$build/corpus/indexes" "$build"/corpus/documents/0*

for target in $targets; do
  case $target in
    index) seeds=indexes ;;
    options) seeds=options ;;
    *) seeds=documents ;;
  esac
  # GDAL is not built with the sanitizers: what it leaks is not ours.
  case $target in
    differential | options) leaks=0 ;;
    *) leaks=1 ;;
  esac
  mkdir -p "$build/found/$target" "$build/grown/$target"
  echo "== $target"
  ASAN_OPTIONS=detect_leaks=$leaks "$build/autotest/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=20 \
    -rss_limit_mb=4096 -max_len=20000 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="$build/found/$target/" "$build/grown/$target" "$build/corpus/$seeds"
done
