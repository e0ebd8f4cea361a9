# make demo   install what is missing, build, and run the main job on real images
# make test   install what is missing, build, and pass the tests
# make install PREFIX=/usr/local   put the release build under PREFIX

SWIFT ?= swift
PREFIX ?= /usr/local
RELEASE = .build/release/xsarchive

.PHONY: demo test build release install clean deps

demo: build
	scripts/demo.sh .build/debug/xsarchive

test: deps
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build

build: deps
	$(SWIFT) build --product xsarchive

release: deps
	$(SWIFT) build -c release --product xsarchive

install: release
	install -D -m 755 $(RELEASE) $(DESTDIR)$(PREFIX)/bin/xsarchive

deps:
	@scripts/install-deps.sh

clean:
	rm -rf .build demo
