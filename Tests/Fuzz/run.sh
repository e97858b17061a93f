#!/bin/sh
# Builds a fuzz target and runs it: Tests/Fuzz/run.sh TARGET SECONDS [libFuzzer options]
#
# A target is a row of the table below and a file TARGETFuzz.swift with the entry point. The modules it names are compiled one
# by one, in their order, each with coverage, and linked to it. What it starts from is Tests/Fuzz/corpus/TARGET; what it finds
# on the way stays in the build folder, and an input that crashes it is written there too, named in the last lines.
set -eu

# target: modules by their folder in Sources, lowest first; library=NAME for a module map in Sources/CLibraries; flag=OPTION
# for what the compiler needs beside it (flag=-I/usr/include/libxml2 flag=-lxml2); FOLDER:FILE,FILE for a few files of a module;
# build=MODULE for a module of another package that `swift build` makes first, in .build/debug; package=MODULE,MODULE for what of
# it is linked.
table() {
    cat <<'TABLE'
ICalendar: library=CGlibc library=CICU flag=-licui18n flag=-licuuc Formats/Bytes Formats/ContentLines Formats/CivilTime Formats/ICalendar
JCal: library=CGlibc library=CICU flag=-licui18n flag=-licuuc Formats/Bytes Formats/ContentLines Formats/CivilTime Formats/ICalendar
Recurrence: library=CGlibc library=CICU flag=-licui18n flag=-licuuc Formats/Bytes Formats/ContentLines Formats/CivilTime Formats/ICalendar
RecurrenceSet: library=CGlibc library=CICU flag=-licui18n flag=-licuuc Formats/Bytes Formats/ContentLines Formats/CivilTime Formats/ICalendar
VTimeZone: library=CGlibc library=CICU flag=-licui18n flag=-licuuc Formats/Bytes Formats/ContentLines Formats/CivilTime Formats/ICalendar
TZif: library=CGlibc Formats/Bytes Formats/CivilTime
VCard: library=CGlibc library=CICU flag=-licui18n flag=-licuuc Formats/Bytes Formats/ContentLines Formats/VCard
JCard: library=CGlibc library=CICU flag=-licui18n flag=-licuuc Formats/Bytes Formats/ContentLines Formats/VCard
Filter: library=CGlibc library=CICU flag=-licui18n flag=-licuuc Formats/Bytes Formats/ContentLines Formats/CivilTime Formats/ICalendar Formats/VCard
IMAP: library=CGlibc Formats/Bytes Formats/IMAPGrammar
MIME: library=CGlibc library=CICU flag=-licui18n flag=-licuuc Formats/Bytes Formats/ContentLines Formats/CivilTime Formats/MIME
SASL: library=CGlibc library=COpenSSL flag=-lcrypto library=CICU flag=-licui18n flag=-licuuc Formats/Bytes Formats/Cryptography Formats/SASL
Stemming: library=CGlibc library=CICU flag=-licui18n flag=-licuuc library=CStemmer flag=-lstemmer Formats/Bytes Formats/ContentLines Formats/Grams Formats/Stemming
SMTP: library=CGlibc library=CICU flag=-licuuc Formats/Bytes Formats/SMTPGrammar
XML: library=CGlibc library=CLibXML2 flag=-I/usr/include/libxml2 flag=-lxml2 Formats/Bytes Formats/XML
HTTP1: library=CGlibc build=NIOCore package=NIOCore,NIOConcurrencyHelpers,_NIODataStructures,_NIOBase64,CNIOAtomics,CNIOLinux,CNIOOpenBSD,CNIOFreeBSD,CNIODarwin,CNIOWindows,CNIOWASI,DequeModule,InternalCollectionsUtilities,ContainersPreview,Atomics,_AtomicsShims Formats/Bytes Network/HTTPServer:HTTP1Decoder.swift,HTTP1Head.swift,HTTPRequest.swift
DAVHeaders: library=CGlibc library=CICU flag=-licui18n flag=-licuuc Formats/Bytes Formats/ContentLines library=CLibXML2 flag=-I/usr/include/libxml2 flag=-lxml2 Formats/XML Formats/CivilTime Formats/ICalendar Formats/VCard Formats/DAVGrammar
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

options="-O -wmo -parse-as-library -swift-version 6 -package-name tegu -sanitize=fuzzer,address -enable-testing -I $build
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault
    -enable-upcoming-feature MemberImportVisibility -enable-upcoming-feature NonisolatedNonsendingByDefault"
objects=
archives=
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
    build=*)
        (cd "$root" && swift build --target "${item#build=}")
        ;;
    package=*)
        debug=$root/.build/debug
        options="$options -I $debug/Modules"
        for name in $(echo "${item#package=}" | tr , ' '); do
            map=$debug/$name.build/module.modulemap
            [ -e "$map" ] || map=$(find "$root/.build/checkouts" -path "*/$name/include/module.modulemap" | head -n 1)
            if [ -n "$map" ]; then options="$options -Xcc -fmodule-map-file=$map"; fi
            rm -f "$build/$name.a"
            # Names of files have spaces there.
            find "$debug/" -path "*/$name.build/*.o" -print0 | xargs -0 -r ar rcs "$build/$name.a"
            if [ -e "$build/$name.a" ]; then archives="$archives $build/$name.a"; fi
        done
        ;;
    *)
        folder=${item%%:*}
        files=$(find "$root/Sources/$folder" -name '*.swift' | sort)
        if [ "$folder" != "$item" ]; then
            files=$(echo "${item#*:}" | tr , '\n' | sed "s|^|$root/Sources/$folder/|")
        fi
        module=$(basename "$folder")
        # shellcheck disable=SC2086
        swiftc $options $libraries -c -emit-module -emit-module-path "$build/$module.swiftmodule" -module-name "$module" \
            -o "$build/$module.o" $files
        objects="$objects $build/$module.o"
        ;;
    esac
done
# shellcheck disable=SC2086
swiftc $options $libraries -module-name Fuzz "$root/Tests/Fuzz/${target}Fuzz.swift" $objects $archives -o "$build/fuzz"

# Swift's own backtraces and libFuzzer's handlers wait for each other; what Swift keeps for good once it is made looks like a leak.
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0
cd "$build"
exec ./fuzz -detect_leaks=0 -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -artifact_prefix="$build/" "$@" \
    corpus "$root/Tests/Fuzz/corpus/$target"
