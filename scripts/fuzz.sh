#!/bin/sh
# Runs one fuzzer: scripts/fuzz.sh FuzzDecode|FuzzRoundTrip|FuzzArchive [seconds]. A find is written to Fuzz/Finds.
set -eu
cd "$(dirname "$0")/../Fuzz"
target=$1
seconds=${2:-60}
# The Swift compiler's own choice of coverage is one that libFuzzer no longer reads.
# A folder of its own: all that it holds is compiled for the fuzzer.
swift build -c release --scratch-path ../.build-fuzz --sanitize=fuzzer --sanitize=address -Xswiftc -warnings-as-errors \
    -Xswiftc -sanitize-coverage=edge,inline-8bit-counters,pc-table,trace-cmp --product "$target"

mkdir -p "Corpus/$target" Finds
# Large images are slow and teach a fuzzer nothing that small ones do not.
find ../Tests/Fixtures -name '*.bin' -size -8k -exec cp {} "Corpus/$target/" \;
head -c 3000 ../Tests/Fixtures/oxenstored-4.17-small.dump > "Corpus/$target/oxenstored.dump"
head -c 3000 ../Tests/Fixtures/listings/xen-4.17-small.ls-fp.txt > "Corpus/$target/listing.txt"
# Ten seconds for one file is a hang, a gigabyte is an allocation out of proportion.
"../.build-fuzz/release/$target" "Corpus/$target" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=1024 \
    -artifact_prefix=Finds/ -print_final_stats=1 -verbosity=1
