"""Tries to break archives with the real program: kills, signals, full disks, concurrent processes.

Usage: reliability.py PROGRAM MAKE_IMAGES FOLDER [ROUNDS]

Prints each attempt and its result, one line each, as in docs/reliability.md. The first failure ends
the script with status 1. ROUNDS (default 100) is the number of times an import is killed. The seed
of all random numbers is 7.
"""

import filecmp
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time

PROGRAM, MAKE_IMAGES, FOLDER = (os.path.abspath(path) for path in sys.argv[1:4])
ROUNDS = int(sys.argv[4]) if len(sys.argv) > 4 else 100
random.seed(7)


def fail(text):
    sys.exit(f"does not hold: {text}")


def run(*arguments, **options):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, **options)


def expect(outcome, what, status=0):
    if outcome.returncode != status or (status == 2 and len(outcome.stderr.splitlines()) != 1):
        fail(f"{what}: status {outcome.returncode}, {outcome.stderr}")


def clean(*kept):
    for name in os.listdir("."):
        if name not in kept:
            os.unlink(name)


def seconds(*arguments):
    start = time.monotonic()
    expect(run(*arguments), " ".join(arguments))
    return time.monotonic() - start


def interrupt(number, duration, *arguments):
    """Runs the program and sends it a signal at a random moment; returns whether it was in time."""
    process = subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(random.random() * duration)
    process.send_signal(number)
    return process.wait() == -number


def expect_whole(what, images):
    expect(run("verify"), f"{what}: verify")
    for image, file in images.items():
        expect(run("export", image, "-o", "back"), f"{what}: export")
        if not filecmp.cmp("back", file, shallow=False):
            fail(f"{what}: {image} is not what it was")
        os.unlink("back")


FILES = ("0001.bin", "0002.bin", "0003.bin", "before.db", "two.db")


def interruptions(number, name, rounds, prepare, work, again, images, what):
    """Sends a signal in each round, checks what is left, and runs the same command again."""
    prepare()
    duration = seconds(*work)
    hit = journals = partial = 0
    for _ in range(rounds):
        prepare()
        if interrupt(number, duration, *work):
            hit += 1
        left = [entry for entry in os.listdir(".") if entry not in FILES + ("xsarchive.db", "out.bin", "xsarchive.db-journal")]
        if [entry for entry in left if ".partial-" not in entry]:
            fail(f"{what}: {left} is left")
        partial += len(left)
        journals += os.path.exists("xsarchive.db-journal")
        if os.path.exists("out.bin") and not filecmp.cmp("out.bin", "0002.bin", shallow=False):
            fail(f"{what}: out.bin is there and not complete")
        expect_whole(what, images)
        expect(run(*again), f"{what}: again")
        expect(run("verify"), f"{what}: verify after it was repeated")
    print(f"{what}: {rounds} times {name}, {hit} of them before its end ({duration:.2f} s), {journals} left a journal, {partial} a file named .partial-: whole each time, and done when repeated", flush=True)


def restore():
    clean(*FILES)
    shutil.copy("before.db", "xsarchive.db")


def limits():
    """Imports under a limit on file sizes, from the archive's size up to what the import needs."""
    restore()
    before = os.path.getsize("xsarchive.db")
    expect(run("import", "0003.bin", "--series", "other"), "import")
    after = os.path.getsize("xsarchive.db")
    refused = done = 0
    for number in range(60):
        restore()
        limit = before + (after - before + (1 << 20)) * number // 59
        outcome = run(
            "import", "0003.bin", "--series", "other",
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        if outcome.returncode == 0:
            done += 1
        else:
            expect(outcome, f"import with {limit} bytes", 2)
            refused += 1
            if not filecmp.cmp("xsarchive.db", "before.db", shallow=False) or os.path.exists("xsarchive.db-journal"):
                fail(f"import with {limit} bytes: the archive is not as it was")
        expect_whole("size limit", {"@1": "0001.bin"})
    print(f"import under a limit on the size of files: {refused} of 60 limits too small, the archive byte for byte as it was; {done} enough", flush=True)


def full_disk():
    """Imports and exports on small in-memory disks."""
    if os.geteuid() != 0:
        print("full disk: not tried, only root may mount one", flush=True)
        return
    size = os.path.getsize("before.db")
    refused = done = exports = 0
    os.makedirs("disk", exist_ok=True)
    try:
        for number in range(20):
            room = size + 4096 * 40 + size * number // 10
            mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", "disk"], capture_output=True, text=True)
            if mounted.returncode != 0:
                print(f"full disk: not tried, {mounted.stderr.strip()}", flush=True)
                return
            try:
                shutil.copy("before.db", "disk/xsarchive.db")
                outcome = run("import", "-a", "disk/xsarchive.db", "0003.bin", "--series", "other")
                if outcome.returncode == 0:
                    done += 1
                else:
                    expect(outcome, "import on a full disk", 2)
                    refused += 1
                    if not filecmp.cmp("disk/xsarchive.db", "before.db", shallow=False):
                        fail("import on a full disk: the archive is not as it was")
                expect(run("verify", "-a", "disk/xsarchive.db"), "verify on a full disk")
                outcome = run("export", "-a", "disk/xsarchive.db", "@1", "-o", "disk/out.bin")
                if outcome.returncode == 2:
                    expect(outcome, "export on a full disk", 2)
                    exports += 1
                    if os.listdir("disk") != ["xsarchive.db"]:
                        fail(f"export on a full disk: {os.listdir('disk')} is left")
            finally:
                subprocess.run(["umount", "disk"], check=True)
    finally:
        os.rmdir("disk")
    print(f"full disk (tmpfs of 20 sizes): {refused} imports refused, {done} done, {exports} exports refused: the archive whole, nothing else left", flush=True)


def several():
    """Runs imports and readers at the same time."""
    clean(*FILES)
    readers = imports = 0
    for round_ in range(5):
        running = [
            subprocess.Popen([PROGRAM, "import", file, "--series", f"{round_}-{index}"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            for index, file in enumerate(["0001.bin", "0002.bin", "0003.bin"])
        ]
        while any(process.poll() is None for process in running):
            if os.path.exists("xsarchive.db") and round_ > 0:
                expect(run("export", "@1", "-o", "back", "--force"), "export during imports")
                expect(run("images"), "images during imports")
                readers += 2
            time.sleep(0.01)
        for process in running:
            notes = [line for line in process.stderr.read().splitlines() if "waiting for another process" not in line]
            if process.returncode != 0 or notes:
                fail(f"import beside others: status {process.returncode}, {notes}")
            imports += 1
    expect(run("verify"), "verify after imports at once")
    print(f"{imports} imports, three at once, and {readers} reading commands beside them: all done, the archive whole", flush=True)
    # A writer that never finishes: waiting has a limit.
    holder = subprocess.Popen(["sqlite3", "xsarchive.db"], stdin=subprocess.PIPE, text=True)
    holder.stdin.write("BEGIN EXCLUSIVE;\n")
    holder.stdin.flush()
    time.sleep(0.5)
    for command in (["import", "0001.bin", "--series", "late"], ["images"]):
        start = time.monotonic()
        outcome = run(*command, "--wait", "2")
        waited = time.monotonic() - start
        if outcome.returncode != 2 or "another process has held the archive for 2 seconds" not in outcome.stderr or "locked" in outcome.stderr:
            fail(f"{command[0]} while another holds the archive: {outcome.stderr}")
        print(f"{command[0]} while another process holds the archive, --wait 2: gives up after {waited:.1f} s and says so", flush=True)
    holder.kill()
    holder.wait()


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    os.chdir(FOLDER)
    subprocess.run([MAKE_IMAGES, ".", "1000", "3", "values=2", "replace=1", "guests=20", "extra=40"], check=True)
    size = os.path.getsize("0001.bin")
    expect(run("import", "0001.bin"), "import")
    os.rename("xsarchive.db", "before.db")
    print(f"images of {size} bytes, archive of {os.path.getsize('before.db')} bytes", flush=True)
    few = max(1, ROUNDS // 10)
    old = {"@1": "0001.bin"}
    new_series = ["import", "0002.bin", "--series", "other", "--name", "other"]
    interruptions(signal.SIGKILL, "SIGKILL", ROUNDS, restore, ["import", "0002.bin"], ["import", "0002.bin"], old, "import")
    interruptions(signal.SIGTERM, "SIGTERM", few, restore, new_series, new_series, old, "import")
    interruptions(signal.SIGINT, "SIGINT", few, restore, ["import", "0002.bin"], ["import", "0002.bin"], old, "import")

    def two():
        restore()
        shutil.copy("two.db", "xsarchive.db")

    restore()
    expect(run("import", "0002.bin"), "import")
    shutil.copy("xsarchive.db", "two.db")
    export = ["export", "@2", "-o", "out.bin", "--force"]
    for number, name in ((signal.SIGKILL, "SIGKILL"), (signal.SIGTERM, "SIGTERM")):
        interruptions(number, name, few, two, export, export, old, "export")
    interruptions(signal.SIGKILL, "SIGKILL", few, two, ["remove", "@1"], ["remove", "@1"], {"@2": "0002.bin"}, "remove")
    limits()
    full_disk()
    several()
    os.chdir("/")
    shutil.rmtree(FOLDER)


main()
