-- A workspace of xsarchive: one image in plain tables, which any SQLite tool can edit. 'xsarchive
-- build' makes a stream from it.
--
-- Paths, tokens, values and names may be TEXT or BLOB. The stream gets their bytes, plus a NUL
-- after each path, token and name.
-- Numbers of 64 bits (unique_id, mfn) are SQLite's signed integers with the same bits.
-- position: the record's place in the image, from 1 on. A row without a position comes after the
-- others of its kind, and a row always comes after the rows that it refers to.
-- Run PRAGMA foreign_keys = ON before any change. Deleting a row then also deletes the rows that
-- refer to it, and a change of conn_id updates them.

PRAGMA application_id = 0x78737277;  -- 'xsrw'
PRAGMA user_version = 1;

-- The stream as a whole, and GLOBAL_DATA; one row.
CREATE TABLE image (
  image_id              INTEGER PRIMARY KEY CHECK (image_id = 1),
  layout                TEXT NOT NULL DEFAULT 'v1' CHECK (layout IN ('draft', 'v1', 'v2', 'oxenstored')),
  byte_order            TEXT NOT NULL DEFAULT 'little' CHECK (byte_order IN ('little', 'big')),
  length_rule           TEXT NOT NULL DEFAULT 'padded' CHECK (length_rule IN ('body', 'padded')), -- daemons write padded
  global_position       INTEGER,
  rw_socket_fd          INTEGER CHECK (rw_socket_fd BETWEEN -2147483648 AND 2147483647), -- NULL: there is no GLOBAL_DATA; -1: no socket
  ro_socket_fd          INTEGER CHECK (ro_socket_fd BETWEEN -2147483648 AND 2147483647), -- draft
  evtchn_fd             INTEGER CHECK (evtchn_fd BETWEEN -2147483648 AND 2147483647),    -- v1, v2, oxenstored
  virq_port             INTEGER CHECK (virq_port BETWEEN -2147483648 AND 2147483647),    -- oxenstored
  global_quota_position INTEGER,             -- NULL, and no quotas of the scopes default and host: there is no GLOBAL_QUOTA_DATA
  source_name           TEXT,                -- what the workspace was made from
  source_sha256         TEXT CHECK (length(source_sha256) = 64)
) STRICT;

-- CONNECTION_DATA.
CREATE TABLE connections (
  conn_id      INTEGER PRIMARY KEY CHECK (conn_id BETWEEN 1 AND 4294967295),
  position     INTEGER,
  type         TEXT NOT NULL CHECK (type IN ('ring', 'socket')),
  domid        INTEGER CHECK (domid BETWEEN 0 AND 65535),               -- of a ring
  target_domid INTEGER CHECK (target_domid BETWEEN 0 AND 65535 AND target_domid <> 32756), -- of a ring; NULL: none
  evtchn       INTEGER CHECK (evtchn BETWEEN 0 AND 4294967295),         -- of a ring: v1, v2
  socket_fd    INTEGER CHECK (socket_fd BETWEEN -2147483648 AND 2147483647), -- of a socket
  unique_id    INTEGER,                                                 -- v1, v2; NULL: none
  in_data      BLOB NOT NULL DEFAULT x'' CHECK (length(in_data) <= 65535),   -- v1, v2
  out_data     BLOB NOT NULL DEFAULT x'' CHECK (length(out_data) <= 4294967295),
  out_resp_len INTEGER NOT NULL DEFAULT 0 CHECK (out_resp_len BETWEEN 0 AND 65535 AND out_resp_len <= length(out_data)), -- v1, v2
  flags        INTEGER CHECK (flags BETWEEN 0 AND 3),                   -- draft, oxenstored; a ring: 1 INTRODUCE, 2 RELEASE; a socket: 1 read-only
  revtchn      INTEGER CHECK (revtchn BETWEEN 0 AND 4294967295),        -- of a ring: draft, oxenstored
  levtchn      INTEGER CHECK (levtchn BETWEEN 0 AND 4294967295),        -- of a ring: draft, oxenstored
  mfn          INTEGER,                                                 -- of a ring: draft, oxenstored; -1: none
  CHECK ((type = 'ring') = (domid IS NOT NULL)),
  CHECK ((type = 'socket') = (socket_fd IS NOT NULL)),
  CHECK (type = 'ring' OR (target_domid IS NULL AND evtchn IS NULL AND revtchn IS NULL AND levtchn IS NULL AND mfn IS NULL)),
  CHECK (type = 'ring' OR flags IS NULL OR flags <= 1)
) STRICT;
CREATE UNIQUE INDEX connections_ring ON connections (domid) WHERE type = 'ring';

-- WATCH_DATA, or WATCH_DATA_EXTENDED if there is a depth.
CREATE TABLE watches (
  watch_id INTEGER PRIMARY KEY,
  position INTEGER,
  conn_id  INTEGER NOT NULL REFERENCES connections ON DELETE CASCADE ON UPDATE CASCADE,
  path     ANY NOT NULL CHECK (typeof(path) IN ('text', 'blob') AND length(CAST(path AS BLOB)) <= 65534),
  token    ANY NOT NULL CHECK (typeof(token) IN ('text', 'blob') AND length(CAST(token AS BLOB)) <= 65534),
  depth    INTEGER CHECK (depth BETWEEN 0 AND 65535)                    -- v2; 65535: unlimited
) STRICT;
CREATE INDEX watches_connection ON watches (conn_id);

-- TRANSACTION_DATA.
CREATE TABLE transactions (
  conn_id  INTEGER NOT NULL REFERENCES connections ON DELETE CASCADE ON UPDATE CASCADE,
  tx_id    INTEGER NOT NULL CHECK (tx_id BETWEEN 0 AND 4294967295),
  position INTEGER,
  PRIMARY KEY (conn_id, tx_id)
) STRICT, WITHOUT ROWID;

-- NODE_DATA. A committed node has no conn_id; a pending one has the connection and the transaction
-- that have touched it.
CREATE TABLE nodes (
  node_id  INTEGER PRIMARY KEY,
  position INTEGER,
  path     ANY NOT NULL CHECK (
             typeof(path) IN ('text', 'blob') AND length(CAST(path AS BLOB)) BETWEEN 1 AND 65534
             AND substr(CAST(path AS BLOB), 1, 1) IN (x'2F', x'40')),
  value    ANY NOT NULL DEFAULT '' CHECK (typeof(value) IN ('text', 'blob') AND length(CAST(value AS BLOB)) <= 65535),
  conn_id  INTEGER CHECK (conn_id BETWEEN 1 AND 4294967295),
  tx_id    INTEGER NOT NULL DEFAULT 0 CHECK (tx_id BETWEEN 0 AND 4294967295),
  access   INTEGER NOT NULL DEFAULT 0 CHECK (access BETWEEN 0 AND 65535), -- of a pending node: 1 read, 2 written, 0 deleted
  FOREIGN KEY (conn_id, tx_id) REFERENCES transactions ON DELETE CASCADE ON UPDATE CASCADE
) STRICT;
CREATE UNIQUE INDEX nodes_committed ON nodes (path) WHERE conn_id IS NULL;
CREATE INDEX nodes_pending ON nodes (conn_id, tx_id) WHERE conn_id IS NOT NULL;

-- A node's permissions, in the order of position. The first names the owner, and its letter applies
-- to every domain that is not listed. A committed node without permissions gets its parent's.
CREATE TABLE perms (
  node_id  INTEGER NOT NULL REFERENCES nodes ON DELETE CASCADE ON UPDATE CASCADE,
  position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 65534),
  perm     TEXT NOT NULL CHECK (perm IN ('n', 'r', 'w', 'b')),
  domid    INTEGER NOT NULL CHECK (domid BETWEEN 0 AND 65535),
  stale    INTEGER NOT NULL DEFAULT 0 CHECK (stale IN (0, 1)),          -- v1, v2
  PRIMARY KEY (node_id, position)
) STRICT, WITHOUT ROWID;

-- DOMAIN_DATA.
CREATE TABLE domains (
  domid    INTEGER PRIMARY KEY CHECK (domid BETWEEN 0 AND 65535),
  position INTEGER,
  features INTEGER NOT NULL DEFAULT 0 CHECK (features BETWEEN 0 AND 4294967295) -- v2
) STRICT;

-- GLOBAL_QUOTA_DATA (scopes default and host) and the quotas of DOMAIN_DATA, in the order of
-- position within their record.
CREATE TABLE quotas (
  quota_id INTEGER PRIMARY KEY,
  scope    TEXT NOT NULL CHECK (scope IN ('default', 'host', 'domain')),
  domid    INTEGER REFERENCES domains ON DELETE CASCADE ON UPDATE CASCADE,
  position INTEGER,
  name     ANY NOT NULL CHECK (typeof(name) IN ('text', 'blob') AND instr(CAST(name AS BLOB), x'00') = 0),
  value    INTEGER NOT NULL CHECK (value BETWEEN 0 AND 4294967295),     -- 0: unlimited
  CHECK ((scope = 'domain') = (domid IS NOT NULL))
) STRICT;
CREATE INDEX quotas_domain ON quotas (domid);

-- What the image covers: what it lacks outside of that is unknown, not missing. covered 0 is an
-- exception within a larger part of the tree. 'xsarchive build --save-as' keeps it.
CREATE TABLE coverage (
  kind          TEXT NOT NULL CHECK (kind IN (
                  'nodes', 'permissions', 'stale', 'special', 'connections', 'watches', 'transactions', 'pending', 'quotas')),
  root          ANY NOT NULL DEFAULT '/' CHECK (typeof(root) IN ('text', 'blob') AND length(CAST(root AS BLOB)) <= 65534),
  includes_root INTEGER NOT NULL DEFAULT 1 CHECK (includes_root IN (0, 1)),
  covered       INTEGER NOT NULL DEFAULT 1 CHECK (covered IN (0, 1)),
  PRIMARY KEY (kind, root)
) STRICT, WITHOUT ROWID;
