"""Splits the lines of an access log of oxenstored into JSON, for `sqlite-utils insert --nl`.

Usage: log_lines.py LOG. Pairs nothing, decodes no escapes, and does not give the lines back.
"""
import json
import sys

with open(sys.argv[1], encoding="utf-8", errors="surrogateescape") as log:
    for number, line in enumerate(log, 1):
        time, _, rest = line.partition("]  ")
        connection, operation, data = rest[:12].strip(), rest[13:22].strip(), rest[23:].rstrip("\n")
        path, _, value = data.partition(" ")
        home = "" if path.startswith(("/", "@")) or not connection.startswith("D") else f"/local/domain/{connection[1:].partition('.')[0]}/"
        print(json.dumps({"line": number, "time": time[1:], "connection": connection, "operation": operation, "path": home + path, "value": value}))
