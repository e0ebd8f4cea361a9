#!/bin/sh
# Runs one fuzzer. Finds are written to Fuzz/Finds.
# Usage: scripts/fuzz.sh FuzzDecode|FuzzRoundTrip|FuzzArchive [seconds]
set -eu
cd "$(dirname "$0")/../Fuzz"
target=$1
seconds=${2:-60}
# The Swift compiler's default coverage instrumentation is one that libFuzzer no longer reads.
# Every module in this scratch folder is compiled for the fuzzers, so no other build uses it.
swift build -c release --scratch-path ../.build-fuzz --sanitize=fuzzer --sanitize=address -Xswiftc -warnings-as-errors \
    -Xswiftc -sanitize-coverage=edge,inline-8bit-counters,pc-table,trace-cmp --product "$target"

mkdir -p "Corpus/$target" Finds
# Large images are slow and give the fuzzer nothing that small ones do not.
find ../Tests/Fixtures -name '*.bin' -size -8k -exec cp {} "Corpus/$target/" \;
head -c 3000 ../Tests/Fixtures/oxenstored-4.17-small.dump > "Corpus/$target/oxenstored.dump"
head -c 3000 ../Tests/Fixtures/listings/xen-4.17-small.ls-fp.txt > "Corpus/$target/listing.txt"
cp ../Tests/Fixtures/databases/*.db.debug ../Tests/Fixtures/databases/*.tdbdump "Corpus/$target/"
# Ten seconds for one file counts as a hang, a gigabyte as an excessive allocation.
"../.build-fuzz/release/$target" "Corpus/$target" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=1024 \
    -artifact_prefix=Finds/ -print_final_stats=1 -verbosity=1
