"""Tests reports in a headless Chromium. Usage: report-test.py XSARCHIVE MAKEIMAGES FIXTURES FOLDER

Loads pages of a small, a hostile and a large image, of two images, and of two with a log, and uses
them by keyboard and mouse. Fails if the console has an error, if a page requests anything, or if a
page does not do what is expected. Screenshots stay in FOLDER."""

import os
import struct
import subprocess
import sys

from browser import Browser

PROGRAM, MAKE_IMAGES, FIXTURES, FOLDER = [os.path.abspath(path) for path in sys.argv[1:5]]

HOSTILE = [b"<script>window.bad=1</script>", b"</script><img src=x onerror=window.bad=1>", b"<!--", b"]]>&lt;&#60;", b"\x1b]0;x\x07\xe2\x80\xae\xff",
           b"javascript:window.bad=1", "\u2028\u2029\U0001F600".encode()]
# The text of the visible rows.
ROWS = "[...document.querySelectorAll('.scroller .row')].map(row => row.textContent)"
failures = []


def expect(holds, what):
    print(("ok    " if holds else "FAIL  ") + what, flush=True)
    if not holds:
        failures.append(what)


def report(name, *images, archive=None):
    path = os.path.join(FOLDER, name + ".html")
    options = ["-a", archive] if archive else []
    line = subprocess.run([PROGRAM, "report", *images, "-o", path, "--force", *options], check=True, capture_output=True, text=True).stdout
    print("      " + line.strip().replace(FOLDER + "/", ""))
    return path


def hostile_image(path):
    """A stream of version 1 whose nodes have hostile names and values."""
    def record(kind, body):
        return struct.pack("<II", kind, len(body)) + body + b"\0" * (-len(body) % 8)

    stream = b"xenstore" + struct.pack(">II", 1, 0)
    stream += record(1, struct.pack("<ii", 3, 6))
    stream += record(2, struct.pack("<IHHHHIHHI", 1, 0, 0, 0, 0x7FF4, 5, 0, 0, 0))
    for path_, value in [(b"/", b"")] + [(b"/p%d" % number + text.replace(b"/", b"|"), text) for number, text in enumerate(HOSTILE)]:
        fields = struct.pack("<IIHHHH", 0, 0, len(path_) + 1, len(value), 0, 1) + struct.pack("<BBH", ord("n"), 0, 0)
        stream += record(5, fields + path_ + b"\0" + value)
    with open(path, "wb") as file:
        file.write(stream + record(0, b""))


def import_with_log(archive, fixture):
    """Two images of a series, and the log of the time between them."""
    backend, front = "/local/domain/0/backend/vif/2/0", "/local/domain/2/device/vif/0"
    lines = [("01.000", "A1", "write", f"{backend}/state 2"), ("02.000", "D2", "write", "device/vif/0/state 4"), ("02.500", "A1", "write", f"{backend}/state 4"),
             ("20.000", "A1", "write", f"{backend}/state 5"), ("21.000", "D3", "write", "data/<b>x window.bad=1"), ("22.000", "D3", "error", "EACCES ")]
    lines += [("40.000", "A1", "write", f"{front}/x 1"), ("50.000", "A1", "write", f"{front}/x 1")]
    log = os.path.join(FOLDER, "access.log")
    with open(log, "w") as file:
        file.writelines(f"[20261125T10:00:{time}Z]  {connection:<12} {operation:<9} {data}\n" for time, connection, operation, data in lines)
    for time, name in [("10", "xen-4.17-seq-1.bin"), ("30", "xen-4.17-seq-2.bin")]:
        subprocess.run([PROGRAM, "import", "-q", "-a", archive, "--captured-at", f"2026-11-25T10:00:{time}Z", fixture(name)], check=True, capture_output=True)
    subprocess.run([PROGRAM, "import", "-q", "-a", archive, log], check=True, capture_output=True)


def use_logs(browser):
    browser.value("location.hash = 'tree'")
    browser.settle()
    rows = browser.value("[...document.querySelectorAll('.row.changed')].map(row => row.textContent)")
    expect(any("4 → 5 by domain 0 (A1)" in row for row in rows), "logs: a change says who made it")
    browser.value("location.hash = 'timeline'")
    browser.settle()
    cells = "[...document.querySelectorAll('main tbody tr')].map(row => row.textContent)"
    rows = browser.value(cells)
    expect(len(rows) == 4 and sum("image of this page" in row for row in rows) == 2, "logs: the timeline has the images and what was between them")
    expect(any("<b>x" in row and "EACCES" in row for row in rows), "logs: what a guest wrote is text")
    expect(browser.value("document.querySelectorAll('svg.timeline path').length") == 4, "logs: the line is drawn")
    browser.press("/")
    browser.type("domain:3")
    rows = browser.value(cells)
    expect(len(rows) == 3 and any("data/<b>x" in row for row in rows), "logs: the filter takes a domain")
    browser.value("location.hash = 'devices'")
    browser.settle()
    browser.value("document.querySelector('details summary').click()")
    browser.settle()
    expect(browser.value("document.querySelectorAll('svg.handshake circle').length") == 4, "logs: a handshake is drawn")
    browser.value("document.querySelector('svg.handshake').scrollIntoView()")
    browser.screenshot(os.path.join(FOLDER, "logs-handshake.png"))
    expect(browser.value("window.bad") is None, "logs: nothing has run")


def check_clean(browser, name, path):
    troubles, requests = browser.troubles(), browser.requests()
    expect(troubles == [], f"{name}: no error on the console {troubles or ''}")
    expect(requests == ["file://" + path], f"{name}: nothing is requested besides the page {requests[1:] or ''}")


def visit_all(browser, name):
    for view in browser.value("[...document.querySelectorAll('nav a')].map(link => link.hash.slice(1))"):
        browser.value(f"location.hash = '{view}'")
        browser.settle()
        expect(browser.value("document.querySelector('main').textContent.length > 20"), f"{name}: {view} shows something")
        browser.screenshot(os.path.join(FOLDER, f"{name}-{view}.png"))


def use_tree(browser, name, word, path):
    """Keyboard only: / and a word filter; arrows and Enter move, open and close."""
    browser.value("location.hash = 'tree'")
    browser.settle()
    browser.press("/")
    browser.type(word)
    rows = browser.value(ROWS)
    expect(any(word in row for row in rows), f"{name}: the filter shows what fits")
    expect(all(word in row or row[0] in "▾⋯" for row in rows), f"{name}: and besides it only the way there, and folds")
    browser.press("Escape")
    browser.settle()
    expect(browser.value("document.activeElement.getAttribute('role')") == "tree", f"{name}: Escape leads back to the tree")
    browser.value("document.querySelector('.bar button:last-of-type').click()")
    expect(len(browser.value(ROWS)) <= 4, f"{name}: all can be closed")
    browser.press("ArrowRight")
    opened = browser.value(ROWS)
    expect(len(opened) > 4, f"{name}: the right arrow opens")
    browser.press("ArrowDown")
    expect(browser.value("document.querySelector('.row.active').ariaLevel") == "2", f"{name}: the down arrow moves")
    browser.press("Enter")
    browser.press("Enter")
    expect(browser.value(ROWS) == opened, f"{name}: Enter opens and closes")
    browser.press("ArrowLeft")
    browser.press("ArrowLeft")
    browser.press("ArrowLeft")
    expect(len(browser.value(ROWS)) <= 4, f"{name}: the left arrow leads to the parent and closes it")
    active = browser.value("document.getElementById(document.querySelector('.scroller').getAttribute('aria-activedescendant')).ariaSelected")
    expect(active == "true", f"{name}: the tree names the row that is chosen")
    browser.press("/")
    browser.type(path)
    expect(browser.value("document.querySelector('.status').textContent") != "No node matches", f"{name}: a path is found")
    browser.press("Escape")


def main():
    os.makedirs(FOLDER, exist_ok=True)
    with Browser() as browser:
        fixture = lambda file: os.path.join(FIXTURES, file)
        path = report("small", fixture("xen-4.17-small.bin"))
        browser.open(path)
        visit_all(browser, "small")
        use_tree(browser, "small", "vif", "/local/domain/1/memory")
        check_clean(browser, "small", path)

        hostile_image(os.path.join(FOLDER, "hostile.bin"))
        path = report("hostile", os.path.join(FOLDER, "hostile.bin"))
        browser.open(path)
        visit_all(browser, "hostile")
        browser.value("location.hash = 'tree'")
        browser.settle()
        texts = "\n".join(browser.value(ROWS))
        for text in ["<script>window.bad=1</script>", "</script><img src=x onerror=window.bad=1>", "<!--", "]]>&lt;&#60;", "\\xff", "\\u{202e}", "\\u{2028}"]:
            expect(text in texts, f"hostile: {text} is text")
        expect(browser.value("window.bad") is None, "hostile: nothing has run")
        expect(browser.value("document.querySelectorAll('img, script:not(#data)').length") == 1, "hostile: no element came in")
        check_clean(browser, "hostile", path)

        archive = os.path.join(FOLDER, "series.db")
        if os.path.exists(archive):
            os.remove(archive)
        subprocess.run([PROGRAM, "import", "-a", archive, "--series", "host7", *[fixture(f"xen-4.17-seq-{number}.bin") for number in (1, 2, 3)]], check=True, capture_output=True)
        path = report("diff", "@1", "@2", archive=archive)
        browser.open(path)
        visit_all(browser, "diff")
        browser.value("location.hash = 'tree'")
        browser.settle()
        marks = browser.value("[...document.querySelectorAll('.row.added, .row.removed, .row.changed')].map(row => row.textContent)")
        expect(any(row.startswith("state") and "4 → 5" in row for row in marks), "diff: a changed value is marked, old → new")
        folds = browser.value("document.querySelectorAll('.row.fold').length")
        expect(folds > 5, "diff: what did not change is folded")
        browser.value("document.querySelector('.row.fold').click()")
        expect(browser.value("document.querySelectorAll('.row.fold').length") == folds - 1, "diff: a fold opens")
        browser.value("document.querySelector('.bar input[type=checkbox]').click()")
        expect(browser.value("document.querySelectorAll('.row.fold').length") == 0, "diff: all can be shown")
        check_clean(browser, "diff", path)

        archive = os.path.join(FOLDER, "logs.db")
        if os.path.exists(archive):
            os.remove(archive)
        import_with_log(archive, fixture)
        path = report("logs", "@1", "@2", archive=archive)
        browser.open(path)
        visit_all(browser, "logs")
        use_logs(browser)
        check_clean(browser, "logs", path)

        subprocess.run([MAKE_IMAGES, FOLDER, "1000", "2", "values=0.5", "replace=2"], check=True, stdout=subprocess.DEVNULL)
        path = report("large", os.path.join(FOLDER, "0001.bin"))
        seconds = browser.open(path)
        print(f"      {os.path.getsize(path)} bytes, opened in {seconds:.1f} s")
        visit_all(browser, "large")
        nodes = browser.value("(location.hash = 'tree', new Promise(done => setTimeout(() => done(document.querySelector('.status').textContent), 300)))")
        print("      " + nodes)
        browser.value("document.querySelector('.bar button').click()")
        expect(browser.value("document.querySelectorAll('.scroller .row').length") < 100, "large: only the rows in sight are drawn")
        browser.value("document.querySelector('.scroller').scrollTop = 1e9")
        browser.settle()
        expect("@" in browser.value(ROWS)[-1] or browser.value(ROWS)[-1].strip() != "", "large: the last row can be reached")
        use_tree(browser, "large", "guest-900", "/local/domain/900/memory")
        took = browser.value("(() => { const start = performance.now(); const filter = document.querySelector('.filter'); filter.value = 'state'; "
                             "filter.dispatchEvent(new Event('input')); return new Promise(done => setTimeout(() => done(performance.now() - start - 60), 61)); })()")
        print(f"      a filter over all nodes takes {took:.0f} ms")
        browser.dark(True)
        browser.open(path)
        visit_all(browser, "large-dark")
        check_clean(browser, "large", path)
        browser.value("location.hash = 'overview'")
        browser.settle()
        shade = "getComputedStyle(document.body).backgroundColor"
        dark = browser.value(shade)
        browser.value("document.querySelector('.theme').click()")
        expect(browser.value(shade) != dark, "the switch makes a dark page light")

        path = report("large-diff", os.path.join(FOLDER, "0001.bin"), os.path.join(FOLDER, "0002.bin"))
        seconds = browser.open(path)
        print(f"      {os.path.getsize(path)} bytes, opened in {seconds:.1f} s")
        visit_all(browser, "large-diff")
        check_clean(browser, "large-diff", path)
    print(f"{len(failures)} failures" if failures else "all holds; screenshots in " + FOLDER)
    return 1 if failures else 0


sys.exit(main())
