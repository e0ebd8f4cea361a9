"""Counts the instructions of a fixed list of commands and compares them with instructions.tsv.

Usage: instructions.py PROGRAM MAKE_IMAGES FOLDER. Unlike a time, the count is the same on a busy
machine: two runs differ by less than 0.2 %. Valgrind's callgrind counts, all threads together.

A command that takes over 5 % more instructions than recorded is a failure, exit status 1. One that
takes over 5 % less gets a hint to record it. A command without a recorded count is recorded, and
that is a failure, too, so that somebody looks at it. RECORD_INSTRUCTIONS=1 records all.

The compiler, SQLite, the C library, Valgrind and the kind of processor change the counts. If one of
them is not the recorded one, one line says so, and no count is a failure.
"""
import os
import platform
import re
import shutil
import subprocess
import sys

PROGRAM, MAKE_IMAGES = (os.path.abspath(path) for path in sys.argv[1:3])
FOLDER = sys.argv[3]
TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "instructions.tsv")
SWIFT = os.environ.get("SWIFT", "swift")
RECORD = os.environ.get("RECORD_INSTRUCTIONS") == "1"
TOLERANCE = 0.05

# Nothing else of the environment reaches the program, and all paths are relative to FOLDER.
ENVIRONMENT = {
    "PATH": os.environ["PATH"], "HOME": ".", "TMPDIR": ".", "TZ": "UTC", "LC_ALL": "C",
    "SWIFT_DETERMINISTIC_HASHING": "1", "XSARCHIVE": "pair.db",
}
# More than the 2 MiB up to which `show` checks an image, too.
GUESTS = "125"
PATH = "/local/domain/5/device/vif/0/state"
# In this order: the imports make the archive that the others ask.
COMMANDS = [
    ("version", ["--version"]),
    ("import, first image", ["import", "images/0001.bin"]),
    ("import, second image", ["import", "images/0002.bin"]),
    ("cat", ["cat", "@2", PATH]),
    ("ls PATH", ["ls", "@2", "/local/domain/5"]),
    ("log PATH", ["log", PATH]),
    ("access PATH", ["access", "@2", "--domain", "5", PATH]),
    ("show", ["show", "@2"]),
    ("domains", ["domains", "@2"]),
    ("check", ["check", "@2"]),
    ("dump, text", ["dump", "images/0002.bin"]),
    ("dump, jsonl", ["dump", "images/0002.bin", "--format", "jsonl"]),
    ("verify", ["verify"]),
    ("diff, files", ["diff", "images/0001.bin", "images/0002.bin"]),
    ("diff, archived", ["diff", "@1", "@2"]),
    ("export", ["export", "@2", "-o", "export.bin"]),
    ("rebuild", ["rebuild", "@2", "-o", "rebuild.bin"]),
    ("query wide_dirs", ["query", "wide_dirs", "-i", "@2"]),
]


def count(arguments):
    """The number of instructions that the program takes with these arguments."""
    process = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "./program", *arguments],
        cwd=FOLDER, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
    )
    # A diff and a check end with 1 if they find something.
    collected = re.search(r"Collected : (\d+)", process.stderr)
    if process.returncode not in (0, 1) or not collected:
        sys.exit(f"xsarchive {' '.join(arguments)}: exit status {process.returncode}\n{process.stderr}")
    return int(collected[1])


def output(*command):
    """What a command prints, without a newline."""
    return subprocess.run(command, cwd=FOLDER, env=ENVIRONMENT, capture_output=True, text=True, check=True).stdout.strip()


def versions():
    """What the counts depend on in addition to this repository."""
    swift = re.search(r"Swift version (\S+)", output(SWIFT, "--version"))
    # Libraries choose their code by this; Valgrind knows nothing newer.
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        avx2 = re.search(r"^flags\b.*\bavx2\b", file.read(), re.MULTILINE)
    return {
        "machine": platform.machine() + (" with AVX2" if avx2 else ""),
        "swift": swift[1] if swift else "unknown",
        "libsqlite3": output("./program", "sql", "SELECT sqlite_version() AS version", "--format", "csv").split()[-1],
        "libc": " ".join(platform.libc_ver()),
        "valgrind": output("valgrind", "--version"),
    }


def recorded():
    """The versions and the counts in the table."""
    then, counts = {}, {}
    if os.path.exists(TABLE):
        for line in open(TABLE, encoding="utf-8").read().splitlines():
            name, _, value = line.partition("\t")
            if name.startswith("# "):
                then[name[2:]] = value
            elif value.isdigit():
                counts[name] = int(value)
    return then, counts


def record(now, counts):
    with open(TABLE, "w", encoding="utf-8") as file:
        file.writelines(f"# {name}\t{value}\n" for name, value in now.items())
        file.write("command\tinstructions\n")
        file.writelines(f"{name}\t{counts[name]}\n" for name, _ in COMMANDS if name in counts)


def prepare():
    """Makes FOLDER anew, with two images and the program."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    subprocess.run([MAKE_IMAGES, "images", GUESTS, "2", "values=1", "replace=2"], cwd=FOLDER, check=True)
    # Valgrind of Debian 12 gives up on debugging information that compilers write today.
    subprocess.run(["strip", "--strip-debug", "-o", os.path.join(FOLDER, "program"), PROGRAM], check=True)


prepare()
then, before = recorded()
counts, worse, better, new = {}, [], [], []
print(f"{'command':22} {'recorded':>14} {'now':>14} {'change':>8}")
for name, arguments in COMMANDS:
    counts[name] = count(arguments)
    if name not in before:
        new.append(name)
        print(f"{name:22} {'':>14} {counts[name]:>14}", flush=True)
        continue
    change = counts[name] / before[name] - 1
    if change > TOLERANCE:
        worse.append(name)
    elif change < -TOLERANCE:
        better.append(name)
    print(f"{name:22} {before[name]:>14} {counts[name]:>14} {100 * change:>+7.2f} %", flush=True)

now = versions()
if RECORD or not before:
    record(now, counts)
    print(f"recorded {len(counts)} counts in {TABLE}")
    sys.exit(0 if RECORD else 1)
others = [f"{name} {now[name]} instead of {then.get(name, 'unknown')}" for name in now if now[name] != then.get(name)]
if others:
    print(f"The recorded counts are of another machine ({', '.join(others)}), so no count is a failure here.")
elif new:
    record(then, {**before, **{name: counts[name] for name in new}})
    print(f"recorded for the first time, look at the counts and run it again: {', '.join(new)}")
if worse:
    print(f"more than {100 * TOLERANCE:.0f} % slower: {', '.join(worse)}")
if worse and not others:
    print("If the change is worth that, record the counts: RECORD_INSTRUCTIONS=1 make bench-check")
if better:
    print(f"more than {100 * TOLERANCE:.0f} % faster: {', '.join(better)}")
if better and not others:
    print("Record the counts, so that they stay: RECORD_INSTRUCTIONS=1 make bench-check")
sys.exit(1 if (worse or new) and not others else 0)
