-- xsarchive, schema version 1: an archive of xenstored's state images.
--
-- Read the views (images, records, nodes, perms, watches, connections, transactions, quotas, domains, globals, residues,
-- findings, damages): each has image_id and reads like a plain table. The tables behind them store a record once for as long
-- as it stays the same along a chain of images.
--
-- Paths, values, tokens and names are TEXT where they are valid UTF-8 without NUL, BLOB otherwise: no byte is changed.

PRAGMA application_id = 0x78737261;  -- 'xsra'
PRAGMA user_version = 1;

-- A chain: streams of one layout whose records mostly stay the same from one to the next.
CREATE TABLE chain (
  chain_id    INTEGER PRIMARY KEY,
  layout      TEXT NOT NULL CHECK (layout IN ('draft', 'v1', 'v2')),
  byte_order  TEXT NOT NULL CHECK (byte_order IN ('little', 'big')),
  length_rule TEXT NOT NULL CHECK (length_rule IN ('body', 'padded')), -- whether a record's len counts its padding
  last_gen    INTEGER NOT NULL                                         -- the chain's newest generation, from 1 on
) STRICT;

-- A stream: one file's bytes, read with one layout. Its records are the spans with first_gen <= gen <= last_gen.
CREATE TABLE stream (
  stream_id      INTEGER PRIMARY KEY,
  chain_id       INTEGER NOT NULL REFERENCES chain,
  gen            INTEGER NOT NULL,
  sha256         TEXT NOT NULL CHECK (length(sha256) = 64),
  layout         TEXT NOT NULL,
  size           INTEGER NOT NULL,          -- bytes
  version        INTEGER,                   -- of the header; NULL where the file has none
  flags          INTEGER,                   -- of the header; NULL where the file has none
  salvaged       INTEGER NOT NULL CHECK (salvaged IN (0, 1)), -- 1: read with --salvage, because it is damaged
  certainty      TEXT NOT NULL CHECK (certainty IN ('certain', 'likely', 'undecided')), -- of the layout
  layout_reason  TEXT NOT NULL,
  record_count   INTEGER NOT NULL,
  node_count     INTEGER NOT NULL,
  verbatim_bytes INTEGER NOT NULL,          -- bytes kept as they are because the fields do not explain them
  trailer        BLOB,                      -- bytes behind END
  UNIQUE (chain_id, gen),
  UNIQUE (sha256, layout, salvaged)
) STRICT;

-- An image: a stream as it was observed, under a name, in a series, at a time.
CREATE TABLE image (
  image_id    INTEGER PRIMARY KEY,
  stream_id   INTEGER NOT NULL REFERENCES stream,
  name        TEXT NOT NULL,
  series      TEXT NOT NULL,
  captured_at TEXT,                         -- UTC, ISO 8601; NULL where nobody said
  imported_at TEXT NOT NULL                 -- UTC, ISO 8601
) STRICT;
CREATE INDEX image_stream ON image (stream_id);
CREATE INDEX image_name ON image (name);

-- What import noticed about a stream.
CREATE TABLE finding (
  stream_id INTEGER NOT NULL REFERENCES stream,
  position  INTEGER NOT NULL,               -- order of the findings, from 1 on
  rule      TEXT NOT NULL,
  severity  TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'error')),
  record    INTEGER,                        -- the record's number in the stream, from 1 on
  "offset"  INTEGER,                        -- bytes from the start of the file
  message   TEXT NOT NULL,                  -- what is there; names from the image are escaped
  expected  TEXT NOT NULL,                  -- what one would expect
  PRIMARY KEY (stream_id, position)
) STRICT, WITHOUT ROWID;

-- Paths of nodes and watches.
CREATE TABLE path (
  path_id INTEGER PRIMARY KEY,
  path    ANY NOT NULL UNIQUE
) STRICT;

-- Lists of permissions, as text and as rows.
CREATE TABLE permset (
  permset_id INTEGER PRIMARY KEY,
  raw        BLOB NOT NULL UNIQUE,          -- 4 bytes each: perm, flags, domid (little-endian)
  owner      INTEGER,                       -- domid of the first entry
  perms      TEXT NOT NULL                  -- like n0,r5; a stale entry like r5:stale
) STRICT;
CREATE TABLE permset_entry (
  permset_id INTEGER NOT NULL REFERENCES permset,
  position   INTEGER NOT NULL,              -- from 0 on; the first names the owner
  perm       TEXT NOT NULL,                 -- r, w, b, n; 0x.. for any other byte
  flags      INTEGER NOT NULL,              -- bit 0: stale (v1, v2); a pad in the draft layout
  domid      INTEGER NOT NULL,
  PRIMARY KEY (permset_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX permset_entry_domid ON permset_entry (domid);

-- Lists of quotas.
CREATE TABLE quotaset (
  quotaset_id INTEGER PRIMARY KEY,
  raw         BLOB NOT NULL UNIQUE          -- each value (4 bytes, little-endian) with its name and a NUL
) STRICT;
CREATE TABLE quotaset_entry (
  quotaset_id INTEGER NOT NULL REFERENCES quotaset,
  position    INTEGER NOT NULL,             -- from 0 on
  name        ANY NOT NULL,
  value       INTEGER NOT NULL,             -- 0: unlimited
  PRIMARY KEY (quotaset_id, position)
) STRICT, WITHOUT ROWID;

-- Bytes of a record that its fields do not explain; most archives have none or a few.
CREATE TABLE residue (
  residue_id INTEGER PRIMARY KEY,
  len        INTEGER,                       -- the declared len, where it is not the expected one
  alignment  BLOB NOT NULL,                 -- octets before unique-id, where they are not zero
  tail       BLOB                           -- octets behind the last field, where they are not zero padding
) STRICT;
CREATE INDEX residue_content ON residue (len, alignment, tail);

-- The spans. In each table (chain_id, ord) places a record in its stream, first_gen and last_gen say in which
-- generations of the chain it stands (last_gen 32767: until now), `unterminated` has a bit for each string that lacks
-- its NUL (1: path or wpath, 2: token). The other columns are the record's fields by their names in the document.

CREATE TABLE global_span (
  chain_id INTEGER NOT NULL REFERENCES chain, ord INTEGER NOT NULL, first_gen INTEGER NOT NULL, last_gen INTEGER NOT NULL,
  rw_socket_fd INTEGER,
  ro_socket_fd INTEGER,                     -- draft
  evtchn_fd    INTEGER,                     -- v1, v2
  unterminated INTEGER,
  residue_id   INTEGER REFERENCES residue,
  PRIMARY KEY (chain_id, ord, first_gen)
) STRICT, WITHOUT ROWID;

CREATE TABLE connection_span (
  chain_id INTEGER NOT NULL REFERENCES chain, ord INTEGER NOT NULL, first_gen INTEGER NOT NULL, last_gen INTEGER NOT NULL,
  conn_id      INTEGER NOT NULL,
  conn_pad     INTEGER,                     -- draft
  conn_type    INTEGER NOT NULL,            -- 0 ring, 1 socket
  fields       INTEGER,                     -- v1, v2: bit 0: unique_id is there
  domid        INTEGER,                     -- ring
  tdomid       INTEGER,                     -- ring; 32756 (0x7FF4): none
  flags        INTEGER,                     -- draft
  revtchn      INTEGER,                     -- draft, ring
  levtchn      INTEGER,                     -- draft, ring
  mfn          INTEGER,                     -- draft, ring: 64 bits, shown signed
  evtchn       INTEGER,                     -- v1, v2, ring
  socket_fd    INTEGER,                     -- socket
  socket_pad   INTEGER,                     -- v1, v2, socket
  conn_spec    BLOB,                        -- where conn_type is neither
  out_resp_len INTEGER,                     -- v1, v2: octets of out_data that finish a half-written reply
  in_data      BLOB,                        -- v1, v2
  out_data     BLOB,
  unique_id    INTEGER,                     -- v1, v2: 64 bits, shown signed
  unterminated INTEGER,
  residue_id   INTEGER REFERENCES residue,
  PRIMARY KEY (chain_id, ord, first_gen)
) STRICT, WITHOUT ROWID;

CREATE TABLE watch_span (
  chain_id INTEGER NOT NULL REFERENCES chain, ord INTEGER NOT NULL, first_gen INTEGER NOT NULL, last_gen INTEGER NOT NULL,
  conn_id      INTEGER NOT NULL,
  path_id      INTEGER NOT NULL REFERENCES path,
  token        ANY NOT NULL,
  unterminated INTEGER,
  residue_id   INTEGER REFERENCES residue,
  PRIMARY KEY (chain_id, ord, first_gen)
) STRICT, WITHOUT ROWID;
CREATE INDEX watch_span_path ON watch_span (path_id, chain_id, first_gen, last_gen);

CREATE TABLE watch_extended_span (
  chain_id INTEGER NOT NULL REFERENCES chain, ord INTEGER NOT NULL, first_gen INTEGER NOT NULL, last_gen INTEGER NOT NULL,
  conn_id      INTEGER NOT NULL,
  path_id      INTEGER NOT NULL REFERENCES path,
  token        ANY NOT NULL,
  depth        INTEGER,                     -- 65535: unlimited
  depth_pad    INTEGER,
  unterminated INTEGER,
  residue_id   INTEGER REFERENCES residue,
  PRIMARY KEY (chain_id, ord, first_gen)
) STRICT, WITHOUT ROWID;
CREATE INDEX watch_extended_span_path ON watch_extended_span (path_id, chain_id, first_gen, last_gen);

CREATE TABLE transaction_span (
  chain_id INTEGER NOT NULL REFERENCES chain, ord INTEGER NOT NULL, first_gen INTEGER NOT NULL, last_gen INTEGER NOT NULL,
  conn_id      INTEGER NOT NULL,
  tx_id        INTEGER NOT NULL,
  unterminated INTEGER,
  residue_id   INTEGER REFERENCES residue,
  PRIMARY KEY (chain_id, ord, first_gen)
) STRICT, WITHOUT ROWID;

CREATE TABLE node_span (
  chain_id INTEGER NOT NULL REFERENCES chain, ord INTEGER NOT NULL, first_gen INTEGER NOT NULL, last_gen INTEGER NOT NULL,
  conn_id      INTEGER NOT NULL,            -- 0: committed
  tx_id        INTEGER NOT NULL,
  access       INTEGER NOT NULL,            -- pending: bit 0 read, bit 1 written, 0 deleted
  permset_id   INTEGER NOT NULL REFERENCES permset,
  path_id      INTEGER NOT NULL REFERENCES path,
  value        ANY NOT NULL,
  unterminated INTEGER,
  residue_id   INTEGER REFERENCES residue,
  PRIMARY KEY (chain_id, ord, first_gen)
) STRICT, WITHOUT ROWID;
CREATE INDEX node_span_path ON node_span (path_id, chain_id, first_gen, last_gen);

CREATE TABLE global_quota_span (
  chain_id INTEGER NOT NULL REFERENCES chain, ord INTEGER NOT NULL, first_gen INTEGER NOT NULL, last_gen INTEGER NOT NULL,
  n_dom_quota  INTEGER NOT NULL,            -- how many of the quotas, from the first on, are defaults of a domain
  quotaset_id  INTEGER NOT NULL REFERENCES quotaset,
  unterminated INTEGER,
  residue_id   INTEGER REFERENCES residue,
  PRIMARY KEY (chain_id, ord, first_gen)
) STRICT, WITHOUT ROWID;

CREATE TABLE domain_span (
  chain_id INTEGER NOT NULL REFERENCES chain, ord INTEGER NOT NULL, first_gen INTEGER NOT NULL, last_gen INTEGER NOT NULL,
  domid        INTEGER NOT NULL,
  features     INTEGER NOT NULL,
  quotaset_id  INTEGER NOT NULL REFERENCES quotaset,
  unterminated INTEGER,
  residue_id   INTEGER REFERENCES residue,
  PRIMARY KEY (chain_id, ord, first_gen)
) STRICT, WITHOUT ROWID;

-- END, and types that no document defines.
CREATE TABLE opaque_span (
  chain_id INTEGER NOT NULL REFERENCES chain, ord INTEGER NOT NULL, first_gen INTEGER NOT NULL, last_gen INTEGER NOT NULL,
  type         INTEGER NOT NULL,
  body         BLOB NOT NULL,
  unterminated INTEGER,
  residue_id   INTEGER REFERENCES residue,
  PRIMARY KEY (chain_id, ord, first_gen)
) STRICT, WITHOUT ROWID;

-- Stretches of a damaged image in which no record can be made out. They have their place in the order like records.
CREATE TABLE damage_span (
  chain_id INTEGER NOT NULL REFERENCES chain, ord INTEGER NOT NULL, first_gen INTEGER NOT NULL, last_gen INTEGER NOT NULL,
  "offset" INTEGER NOT NULL,                -- bytes from the start of the file
  bytes    BLOB NOT NULL,
  PRIMARY KEY (chain_id, ord, first_gen)
) STRICT, WITHOUT ROWID;
