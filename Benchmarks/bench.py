"""Measures xsarchive against a plain Python import, a C floor, SQLite's shell, sha256sum and cp.

Prints tables for docs/performance.md. Usage:
bench.py PROGRAM MAKE_IMAGES FLOOR FOLDER [--large] [--many] [--only=SECTION]
FOLDER takes some 6 GB, with --large (an image of 1 GB) 11 GB. --many adds archives of 10,000 small
images, which take some minutes to make. SECTION is size, commands, import, diff, growth, logs or
many. The section of logs also measures `sqlite-utils insert`, if there is one.

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
ONLY = [word.partition("=")[2] for word in sys.argv[5:] if word.startswith("--only=")]
PEERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")
QUERIES = os.path.join(os.path.dirname(PEERS), "..", "queries")
RUNS = 5


class Figure:
    def __init__(self, runs):
        self.cpu = statistics.median(run[0] for run in runs)
        self.wall = statistics.median(run[1] for run in runs)
        self.memory = statistics.median(run[2] for run in runs)


def run(command, output=os.devnull, ends=(0, 1)):
    """Runs a command; returns seconds of processor time, seconds of wall time, bytes of memory."""
    with open(output, "wb") as file:
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.PIPE)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ends:
        sys.exit(f"{command}: exit status {process.returncode}: {errors.decode()}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024


def measure(*alternatives, runs=RUNS):
    """Measures commands in turn. Each is (prepare, command) or (prepare, command, output file);
    `prepare` runs first, not measured.
    """
    results = [[] for _ in alternatives]
    for number in range(runs + 1):
        for result, (prepare, *command) in zip(results, alternatives):
            prepare()
            figures = run(*command)
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


def pair():
    """Two images of 820 guests, between which 1 % of the values differ."""
    return images("pair", "820", "2", "values=1")


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
    one = pair()[0]
    alone = archive("one.db", [one])
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


def bench_commands():
    old, new = pair()
    both, alone = archive("pair.db", [old, new]), archive("one.db", [old])
    imported, naive, floor, out = (os.path.join(FOLDER, name) for name in ("import.db", "naive.db", "floor.db", "out"))
    one, parent = "/local/domain/5/device/vif/0/state", "/local/domain/5"

    def ours(command, *arguments, prepare=nothing, output=os.devnull, path=both):
        return prepare, [PROGRAM, command, "-a", path, *arguments], output

    def shell(statement):
        return nothing, ["sqlite3", "-readonly", both, statement]

    python = (removing(naive), [sys.executable, os.path.join(PEERS, "naive_import.py"), new, naive])
    limits = {
        "": (nothing, ["true"]),
        "one row": shell(f"SELECT value FROM nodes WHERE image_id = 2 AND path = '{one}'"),
        "all rows": shell("SELECT count(*) FROM nodes WHERE image_id = 2"),
        "rows printed": shell("SELECT path, perms, value FROM nodes WHERE image_id = 2"),
        "SHA-256": (nothing, ["sha256sum", new]),
        "SHA-256 of both": (nothing, ["sha256sum", old, new]),
        "SHA-256, archive too": (nothing, ["sha256sum", old, alone]),
        "inserted rows": (removing(floor), [FLOOR, new, floor]),
    }
    # Each: what, the command, the goal, the limit. A goal is a number of Y, or text.
    commands = [
        ("start of the program, `--version`", (nothing, [PROGRAM, "--version"]), "10 ms", ""),
        ("`images`", ours("images"), None, "one row"),
        ("`cat`", ours("cat", "@2", one), 0.02, "one row"),
        ("`cat` of a file", ours("cat", new, one), None, "SHA-256"),
        ("`ls PATH`", ours("ls", "@2", parent), 0.02, "one row"),
        ("`ls PATH` of a file", ours("ls", new, parent), None, "SHA-256"),
        ("`ls`", ours("ls", "@2"), None, "rows printed"),
        ("`ls` of a file", ours("ls", new), None, "SHA-256"),
        ("`log PATH`", ours("log", one), 0.02, "one row"),
        ("`access --domain 5 PATH`", ours("access", "@2", "--domain", "5", one), 0.02, "one row"),
        ("`access --domain 5`", ours("access", "@2", "--domain", "5"), 0.06, "rows printed"),
        ("`show`", ours("show", "@2"), 0.02, "one row"),
        ("`domains`", ours("domains", "@2"), 0.06, "all rows"),
        ("`check`", ours("check", "@2"), 0.20, "all rows"),
        ("`check` of a file", ours("check", new), 0.20, "SHA-256"),
        ("`report`", ours("report", "@2", "-o", out, "--force"), 0.35, "all rows"),
        ("`dump`", (nothing, [PROGRAM, "dump", new], out), 0.25, "SHA-256"),
        ("`dump --format jsonl`", (nothing, [PROGRAM, "dump", new, "--format", "jsonl"], out), 0.25, "SHA-256"),
        ("`verify` of one image", ours("verify", path=alone), 0.12, "SHA-256, archive too"),
        ("`diff` of two files", ours("diff", old, new), 0.06, "SHA-256 of both"),
        ("`diff --quiet` of two files", ours("diff", old, new, "--quiet"), None, "SHA-256 of both"),
        ("`diff` of neighbours", ours("diff", "@1", "@2"), "30 ms", "one row"),
        ("`export`", ours("export", "@2", "-o", out, prepare=removing(out)), "400 MB/s", "SHA-256"),
        ("`rebuild`", ours("rebuild", "@2", "-o", out, prepare=removing(out)), "1.5 exports", "SHA-256"),
        ("first `import`", ours("import", new, prepare=removing(imported), path=imported), 0.20, "inserted rows"),
    ]
    figures = measure(python, *limits.values(), *(command for _, command, _, _ in commands))
    y = figures[0].cpu
    limit_of = dict(zip(limits, figures[1:]))
    figures = figures[1 + len(limits) :]
    exported = next(figure for figure, command in zip(figures, commands) if command[0] == "`export`")

    def goal_cell(goal, figure):
        if goal is None:
            return ""
        met = {
            "10 ms": figure.cpu <= 0.010,
            "30 ms": figure.wall <= 0.030,
            "400 MB/s": size(new) / figure.wall >= 400e6,
            "1.5 exports": figure.cpu <= 1.5 * exported.cpu,
        }
        cell = f"{goal:.2f}" if isinstance(goal, float) else goal
        return cell if met.get(goal, isinstance(goal, float) and figure.cpu <= goal * y) else f"{cell}, missed"

    table("Every command", ["what", "processor", "wall", "in Y", "goal in Y", "limit", "ratio", "memory / image"])
    row("Y, the plain Python import", milliseconds(y), "", "1", "", "", "", "")
    for name, figure in limit_of.items():
        if name:
            row(f"limit: {name}", milliseconds(figure.cpu), milliseconds(figure.wall), f"{figure.cpu / y:.3f}", "", "", "", "")
    for figure, (name, _, goal, limit) in zip(figures, commands):
        if goal == "400 MB/s":
            name += f", {size(new) / figure.wall / 1e6:.0f} MB/s"
        elif goal == "1.5 exports":
            name += f", {times(figure.cpu, exported.cpu)} exports"
        ratio = f"{figure.cpu / limit_of[limit].cpu:.1f}" if limit else ""
        row(name, milliseconds(figure.cpu), milliseconds(figure.wall), f"{figure.cpu / y:.3f}", goal_cell(goal, figure), limit, ratio, f"{figure.memory / size(new):.2f}")

    names = []
    for file in sorted(os.listdir(QUERIES)):
        with open(os.path.join(QUERIES, file), encoding="utf-8") as query:
            if file.endswith(".sql") and "\n-- param: image_id" in query.read():
                names.append(file[: -len(".sql")])
    parameters = {"access": ["-P", "domid=5"]}
    figures = measure(python, *(ours("query", name, "-i", "@2", *parameters.get(name, [])) for name in names))
    y = figures[0].cpu
    table(f"Every query of an image, Y is {milliseconds(y)}", ["query", "processor", "in Y", "goal in Y"])
    for figure, name in sorted(zip(figures[1:], names), key=lambda pair: -pair[0].cpu):
        row(f"`{name}`", milliseconds(figure.cpu), f"{figure.cpu / y:.3f}", goal_cell(0.06, figure))


def bench_import():
    table("Import", ["what", "processor", "wall", "against", "their processor", "ratio", "wall ratio", "goal"])
    one = pair()[0]
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
        ("check @latest", ["check", "@latest"]),
        ("domains @latest", ["domains", "@latest"]),
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


def log_file(lines):
    """An access log of a busy host, made once."""
    path = os.path.join(FOLDER, f"log-{lines}")
    if not os.path.exists(path):
        maker = os.path.join(os.path.dirname(PEERS), "make_log.py")
        subprocess.run([sys.executable, maker, str(lines), path + ".partial"], check=True)
        os.rename(path + ".partial", path)
    return path


def bench_logs():
    log = log_file(500_000)
    with open(log, "rb") as file:
        lines = sum(1 for _ in file)
    table(f"Logs, {lines} lines, {size(log)} bytes", ["what", "processor", "wall", "lines a second", "file in bytes", "memory / log"])

    def line(what, figure, path=None, count=None):
        rate = f"{count / figure.cpu:.0f}" if count else ""
        row(what, milliseconds(figure.cpu), milliseconds(figure.wall), rate, size(path) if path else "", f"{figure.memory / size(log):.2f}")

    path, peer, split = (os.path.join(FOLDER, name) for name in ("logs.db", "log-utils.db", "log-lines"))
    (imported,) = measure((removing(path), [PROGRAM, "import", "-q", "-a", path, log]))
    line("`import`", imported, path, lines)
    splitter = [sys.executable, os.path.join(PEERS, "log_lines.py"), log]
    if shutil.which("sqlite-utils"):
        cut, inserted = measure(
            (nothing, splitter, split), (removing(peer), ["sqlite-utils", "insert", peer, "event", split, "--nl"])
        )
        line("a script that splits lines", cut)
        line("`sqlite-utils insert --nl` of what it prints", inserted, peer, lines)
    else:
        print("sqlite-utils is not installed, and is not measured", file=sys.stderr)
    name = "/local/domain/5/data/updated"
    count = f"SELECT count(*) FROM events WHERE path = '{name}'"
    asked, writers, found = measure(
        (nothing, [PROGRAM, "sql", "-a", path, count]),
        (nothing, [PROGRAM, "query", "-a", path, "log_writers"]),
        (nothing, ["grep", "-cF", "data/updated", log]),
    )
    line("the events of one path, counted", asked)
    line("`query log_writers`", writers)
    line("`grep -cF` for the end of the path, in the file", found)


os.makedirs(FOLDER, exist_ok=True)
cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown processor")
print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} processors ({cpu}), load {os.getloadavg()[0]:.1f} at the start")
for bench in (bench_size, bench_commands, bench_import, bench_diff, bench_growth, bench_logs, bench_many):
    name = bench.__name__.removeprefix("bench_")
    if name in ONLY or not ONLY and (name != "many" or MANY):
        bench()
print(f"\nload {os.getloadavg()[0]:.1f} at the end")
