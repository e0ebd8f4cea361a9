"""Measures xsarchive against a plain Python import, a C floor, sha256sum and cp.

Prints tables for docs/performance.md. Usage:
bench.py PROGRAM MAKE_IMAGES FLOOR FOLDER [--large] [--many]
FOLDER takes some 6 GB, with --large (an image of 1 GB) 11 GB. --many adds archives of 10,000 small
images, which take some minutes to make.

Each figure is the median of several runs, in which the compared commands take turns. Time is
processor time unless a column says `wall`; memory is the largest resident set of the whole process.
"""
import os
import shutil
import statistics
import struct
import subprocess
import sys
import time

PROGRAM, MAKE_IMAGES, FLOOR, FOLDER = sys.argv[1:5]
LARGE = "--large" in sys.argv
MANY = "--many" in sys.argv
PEERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")
RUNS = 5


class Figure:
    def __init__(self, runs):
        self.cpu = statistics.median(run[0] for run in runs)
        self.wall = statistics.median(run[1] for run in runs)
        self.memory = statistics.median(run[2] for run in runs)


def run(command, ends=(0, 1)):
    """Runs a command; returns seconds of processor time, seconds of wall time, bytes of memory."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ends:
        sys.exit(f"{command}: exit status {process.returncode}: {errors.decode()}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024


def measure(*alternatives, runs=RUNS):
    """Measures commands in turn. Each is (prepare, command); `prepare` runs first, not measured."""
    results = [[] for _ in alternatives]
    for number in range(runs + 1):
        for result, (prepare, command) in zip(results, alternatives):
            prepare()
            figures = run(command)
            # The first round fills the caches.
            if number > 0:
                result.append(figures)
    return [Figure(result) for result in results]


def nothing():
    pass


def removing(path):
    def prepare():
        for name in (path, path + "-journal"):
            if os.path.exists(name):
                os.remove(name)

    return prepare


def copying(source, target):
    return lambda: shutil.copyfile(source, target)


def images(name, *arguments):
    """A directory of images, made once."""
    folder = os.path.join(FOLDER, name)
    if not os.path.exists(folder):
        subprocess.run([MAKE_IMAGES, folder + ".partial", *arguments], check=True)
        os.rename(folder + ".partial", folder)
    return [os.path.join(folder, file) for file in sorted(os.listdir(folder))]


def archive(name, files):
    """An archive of images, imported in order, made once."""
    path = os.path.join(FOLDER, name)
    if not os.path.exists(path):
        temporary = path + ".partial"
        removing(temporary)()
        for start in range(0, len(files), 100):
            run([PROGRAM, "import", "-a", temporary, *files[start : start + 100]])
        os.rename(temporary, path)
    return path


def table(title, columns):
    print(f"\n### {title}\n\n| {' | '.join(columns)} |\n|{' --- |' * len(columns)}")


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def milliseconds(seconds):
    return f"{1000 * seconds:.0f} ms"


def times(first, second):
    return f"{first / second:.2f}"


def size(*paths):
    return sum(os.path.getsize(path) for path in paths)


def bench_size():
    table("Size", ["what", "raw bytes", "archive bytes", "archive / raw", "goal"])
    one = images("host", "820", "1")[0]
    alone = archive("host.db", [one])
    row("one image of 820 guests", size(one), size(alone), times(size(alone), size(one)), "1.6")
    small = images("hundred", "100", "100", "values=1", "replace=3")
    path = archive("hundred.db", small)
    row("100 images of 100 guests, 1 % of the values a step, a guest replaced every third", size(*small), size(path), f"{size(path) / size(*small):.3f}", "0.04")
    both = images("reversed", "820", "2", "order=reversed")
    path = archive("reversed.db", both)
    first = archive("reversed-first.db", both[:1])
    more = size(path) - size(first)
    row("the same records in another order", size(both[1]), more, f"{more / size(both[1]):.3f}", "0.08")
    churns = [
        ("values", "1.3 % of the nodes touched, 0.65 % out and 0.65 % in, by other values", ["values=0.65"]),
        ("guests", "0.4 % of the values, and a guest replaced at each step", ["values=0.4", "replace=1"]),
    ]
    for key, name, arguments in churns:
        series = images("growth-" + key, "610", "100", *arguments)
        path = archive(f"growth-{key}.db", series)
        first = archive(f"growth-{key}-first.db", series[:1])
        growth = (size(path) - size(first)) / (len(series) - 1)
        row(f"an image of 130,000 nodes in a series: {name}", size(series[-1]), f"{growth:.0f} more", "", "100,000 more")


def bench_import():
    table("Import", ["what", "processor", "wall", "against", "their processor", "ratio", "wall ratio", "goal"])
    one = images("host", "820", "1")[0]
    path, naive, floor = (os.path.join(FOLDER, name) for name in ("import.db", "naive.db", "floor.db"))
    ours, python, c = measure(
        (removing(path), [PROGRAM, "import", "-a", path, one]),
        (removing(naive), [sys.executable, os.path.join(PEERS, "naive_import.py"), one, naive]),
        (removing(floor), [FLOOR, one, floor]),
    )
    def line(what, figure, against, other, goal):
        row(what, milliseconds(figure.cpu), milliseconds(figure.wall), against, milliseconds(other.cpu), times(figure.cpu, other.cpu), times(figure.wall, other.wall), goal)

    line("a first image of 14 MB", ours, "plain Python", python, "0.33")
    line("", ours, "C floor", c, "1.3")
    series = images("series", "820", "100", "values=1", "replace=3")
    before = archive("series-99.db", series[:99])
    first, later = measure(
        (removing(path), [PROGRAM, "import", "-a", path, series[0]]),
        (copying(before, path), [PROGRAM, "import", "-a", path, series[99]]),
    )
    line("the 100th image of a series", later, "its first image", first, "0.33")


def bench_diff():
    table("Diff and export", ["what", "processor", "wall", "against", "their processor", "ratio", "wall ratio", "goal"])
    series = images("series", "820", "100", "values=1", "replace=3")
    path = archive("series-99.db", series[:99])
    pair = [series[50], series[51]]
    files, hashes, chain, far = measure(
        (nothing, [PROGRAM, "diff", *pair, "--stat"]),
        (nothing, ["sha256sum", *pair]),
        (nothing, [PROGRAM, "diff", "-a", path, "@51", "@52", "--stat"]),
        (nothing, [PROGRAM, "diff", "-a", path, "@1", "@99", "--stat"]),
    )
    def line(what, figure, against, other, goal):
        row(what, milliseconds(figure.cpu), milliseconds(figure.wall), against, milliseconds(other.cpu), times(figure.cpu, other.cpu), times(figure.wall, other.wall), goal)

    line("diff of two files of 14 MB", files, "sha256sum of both", hashes, "3")
    line("diff of two neighbours in a chain", chain, "the same two as files", files, "what changed")
    line("diff of the first and the 99th", far, "two neighbours", chain, "")
    out, copy = os.path.join(FOLDER, "out.bin"), os.path.join(FOLDER, "copy.bin")
    export, cp = measure(
        (removing(out), [PROGRAM, "export", "-a", path, "@51", "-o", out]), (removing(copy), ["cp", series[50], copy])
    )
    rate = size(series[50]) / export.cpu / 1e6
    line(f"export, {rate:.0f} MB/s", export, "cp", cp, "100 MB/s")
    rebuilt = os.path.join(FOLDER, "rebuilt.bin")
    rebuild, again = measure(
        (removing(rebuilt), [PROGRAM, "rebuild", "-a", path, "@51", "-o", rebuilt]), (removing(out), [PROGRAM, "export", "-a", path, "@51", "-o", out])
    )
    line("rebuild of a 14 MB image", rebuild, "its export", again, "2")
    many = images("thousand", "100", "1000", "values=1", "replace=3")
    chain_of_1000 = archive("thousand.db", many)
    for number in (1, 500, 1000):
        alone = archive(f"alone-{number}.db", [many[number - 1]])
        listing, by_itself = measure(
            (nothing, [PROGRAM, "ls", "-a", chain_of_1000, f"@{number}", "-f", "-p"]), (nothing, [PROGRAM, "ls", "-a", alone, "@1", "-f", "-p"])
        )
        line(f"listing of image {number} of 1000", listing, "the image alone", by_itself, "3")


def state(host, number):
    """A small image of a host: 41 nodes, of which two change from one image to the next."""
    def node(path, value):
        path, value = path.encode() + b"\0", value.encode()
        body = struct.pack("<IIHHHHBBH", 0, 0, len(path), len(value), 0, 1, ord("n"), 0, 0) + path + value
        body += bytes(-len(body) % 8)
        return struct.pack("<II", 5, len(body)) + body

    # The last image up to this one in which the node changed.
    changes = [number] + [max(0, number - (number - index) % 40) for index in range(1, 40)]
    nodes = [node(f"/host{host}", "")]
    nodes += [node(f"/host{host}/n{index:02}", f"{change:06}") for index, change in enumerate(changes)]
    tiny = os.path.join(os.path.dirname(PEERS), "..", "Tests", "Fixtures", "xen-4.17-tiny.bin")
    with open(tiny, "rb") as file:
        bytes_of_tiny = file.read()
    # Its last record, END, has 8 bytes.
    return bytes_of_tiny[:-8] + b"".join(nodes) + bytes_of_tiny[-8:]


def many(name, hosts, count):
    """An archive of `count` images of each host, and a file with the next image of host 0."""
    path, following = os.path.join(FOLDER, name + ".db"), os.path.join(FOLDER, name + "-next")
    with open(following, "wb") as file:
        file.write(state(0, count))
    if not os.path.exists(path):
        removing(path + ".partial")()
        folder = os.path.join(FOLDER, name)
        for host in range(hosts):
            os.makedirs(folder)
            for number in range(count):
                with open(os.path.join(folder, f"{number:05}"), "wb") as file:
                    file.write(state(host, number))
            run([PROGRAM, "import", "-q", "-a", path + ".partial", "--series", f"host{host}", folder])
            shutil.rmtree(folder)
        os.rename(path + ".partial", path)
    return path, following


def bench_many():
    pairs = [
        ("10,000 images in 100 series", many("few", 2, 5), many("many", 100, 100)),
        ("10,000 images in one series", many("short", 1, 10), many("long", 1, 10_000)),
    ]
    series = "host0"
    commands = [
        ("images", ["images"]),
        ("images --all", ["images", "--all"]),
        ("show @latest", ["show", "@latest"]),
        ("cat @latest", ["cat", "@latest", "/tool/xenstored"]),
        ("diff, the two newest", ["diff", f"@{series}:latest~1", f"@{series}:latest"]),
        ("diff, the two oldest", ["diff", "@1", "@2"]),
        ("log PATH", ["log", "--series", series, f"/{series}/n07"]),
        ("import, one more", ["import", "-q", "--series", series]),
    ]
    copies = [os.path.join(FOLDER, f"copy{index}.db") for index in range(2)]
    for title, few, full in pairs:
        table(title, ["what", "of 10 images", "of 10,000", "ratio", "memory of 10", "of 10,000", "goal"])
        for what, command in commands:
            turns = []
            for (path, following), copy in zip((few, full), copies):
                if command[0] == "import":
                    turns.append((copying(path, copy), [PROGRAM, *command, "-a", copy, following]))
                else:
                    turns.append((nothing, [PROGRAM, *command, "-a", path]))
            first, second = measure(*turns)
            memory = [f"{figure.memory / 1e6:.1f} MB" for figure in (first, second)]
            ratio = times(second.cpu, first.cpu)
            # A line for each image has no goal.
            goal = "2" if what != "images --all" and (what != "images" or "100 series" in title) else ""
            row(f"`{what}`", f"{1000 * first.cpu:.1f} ms", f"{1000 * second.cpu:.1f} ms", ratio, *memory, goal)


def bench_growth():
    table("Time and memory by size", ["image", "import", "memory / size", "export", "memory / size", "diff", "memory / size", "goal"])
    sizes = [("1 MB", "58", "0"), ("10 MB", "580", "0"), ("100 MB", "5800", "0")] + ([("1 GB", "30000", "270")] if LARGE else [])
    for name, guests, extra in sizes:
        pair = images("size-" + name.replace(" ", ""), guests, "2", "values=1", "replace=1", "extra=" + extra)
        path, out = os.path.join(FOLDER, "size.db"), os.path.join(FOLDER, "out.bin")
        runs = 1 if name == "1 GB" else 3
        removing(path)()
        (imported,) = measure((removing(path), [PROGRAM, "import", "-a", path, pair[0]]), runs=runs)
        (exported,) = measure((removing(out), [PROGRAM, "export", "-a", path, "@1", "-o", out]), runs=runs)
        (diffed,) = measure((nothing, [PROGRAM, "diff", *pair, "--stat"]), runs=runs)
        raw = size(pair[0])
        cells = []
        for figure in (imported, exported, diffed):
            cells += [f"{figure.cpu:.2f} s" if figure.cpu >= 1 else milliseconds(figure.cpu), f"{figure.memory / raw:.2f}"]
        row(f"{name} ({raw} bytes)", *cells, "3")


os.makedirs(FOLDER, exist_ok=True)
cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown processor")
print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} processors ({cpu}), load {os.getloadavg()[0]:.1f} at the start")
for bench in (bench_size, bench_import, bench_diff, bench_growth) + ((bench_many,) if MANY else ()):
    bench()
print(f"\nload {os.getloadavg()[0]:.1f} at the end")
