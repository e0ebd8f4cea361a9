# make demo   install what is missing, build, and run the main job on real images
# make test   install what is missing, build, and pass the tests
# make mutants | fuzz   the long runs: ten thousand damaged streams; the fuzzers
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

.PHONY: demo test build release share install deb check-deb check-datasette documentation examples clean deps mutants fuzz replay-test report-test bench reliability

demo: build
	scripts/demo.sh .build/debug/xsarchive

test: deps
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build

build: deps
	$(SWIFT) build --product xsarchive

# With Swift's runtime in the program, so that it runs where there is no Swift.
release: deps
	$(SWIFT) build -c release --static-swift-stdlib --product xsarchive

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
mutants: release
	$(SWIFT) build -c release --package-path Fuzz --product Mutants
	Fuzz/.build/release/Mutants $(RELEASE) 10000

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
	$(SWIFT) build -c release --package-path Benchmarks --product MakeImages
	mkdir -p $(BENCH_DATA)
	cc -O2 -o $(BENCH_DATA)/floor Benchmarks/peers/floor.c -lsqlite3
	python3 Benchmarks/bench.py $(RELEASE) Benchmarks/.build/release/MakeImages $(BENCH_DATA)/floor $(BENCH_DATA) $(BENCH_OPTIONS)

# The libraries' documentation; a warning is an error.
MODULES = XenstoreStream XenstoreArchive XenstoreAnalysis
documentation: deps
	@mkdir -p .build/documentation
	for module in $(MODULES); do \
	    XSARCHIVE_DOCUMENTATION=1 $(SWIFT) package --allow-writing-to-directory .build/documentation generate-documentation \
	        --target $$module --output-path .build/documentation/$$module --warnings-as-errors || exit 1; \
	done

# The example of how the libraries are used, and what it says of two images.
examples: deps
	$(SWIFT) run --package-path Examples --scratch-path .build-examples CompareImages \
	    Tests/Fixtures/xen-4.17-seq-1.bin Tests/Fixtures/xen-4.17-seq-2.bin

# Pages in a real browser: what they show, by keyboard and mouse, with no error, no request, and no text that becomes more.
report-test: release
	@scripts/install-deps.sh chromium python3
	$(SWIFT) build -c release --package-path Benchmarks --product MakeImages
	python3 scripts/report-test.py $(RELEASE) Benchmarks/.build/release/MakeImages Tests/Fixtures .build/report-test

# A hundred kills of an import of 14 MB and more; then the tests that let every read, write and sync fail in turn.
RELIABILITY_DATA ?= Benchmarks/.data/reliability
RELIABILITY_ROUNDS ?= 100
reliability: release
	$(SWIFT) build -c release --package-path Benchmarks --product MakeImages
	mkdir -p Benchmarks/.data
	python3 scripts/reliability.py $(RELEASE) Benchmarks/.build/release/MakeImages $(RELIABILITY_DATA) $(RELIABILITY_ROUNDS)
	$(SWIFT) build --build-tests
	FAULTS=all $(SWIFT) test --skip-build --filter FaultTests

deps:
	@scripts/install-deps.sh

clean:
	rm -rf .build demo
