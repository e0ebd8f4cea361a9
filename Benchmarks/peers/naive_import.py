"""A plain import in Python: struct and sqlite3, one row for each node, permission, watch and
connection.

Usage: naive_import.py IMAGE DATABASE. Reads little-endian version 1 streams and checks nothing.
"""
import os
import sqlite3
import struct
import sys

image, database = sys.argv[1:]
if os.path.exists(database):
    os.remove(database)
data = open(image, "rb").read()
db = sqlite3.connect(database)
db.executescript(
    """
    CREATE TABLE node (id INTEGER PRIMARY KEY, image INTEGER, seq INTEGER, path TEXT, value BLOB);
    CREATE TABLE perm (node INTEGER, position INTEGER, letter TEXT, domid INTEGER);
    CREATE TABLE watch (image INTEGER, seq INTEGER, conn INTEGER, path TEXT, token TEXT);
    CREATE TABLE connection (image INTEGER, seq INTEGER, conn INTEGER, type INTEGER, domid INTEGER);
    CREATE INDEX node_path ON node (path);
    CREATE INDEX node_seq ON node (image, seq);
    CREATE INDEX perm_node ON perm (node);
    CREATE INDEX perm_domid ON perm (domid);
    """
)
nodes, perms, watches, connections = [], [], [], []
offset = 16
sequence = 0
while True:
    kind, length = struct.unpack_from("<II", data, offset)
    body = offset + 8
    if kind == 0:
        break
    sequence += 1
    if kind == 5:
        _, _, path_length, value_length, _, count = struct.unpack_from("<IIHHHH", data, body)
        start = body + 16 + 4 * count
        path = data[start : start + path_length - 1].decode()
        value = data[start + path_length : start + path_length + value_length]
        nodes.append((sequence, 1, sequence, path, value))
        for position in range(count):
            letter, _, domid = struct.unpack_from("<cBH", data, body + 16 + 4 * position)
            perms.append((sequence, position, letter.decode(), domid))
    elif kind == 3:
        conn, path_length, token_length = struct.unpack_from("<IHH", data, body)
        path = data[body + 8 : body + 7 + path_length].decode()
        token = data[body + 8 + path_length : body + 7 + path_length + token_length].decode()
        watches.append((1, sequence, conn, path, token))
    elif kind == 2:
        conn, type_, _, domid = struct.unpack_from("<IHHH", data, body)
        connections.append((1, sequence, conn, type_, domid))
    offset = body + (length + 7) // 8 * 8
db.executemany("INSERT INTO node VALUES (?, ?, ?, ?, ?)", nodes)
db.executemany("INSERT INTO perm VALUES (?, ?, ?, ?)", perms)
db.executemany("INSERT INTO watch VALUES (?, ?, ?, ?, ?)", watches)
db.executemany("INSERT INTO connection VALUES (?, ?, ?, ?, ?)", connections)
db.commit()
