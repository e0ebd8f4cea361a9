-- Schema version 6: what an image covers, and where its tree hangs. A listing holds nodes of a part of the tree, and what it does
-- not hold is unknown, not absent.

CREATE TABLE chain_6 (
  chain_id        INTEGER PRIMARY KEY,
  layout          TEXT NOT NULL CHECK (layout IN ('draft', 'v1', 'v2', 'oxenstored', 'listing', 'tree', 'pairs', 'oxenstored-debug',
                                                  'tdb', 'tdbdump')),
  byte_order      TEXT NOT NULL CHECK (byte_order IN ('little', 'big')),
  length_rule     TEXT NOT NULL CHECK (length_rule IN ('body', 'padded')), -- whether a record's len counts its padding
  last_gen        INTEGER NOT NULL,                                        -- the chain's newest generation, from 1 on
  node_span_count INTEGER NOT NULL DEFAULT 0                               -- rows of node_span
) STRICT;
INSERT INTO chain_6 SELECT chain_id, layout, byte_order, length_rule, last_gen, node_span_count FROM chain ORDER BY chain_id;
DROP TABLE chain;
ALTER TABLE chain_6 RENAME TO chain;

CREATE TABLE stream_6 (
  stream_id      INTEGER PRIMARY KEY,
  chain_id       INTEGER NOT NULL REFERENCES chain (chain_id),
  gen            INTEGER NOT NULL,
  sha256         TEXT NOT NULL CHECK (length(sha256) = 64),
  layout         TEXT NOT NULL,
  size           INTEGER NOT NULL,          -- bytes
  version        INTEGER,                   -- of the header; NULL if the file has none
  flags          INTEGER,                   -- of the header; NULL if the file has none
  salvaged       INTEGER NOT NULL CHECK (salvaged IN (0, 1)), -- 1: read with --salvage, because it is damaged
  certainty      TEXT NOT NULL CHECK (certainty IN ('certain', 'likely', 'undecided')), -- of the layout
  layout_reason  TEXT NOT NULL,
  record_count   INTEGER NOT NULL,
  node_count     INTEGER NOT NULL,
  verbatim_bytes INTEGER NOT NULL,          -- bytes kept as they are because the fields do not explain them
  trailer        BLOB,                      -- bytes after END
  item_order     BLOB,                      -- see schema version 2
  root           ANY NOT NULL DEFAULT '/',  -- where the tree of the image hangs; not absolute if that is unknown
  root_source    TEXT NOT NULL DEFAULT 'paths'
                 CHECK (root_source IN ('paths', 'command', 'option', 'content', 'unknown')),
  UNIQUE (chain_id, gen),
  UNIQUE (sha256, layout, salvaged, root)
) STRICT;
INSERT INTO stream_6 (stream_id, chain_id, gen, sha256, layout, size, version, flags, salvaged, certainty, layout_reason, record_count,
                      node_count, verbatim_bytes, trailer, item_order)
SELECT stream_id, chain_id, gen, sha256, layout, size, version, flags, salvaged, certainty, layout_reason, record_count,
       node_count, verbatim_bytes, trailer, item_order
FROM stream ORDER BY stream_id;
DROP TABLE stream;
ALTER TABLE stream_6 RENAME TO stream;

-- What an image covers: which kinds of things it would hold if they existed. The longest root at or above a path decides about it. A
-- kind without a row is not covered at all: what the image holds of it is known, everything else is unknown.
CREATE TABLE stream_coverage (
  stream_id     INTEGER NOT NULL REFERENCES stream (stream_id),
  kind          TEXT NOT NULL CHECK (kind IN ('nodes', 'permissions', 'stale', 'special', 'connections', 'watches', 'transactions',
                                              'pending', 'quotas')),
  root          ANY NOT NULL,               -- the path from which on; '/' for what has no path
  includes_root INTEGER NOT NULL CHECK (includes_root IN (0, 1)), -- 0: only what is below it
  covered       INTEGER NOT NULL CHECK (covered IN (0, 1)),       -- 0: an exception, like a node that could not be read
  PRIMARY KEY (stream_id, kind, root)
) STRICT, WITHOUT ROWID;

INSERT INTO stream_coverage
WITH layout_kind (kind, layouts) AS (
  VALUES ('nodes', 'draft v1 v2 oxenstored'), ('permissions', 'draft v1 v2 oxenstored'), ('stale', 'v1 v2'),
         ('special', 'draft v1 v2 oxenstored'), ('connections', 'draft v1 v2 oxenstored'), ('watches', 'draft v1 v2 oxenstored'),
         ('transactions', 'draft v1 v2'), ('pending', 'draft v1 v2'), ('quotas', 'v2')
)
SELECT s.stream_id, k.kind, '/', 1, 1
FROM stream s JOIN layout_kind k ON ' ' || k.layouts || ' ' LIKE '% ' || s.layout || ' %';

-- A listing that was imported before covers the host if it has the four trees that every host has; otherwise it is not recorded what
-- it covers.
INSERT INTO stream_coverage
SELECT s.stream_id, k.kind, '/', 0, 1
FROM stream s
JOIN (SELECT 'nodes' AS kind UNION ALL SELECT 'permissions') k
WHERE s.layout = 'listing'
  AND 4 = (SELECT count(DISTINCT p.path)
           FROM node_span n JOIN path p ON p.path_id = n.path_id JOIN permset m ON m.permset_id = n.permset_id
           WHERE n.chain_id = s.chain_id AND s.gen >= n.first_gen AND (n.last_gen = 0 OR s.gen <= n.last_gen)
             AND p.path IN ('/local/domain', '/tool', '/vm', '/libxl') AND (k.kind = 'nodes' OR m.owner IS NOT NULL));

PRAGMA user_version = 6;
