# make demo   install what is missing, build, and run the main job on real images
# make test   install what is missing, check how files are written, build, and pass the tests
# make check   the fast lane: the same with the unit tests only; make check FILTER=QueryHeaderTests runs one suite
# make lint   check how files are written (.swift-format, .editorconfig), in seconds and without a build
# make packages   build the packages beside this one: Fuzz, Benchmarks, Examples
# make smoke   a few minutes of what the long runs do
# make mutants | fuzz   the long runs: ten thousand damaged streams (MUTANTS=300 for fewer); the fuzzers
# make replay-test   restore images in real daemons, xenstored and oxenstored of Xen 4.17, and compare (docs/replay.md)
# make reliability   kills, signals, full disks, several at once, and every operation below SQLite failing in turn
# make bench   measure against other ways, on images of its own making (BENCH_OPTIONS=--large for one of 1 GB)
# make report-test   try reports in a headless Chromium (installs it), with screenshots in .build/report-test
# make install PREFIX=/usr/local   put the release build, its manual pages and completions under PREFIX (below DESTDIR)
# make documentation | examples   the libraries: their documentation, and a program that uses them
# make check-datasette   try the named queries in the real Datasette
# make deb   make a Debian package in .build/deb; make check-deb tries it

SWIFT ?= swift
PREFIX ?= /usr/local
RELEASE = .build/release/xsarchive

# Every build here takes a warning for an error, and an import that Package.swift does not declare as well. The flags stand
# here and not in Package.swift: `treatAllWarnings` there needs Swift 6.2, `unsafeFlags` bars the package from being
# depended on by version, and either would fail the build of somebody with a newer compiler and its new warnings.
# SwiftPM gives the flag to this repository's packages only; what it fetches is built with its warnings suppressed.
# A plain `swift build` works too, but with other flags: it compiles the project's own modules anew.
STRICT = -Xswiftc -warnings-as-errors --explicit-target-dependency-import-check error
BUILD = $(SWIFT) build $(STRICT)
BUILD_RELEASE = $(BUILD) -c release --static-swift-stdlib

# The packages beside this one share a folder, so that swift-crypto, which takes minutes, and this project's own modules are
# compiled once for all of them. Not .build: SwiftPM keeps one plan per folder and would take that of another package for
# its own, which is also why these builds plan anew each time.
BESIDE = --scratch-path .build-packages --disable-build-manifest-caching --package-path

.PHONY: demo test check lint packages smoke build release share install deb check-deb check-datasette documentation examples clean deps mutants fuzz replay-test report-test bench reliability

demo: build
	scripts/demo.sh .build/debug/xsarchive

lint: deps
	@SWIFT=$(SWIFT) scripts/lint.py

test: lint
	$(BUILD) --build-tests
	$(SWIFT) test --skip-build

# The unit tests of format, archive and analysis, without those that take longest (by `swift test --no-parallel`): damaged
# streams, failing disks, and the largest of the property tests. Under a minute on two cores once built.
FILTER = XenstoreStreamTests|XenstoreArchiveTests|XenstoreAnalysisTests
SLOW = [Mm]utant|FaultTests|ComeOutAsTheirFieldsGive|anyOrderOfImportsAndRemovals|everyFormatGoesThrough|renumberingKeepsEveryImage|longSuccessionsComeOut
check: lint
	$(BUILD) --build-tests
	$(SWIFT) test --skip-build --filter '$(FILTER)' $(if $(filter file,$(origin FILTER)),--skip '$(SLOW)')

build: deps
	$(BUILD) --product xsarchive

# With Swift's runtime in the program, so that it runs where there is no Swift.
release: deps
	$(BUILD_RELEASE) --product xsarchive

# All that `make test` does not build. A fuzzer has no main of its own, so its target is compiled and not linked.
packages: deps
	for target in FuzzDecode FuzzRoundTrip FuzzArchive; do $(BUILD) $(BESIDE) Fuzz --target $$target || exit 1; done
	$(BUILD) $(BESIDE) Fuzz --product Mutants
	$(BUILD) $(BESIDE) Benchmarks
	$(BUILD) $(BESIDE) Examples

# The long runs in short, with the programs that are there after `make test`: some hundred damaged streams, images of a host
# that does not exist, the example, and the quickest of the fuzzers.
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

# Datasette from PyPI, in an environment of its own, shows every named query and table of an archive of the real images.
check-datasette: build
	python3 packaging/check_datasette.py .build/debug/xsarchive .build/datasette

# Ten thousand damaged streams through the program itself.
MUTANTS ?= 10000
mutants: release
	$(BUILD_RELEASE) $(BESIDE) Fuzz --product Mutants
	.build-packages/release/Mutants $(RELEASE) $(MUTANTS)

# The coverage-guided fuzzers, FUZZ_SECONDS each.
FUZZ_SECONDS ?= 1800
fuzz: deps
	for target in FuzzDecode FuzzRoundTrip FuzzArchive; do scripts/fuzz.sh $$target $(FUZZ_SECONDS) || exit 1; done

# REPLAY_OPTIONS=--short: two images only, as in `make test`.
replay-test: build
	scripts/install-deps.sh replay
	Replay/run.sh .build/debug/xsarchive $(REPLAY_OPTIONS)

# Some 6 GB of images and archives under Benchmarks/.data, with --large 11 GB.
BENCH_DATA ?= Benchmarks/.data
bench: release
	$(BUILD_RELEASE) $(BESIDE) Benchmarks --product MakeImages
	mkdir -p $(BENCH_DATA)
	cc -O2 -o $(BENCH_DATA)/floor Benchmarks/peers/floor.c -lsqlite3
	python3 Benchmarks/bench.py $(RELEASE) .build-packages/release/MakeImages $(BENCH_DATA)/floor $(BENCH_DATA) $(BENCH_OPTIONS)

# The libraries' documentation; a warning is an error. In the other packages' folder, so that .build keeps its modules.
MODULES = XenstoreStream XenstoreArchive XenstoreAnalysis
DOCUMENTATION = .build/documentation
documentation: deps
	@mkdir -p $(DOCUMENTATION)
	for module in $(MODULES); do \
	    XSARCHIVE_DOCUMENTATION=1 $(SWIFT) package $(STRICT) $(BESIDE) . --allow-writing-to-directory $(DOCUMENTATION) \
	        generate-documentation --target $$module --output-path $(DOCUMENTATION)/$$module --warnings-as-errors || exit 1; \
	done

# The example of how the libraries are used, and what it says of two images.
examples: deps
	$(SWIFT) run $(STRICT) $(BESIDE) Examples CompareImages \
	    Tests/Fixtures/xen-4.17-seq-1.bin Tests/Fixtures/xen-4.17-seq-2.bin

# Pages in a real browser: what they show, by keyboard and mouse, with no error, no request, and no text that becomes more.
report-test: release
	@scripts/install-deps.sh chromium python3
	$(BUILD_RELEASE) $(BESIDE) Benchmarks --product MakeImages
	python3 scripts/report-test.py $(RELEASE) .build-packages/release/MakeImages Tests/Fixtures .build/report-test

# A hundred kills of an import of 14 MB and more; then the tests that let every read, write and sync fail in turn.
RELIABILITY_DATA ?= Benchmarks/.data/reliability
RELIABILITY_ROUNDS ?= 100
reliability: release
	$(BUILD_RELEASE) $(BESIDE) Benchmarks --product MakeImages
	mkdir -p Benchmarks/.data
	python3 scripts/reliability.py $(RELEASE) .build-packages/release/MakeImages $(RELIABILITY_DATA) $(RELIABILITY_ROUNDS)
	$(BUILD) --build-tests
	FAULTS=all $(SWIFT) test --skip-build --filter FaultTests

deps:
	@scripts/install-deps.sh

clean:
	rm -rf .build .build-* demo
