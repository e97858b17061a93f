#!/bin/sh
# Builds a fuzz target and runs it: Tests/Fuzz/run.sh TARGET SECONDS [libFuzzer options]
#
# A target is a row of the table below and a file TARGETFuzz.swift with the entry point. The modules it names are compiled one
# by one, in their order, each with coverage, and linked to it. What it starts from is Tests/Fuzz/corpus/TARGET; what it finds
# on the way stays in the build folder, and an input that crashes it is written there too, named in the last lines.
set -eu

# target: modules by their folder in Sources, lowest first; library=NAME for a module map in Sources/CLibraries; flag=OPTION
# for what the compiler needs beside it (flag=-I/usr/include/libxml2 flag=-lxml2)
table() {
    cat <<'TABLE'
ICalendar: Formats/Bytes Formats/ContentLines Formats/CivilTime Formats/ICalendar
JCal: Formats/Bytes Formats/ContentLines Formats/CivilTime Formats/ICalendar
VCard: Formats/Bytes Formats/ContentLines Formats/VCard
JCard: Formats/Bytes Formats/ContentLines Formats/VCard
XML: library=CLibXML2 flag=-I/usr/include/libxml2 flag=-lxml2 Formats/Bytes Formats/XML
DAVHeaders: library=CLibXML2 flag=-I/usr/include/libxml2 flag=-lxml2 Formats/Bytes Formats/XML Formats/DAVGrammar
TABLE
}

if [ "${1:-}" = --list ]; then table | sed "s/:.*//"; exit 0; fi
target=${1:?usage: run.sh TARGET SECONDS}
seconds=${2:?usage: run.sh TARGET SECONDS}
shift 2
root=$(cd "$(dirname "$0")/../.." && pwd)
row=$(table | sed -n "s/^$target: *//p")
if [ -z "$row" ]; then
    echo "no target $target; there are: $(table | sed 's/:.*//' | tr '\n' ' ')" >&2
    exit 2
fi
build=${FUZZ_BUILD:-$root/.build-fuzz}/$target
mkdir -p "$build/corpus" "$root/Tests/Fuzz/corpus/$target"

options="-O -wmo -parse-as-library -swift-version 6 -package-name tegu -sanitize=fuzzer,address -I $build
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault
    -enable-upcoming-feature MemberImportVisibility -enable-upcoming-feature NonisolatedNonsendingByDefault"
objects=
libraries=
for item in $row; do
    case $item in
    library=*)
        name=${item#library=}
        options="$options -I $root/Sources/CLibraries/$name"
        ;;
    flag=*)
        libraries="$libraries ${item#flag=}"
        ;;
    *)
        module=$(basename "$item")
        # shellcheck disable=SC2086
        swiftc $options $libraries -c -emit-module -emit-module-path "$build/$module.swiftmodule" -module-name "$module" \
            -o "$build/$module.o" $(find "$root/Sources/$item" -name '*.swift' | sort)
        objects="$objects $build/$module.o"
        ;;
    esac
done
# shellcheck disable=SC2086
swiftc $options $libraries -module-name Fuzz "$root/Tests/Fuzz/${target}Fuzz.swift" $objects -o "$build/fuzz"

# Swift's own backtraces and libFuzzer's handlers wait for each other; what Swift keeps for good once it is made looks like a leak.
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0
cd "$build"
exec ./fuzz -detect_leaks=0 -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -artifact_prefix="$build/" "$@" \
    corpus "$root/Tests/Fuzz/corpus/$target"
