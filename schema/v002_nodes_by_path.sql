-- Schema version 2: nodes lie by their path, so that a path is found without an index of its own beside the table, and
-- every column that says the same in almost every row is gone from them. An image takes a quarter less of the file.

-- An open span has last_gen 0, in every table: a zero takes no byte in the file.
UPDATE global_span SET last_gen = 0 WHERE last_gen = 32767;
UPDATE connection_span SET last_gen = 0 WHERE last_gen = 32767;
UPDATE watch_span SET last_gen = 0 WHERE last_gen = 32767;
UPDATE watch_extended_span SET last_gen = 0 WHERE last_gen = 32767;
UPDATE transaction_span SET last_gen = 0 WHERE last_gen = 32767;
UPDATE global_quota_span SET last_gen = 0 WHERE last_gen = 32767;
UPDATE domain_span SET last_gen = 0 WHERE last_gen = 32767;
UPDATE opaque_span SET last_gen = 0 WHERE last_gen = 32767;
UPDATE damage_span SET last_gen = 0 WHERE last_gen = 32767;

-- How many rows of node_span a chain has: with too many closed ones, reading one image takes long, and a new chain begins.
ALTER TABLE chain ADD COLUMN node_span_count INTEGER NOT NULL DEFAULT 0;
UPDATE chain SET node_span_count = (SELECT count(*) FROM node_span s WHERE s.chain_id = chain.chain_id);

-- For an image with the records of the one before in another order: for each record its place in the order of `ord`,
-- as the difference to the place behind the record before it, zigzag-coded in groups of 7 bits, the lowest first. NULL
-- where the records stand in the order of `ord`.
ALTER TABLE stream ADD COLUMN item_order BLOB;

-- The index stands by itself, so that a first import can make it in one go.
CREATE TABLE path_2 (
  path_id INTEGER PRIMARY KEY,
  path    ANY NOT NULL
) STRICT;
INSERT INTO path_2 SELECT path_id, path FROM path ORDER BY path_id;
DROP TABLE path;
ALTER TABLE path_2 RENAME TO path;
CREATE UNIQUE INDEX path_text ON path (path);

-- What only few nodes have; a node_span without detail is a committed node with nothing odd about it.
CREATE TABLE node_detail (
  detail_id    INTEGER PRIMARY KEY,
  conn_id      INTEGER NOT NULL,            -- 0: committed
  tx_id        INTEGER NOT NULL,
  access       INTEGER NOT NULL,            -- pending: bit 0 read, bit 1 written, 0 deleted
  unterminated INTEGER,                     -- 1: the path lacks its NUL
  residue_id   INTEGER REFERENCES residue
) STRICT;
CREATE INDEX node_detail_content ON node_detail (conn_id, tx_id, access, unterminated, residue_id);
INSERT INTO node_detail (conn_id, tx_id, access, unterminated, residue_id)
SELECT DISTINCT conn_id, tx_id, access, unterminated, residue_id FROM node_span
WHERE conn_id <> 0 OR tx_id <> 0 OR access <> 0 OR unterminated IS NOT NULL OR residue_id IS NOT NULL;

-- The nodes. (chain_id, ord) places a node in its stream; first_gen and last_gen (0: until now) say in which
-- generations of the chain it stands.
CREATE TABLE node_span_2 (
  chain_id   INTEGER NOT NULL REFERENCES chain,
  path_id    INTEGER NOT NULL REFERENCES path,
  ord        INTEGER NOT NULL,
  first_gen  INTEGER NOT NULL,
  last_gen   INTEGER NOT NULL,
  permset_id INTEGER NOT NULL REFERENCES permset,
  value      ANY NOT NULL,
  detail_id  INTEGER REFERENCES node_detail,
  PRIMARY KEY (chain_id, path_id, ord, first_gen)
) STRICT, WITHOUT ROWID;
INSERT INTO node_span_2
SELECT s.chain_id, s.path_id, s.ord, s.first_gen, CASE s.last_gen WHEN 32767 THEN 0 ELSE s.last_gen END, s.permset_id, s.value,
       (SELECT d.detail_id FROM node_detail d
        WHERE d.conn_id = s.conn_id AND d.tx_id = s.tx_id AND d.access = s.access
          AND d.unterminated IS s.unterminated AND d.residue_id IS s.residue_id)
FROM node_span s ORDER BY s.chain_id, s.path_id, s.ord, s.first_gen;
DROP TABLE node_span;
ALTER TABLE node_span_2 RENAME TO node_span;
CREATE INDEX node_span_detail ON node_span (detail_id) WHERE detail_id IS NOT NULL;

-- The paths whose nodes are not as in the generation before: what changed between two images of a chain.
CREATE TABLE node_change (
  chain_id INTEGER NOT NULL REFERENCES chain,
  gen      INTEGER NOT NULL,
  path_id  INTEGER NOT NULL REFERENCES path,
  PRIMARY KEY (chain_id, gen, path_id)
) STRICT, WITHOUT ROWID;
INSERT INTO node_change
SELECT chain_id, first_gen, path_id FROM node_span WHERE first_gen > 1
UNION SELECT chain_id, last_gen + 1, path_id FROM node_span WHERE last_gen > 0;

PRAGMA user_version = 2;
