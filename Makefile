# make demo      install what is missing, build, and run the main job on real images
# make test      install what is missing, lint, build, and run all tests
# make check     lint, build, and run the quick tests: under a minute after a build
#                (FILTER=QueryHeaderTests runs one suite)
# make lint      check the format of all files, in seconds and without a build
# make packages  build the packages Fuzz, Benchmarks and Examples
# make smoke     short forms of the long runs, a few minutes; CI runs them
# make mutants   the long run of damaged streams, ten thousand (MUTANTS=300 for fewer)
# make fuzz      the fuzzers, half an hour each (FUZZ_SECONDS=1800)
# make replay-test   restore images in real daemons, xenstored and oxenstored of Xen 4.17, and
#                compare (docs/replay.md)
# make access-test   ask the same daemons what domains may do with the nodes of generated images, and
#                compare with `access` (docs/replay.md)
# make capture-test   capture and record the stores of the same daemons while they change
#                (docs/capture.md)
# make log-test   run scripted histories on the same daemons, a hundred of each kind, and compare their
#                logs, and the states that follow from these, with the daemons (docs/logs.md)
# make fleet-test   ask many archives on a real cluster of Spark, and hold every row against SQLite's
#                (docs/fleet.md); installs pyspark and Java
# make fleet-catalog   write what the Python package knows of the queries and views
# make reliability   kills, signals, full disks, several processes at once, and every operation
#                below SQLite failing in turn
# make bench     compare with other ways, on generated images (BENCH_OPTIONS=--large for 1 GB,
#                --many for archives of 10,000 images)
# make bench-check   count the instructions of a list of commands (installs valgrind), and compare
#                with Benchmarks/instructions.tsv; RECORD_INSTRUCTIONS=1 records them
# make report-test   try reports in a headless Chromium (installs it); screenshots are in
#                .build/report-test
# make install   install the release build, its manual pages and completions
#                (PREFIX=/usr/local, DESTDIR=)
# make documentation   the documentation of the libraries
# make examples  a program that uses the libraries
# make check-datasette   try the named queries in the real Datasette
# make deb       make a Debian package in .build/deb; make check-deb tries it

SWIFT ?= swift
PREFIX ?= /usr/local
RELEASE = .build/release/xsarchive

# Warnings are errors in every build here, and so is an import that Package.swift does not declare.
# SwiftPM applies the flag to the packages of this repository only: it builds fetched packages with
# their warnings suppressed. The flag is not in Package.swift for three reasons: `treatAllWarnings`
# requires Swift 6.2, with `unsafeFlags` no package can depend on a version of this one, and both
# make the build fail for users of a newer compiler that has new warnings.
# A plain `swift build` works too, but it recompiles the modules of this repository, because its
# flags differ. To build as make does: swift build $(STRICT).
STRICT = -Xswiftc -warnings-as-errors --explicit-target-dependency-import-check error
BUILD = $(SWIFT) build $(STRICT)
BUILD_RELEASE = $(BUILD) -c release --static-swift-stdlib

# The packages Fuzz, Benchmarks and Examples and the documentation share one scratch directory, so
# that swift-crypto and the modules of this repository are compiled once for all of them. It is not
# .build: SwiftPM caches one build plan per directory and does not notice that the plan is that of
# another package. For the same reason these builds do not use the cache.
SHARED = --scratch-path .build-packages --disable-build-manifest-caching --package-path

.PHONY: demo test check lint build release packages smoke mutants fuzz replay-test access-test capture-test log-test bench \
    bench-check documentation examples report-test reliability share install deb check-deb check-datasette \
    fleet-test fleet-catalog deps clean

demo: build
	scripts/demo.sh .build/debug/xsarchive

lint: deps
	@SWIFT=$(SWIFT) scripts/lint.py

test: lint
	$(BUILD) --build-tests
	$(SWIFT) test --skip-build
	scripts/fleet-test.sh .build/debug/xsarchive --short

# The unit tests, except those that take longest (by `swift test --no-parallel`): damaged streams,
# failing disks and the largest property tests.
FILTER = HouseRulesTests|XenstoreStreamTests|XenstoreClientTests|XenstoreArchiveTests|XenstoreAnalysisTests
SLOW = [Mm]utant|FaultTests|ComeOutAsTheirFieldsGive|anyOrderOfImportsAndRemovals$\
    |everyFormatGoesThrough|renumberingKeepsEveryImage|longSuccessionsComeOut$\
    |viewsOfGeneratedImages|DifferAsThePlainComparisonSays
check: lint
	$(BUILD) --build-tests
	$(SWIFT) test --skip-build --filter '$(FILTER)' $(if $(filter file,$(origin FILTER)),--skip '$(SLOW)')

build: deps
	$(BUILD) --product xsarchive

# With Swift's runtime in the program, so that it runs where there is no Swift.
release: deps
	$(BUILD_RELEASE) --product xsarchive

# Everything that `make test` does not build. A fuzzer has no main function without libFuzzer, so
# its target is compiled but not linked.
packages: deps
	for target in FuzzDecode FuzzRoundTrip FuzzArchive; do $(BUILD) $(SHARED) Fuzz --target $$target || exit 1; done
	$(BUILD) $(SHARED) Fuzz --product Mutants
	$(BUILD) $(SHARED) Benchmarks
	$(BUILD) $(SHARED) Examples

# Short forms of the long runs, in debug builds: damaged streams, generated images, the example, and
# the fuzzer that builds fastest.
smoke: build packages examples
	.build-packages/debug/Mutants .build/debug/xsarchive 300
	rm -rf .build-packages/smoke && mkdir .build-packages/smoke
	.build-packages/debug/MakeImages .build-packages/smoke/images 5 3 values=1 replace=2
	.build/debug/xsarchive import -a .build-packages/smoke/images.db .build-packages/smoke/images
	.build/debug/xsarchive verify -a .build-packages/smoke/images.db
	scripts/fuzz.sh FuzzRoundTrip 20

# Manual pages and completions, made from the program's own help.
SHARE = .build/share
share: release
	packaging/share.sh $(RELEASE) $(SHARE)

install: share
	DESTDIR=$(DESTDIR) packaging/install.sh $(RELEASE) $(SHARE) $(PREFIX)

deb: share
	packaging/deb.sh $(RELEASE) $(SHARE) .build/deb

check-deb: deb
	packaging/check-deb.sh .build/deb

# Datasette from PyPI, in an environment of its own, shows every named query and table of an archive
# of the real images.
check-datasette: build
	python3 packaging/check_datasette.py .build/debug/xsarchive .build/datasette

# Ten thousand damaged streams through the program itself.
MUTANTS ?= 10000
mutants: release
	$(BUILD_RELEASE) $(SHARED) Fuzz --product Mutants
	.build-packages/release/Mutants $(RELEASE) $(MUTANTS)

# The coverage-guided fuzzers, FUZZ_SECONDS each.
FUZZ_SECONDS ?= 1800
fuzz: deps
	for target in FuzzDecode FuzzRoundTrip FuzzArchive; do scripts/fuzz.sh $$target $(FUZZ_SECONDS) || exit 1; done

# REPLAY_OPTIONS=--short: two images only, as in `make test`.
replay-test: build
	scripts/install-deps.sh replay
	Replay/run.sh .build/debug/xsarchive $(REPLAY_OPTIONS)

# ACCESS_OPTIONS=--short: one small image, as in `make test`.
access-test: build
	scripts/install-deps.sh replay
	Replay/run.sh .build/debug/xsarchive --access $(ACCESS_OPTIONS)

# CAPTURE_OPTIONS=--short: a small store and few captures, as in `make test`.
capture-test: build
	scripts/install-deps.sh replay
	Replay/run.sh .build/debug/xsarchive --capture $(CAPTURE_OPTIONS)
	Replay/run.sh .build/debug/xsarchive --record $(CAPTURE_OPTIONS)

# LOG_OPTIONS=--short: few histories, as in `make test`.
log-test: build
	scripts/install-deps.sh replay
	Replay/run.sh .build/debug/xsarchive --logs $(LOG_OPTIONS)
	Replay/run.sh .build/debug/xsarchive --moments $(LOG_OPTIONS)

# The Python package of fleet/: its tests, then a master and two workers on the loopback address.
fleet-test: build
	$(BUILD) $(SHARED) Benchmarks --product MakeImages
	scripts/fleet-test.sh .build/debug/xsarchive .build-packages/debug/MakeImages .build/fleet/test

# After a change of a query or a view; a test compares.
fleet-catalog: build
	python3 fleet/make_catalog.py .build/debug/xsarchive

# Some 6 GB of images and archives under Benchmarks/.data, with --large 11 GB.
# BENCH_OPTIONS=--only=commands measures one section.
BENCH_DATA ?= Benchmarks/.data
bench: release
	$(BUILD_RELEASE) $(SHARED) Benchmarks --product MakeImages
	mkdir -p $(BENCH_DATA)
	cc -O2 -o $(BENCH_DATA)/floor Benchmarks/peers/floor.c -lsqlite3
	python3 Benchmarks/bench.py $(RELEASE) .build-packages/release/MakeImages $(BENCH_DATA)/floor $(BENCH_DATA) $(BENCH_OPTIONS)

# The debug build of MakeImages, which `make packages` makes, writes the same images.
bench-check: release
	@scripts/install-deps.sh valgrind python3
	$(BUILD) $(SHARED) Benchmarks --product MakeImages
	@SWIFT=$(SWIFT) python3 Benchmarks/instructions.py $(RELEASE) .build-packages/debug/MakeImages .build/bench-check

# The documentation of the libraries; warnings are errors.
MODULES = XenstoreStream XenstoreClient XenstoreArchive XenstoreAnalysis
DOCUMENTATION = .build/documentation
documentation: deps
	@mkdir -p $(DOCUMENTATION)
	for module in $(MODULES); do \
	    XSARCHIVE_DOCUMENTATION=1 $(SWIFT) package $(STRICT) $(SHARED) . --allow-writing-to-directory $(DOCUMENTATION) \
	        generate-documentation --target $$module --output-path $(DOCUMENTATION)/$$module --warnings-as-errors || exit 1; \
	done

# The example of how the libraries are used, and what it says of two images.
examples: deps
	$(SWIFT) run $(STRICT) $(SHARED) Examples CompareImages \
	    Tests/Fixtures/xen-4.17-seq-1.bin Tests/Fixtures/xen-4.17-seq-2.bin

# Pages in a real browser: what they show, by keyboard and mouse, without errors and requests, and
# without text that takes effect as markup.
report-test: release
	@scripts/install-deps.sh chromium python3
	$(BUILD_RELEASE) $(SHARED) Benchmarks --product MakeImages
	python3 scripts/report-test.py $(RELEASE) .build-packages/release/MakeImages Tests/Fixtures .build/report-test

# A hundred kills of an import of 14 MB and more; then the tests in which every read, write and sync
# fails in turn.
RELIABILITY_DATA ?= Benchmarks/.data/reliability
RELIABILITY_ROUNDS ?= 100
reliability: release
	$(BUILD_RELEASE) $(SHARED) Benchmarks --product MakeImages
	mkdir -p Benchmarks/.data
	python3 scripts/reliability.py $(RELEASE) .build-packages/release/MakeImages $(RELIABILITY_DATA) $(RELIABILITY_ROUNDS)
	$(BUILD) --build-tests
	FAULTS=all $(SWIFT) test --skip-build --filter FaultTests

deps:
	@scripts/install-deps.sh

clean:
	rm -rf .build .build-* demo
