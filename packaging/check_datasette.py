#!/usr/bin/env python3
"""Tests an archive of real images in the real Datasette.

Usage: check_datasette.py path/to/xsarchive DIRECTORY

Every named query must return the same as in xsarchive, and every table and view must have a page.
"""

import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

TOP = pathlib.Path(__file__).resolve().parent.parent
# The guest is one of the images: a query refuses one that no image has.
GUEST = "bacfb3d0-0b1f-4163-ae9f-f57f43b7a3a6"
PARAMETERS = {"domid": "5", "path": "/local/domain/3/memory/target", "series": "host7", "uuid": GUEST}


def run(*words, **more):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True, **more).stdout


def install(folder):
    """Installs Datasette into a virtual environment of its own; returns the program."""
    program = folder / "venv" / "bin" / "datasette"
    if not program.exists():
        run(sys.executable, "-m", "venv", folder / "venv")
        run(folder / "venv" / "bin" / "pip", "install", "-q", "datasette>=0.64,<0.66")
    return program


def fetch(address):
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def plain(value):
    """A value in a common form: Datasette prints bytes in Base64, xsarchive in hexadecimal."""
    if isinstance(value, dict):
        return "octets"
    return value


def rows(text):
    return [[plain(value) for value in row.values()] for row in json.loads(text)]


def check(xsarchive, base, archive, with_image, hidden):
    problems = []

    def get(page_path, **parameters):
        address = base + page_path + ("?" + urllib.parse.urlencode(parameters) if parameters else "")
        status, text = fetch(address)
        if status != 200:
            problems.append(f"{address}: {status}: {text[:300]}")
        return text if status == 200 else None

    page = get("/xsarchive")
    queries = json.loads(run(xsarchive, "query", "--format", "json"))
    answered = 0
    for name in [query["name"] for query in queries]:
        if page is not None and f'href="/xsarchive/{name}"' not in page:
            problems.append(f"{name}: the page of the archive does not list it")
        explained = run(xsarchive, "query", name, "--explain")
        needed = [line.split()[1].rstrip(":") for line in explained.split("\n") if line.startswith("Parameter ")]
        given = {key: PARAMETERS[key] for key in needed if key in PARAMETERS and (key != "series" or name != "live_update_loss")}
        ours = dict(given)
        if "after_id" in needed:
            ours.update(before_id="@latest~1", after_id="@latest")
        words = [word for key, value in ours.items() for word in ("-P", f"{key}={value}")]
        # A query about a path that no log has prints no rows, says so, and ends with status 2.
        asked = [xsarchive, "-a", archive, "query", name, "--format", "json", *words]
        expected = rows(subprocess.run(asked, capture_output=True, text=True).stdout)
        text = get(f"/xsarchive/{name}.json", _shape="array", **given)
        if text is not None and rows(text) != expected:
            problems.append(f"{name}: Datasette has {len(rows(text))} rows, xsarchive {len(expected)}, or other ones")
        answered += bool(expected)
        get(f"/xsarchive/{name}", **given)
    names = run("sqlite3", archive, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'").split()
    images = range(1, 1 + int(run("sqlite3", archive, "SELECT max(image_id) FROM image")))
    for name in names:
        if name in hidden:
            continue
        # Views that are read for one image: a page with every node of every image would be useless.
        for asked in [{"image_id": image} for image in images] if name in with_image else [{}]:
            get(f"/xsarchive/{name}", _nocount=1, _nofacet=1, **asked)
    text = get("/xsarchive/node_span", _size=5, _nocount=1)
    if text is not None and 'href="/xsarchive/permset/' not in text:
        problems.append("node_span: the rows are not linked with their permissions")
    text = get("/xsarchive/image")
    if text is not None and 'href="/xsarchive/stream/' not in text:
        problems.append("image: the rows are not linked with their streams")
    return problems, len(queries), answered, len(names)


def main(program, folder):
    xsarchive = pathlib.Path(program).resolve()
    folder = pathlib.Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    datasette = install(folder)
    archive = folder / "xsarchive.db"
    archive.unlink(missing_ok=True)
    images = sorted((TOP / "Tests" / "Fixtures").glob("*.bin"))
    images.sort(key=lambda path: ("seq" in path.name, path.name))
    logs = [TOP / "Tests" / "Fixtures" / "logs" / name for name in ("xenstored-4.17-trace.log", "oxenstored-4.17-access.log")]
    run(xsarchive, "-a", archive, "import", "--series", "host7", *images, *logs)
    (folder / "metadata.yaml").write_text(run(xsarchive, "-a", archive, "query", "--datasette"))
    with_image = set(run("sqlite3", archive, "SELECT m.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE c.name = 'image_id'").split())
    hidden = set(re.findall(r"^      (\w+):\n        description: .*\n        hidden: true$", (folder / "metadata.yaml").read_text(), re.MULTILINE))
    port = free_port()
    options = ["--setting", "sql_time_limit_ms", "60000", "--setting", "max_returned_rows", "200000"]
    with open(folder / "datasette.log", "w") as log:
        server = subprocess.Popen([datasette, archive, "-m", folder / "metadata.yaml", "-p", str(port), *options], stdout=log, stderr=log, env={"PATH": os.environ["PATH"]})
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                fetch(base + "/-/versions.json")
                break
            except OSError:
                time.sleep(0.2)
        problems, queries, answered, tables = check(xsarchive, base, archive, with_image, hidden)
    finally:
        server.terminate()
        server.wait()
    for problem in problems:
        print("check-datasette: " + problem, file=sys.stderr)
    print(f"check-datasette: {queries} queries, {answered} of them with rows, and {tables} tables and views; {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: check_datasette.py path/to/xsarchive DIRECTORY")
    sys.exit(main(*sys.argv[1:]))
