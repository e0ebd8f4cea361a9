-- Schema version 9: what the nodes of an image add up to, by owner and by directory, so that an answer about a
-- thousand domains does not read every node. All of it follows from node_span; `verify` compares.

-- What the committed nodes of each owner add up to, as spans: a row holds for the generations of its chain from
-- first_gen to last_gen (0: until now).
CREATE TABLE account_span (
  chain_id      INTEGER NOT NULL REFERENCES chain (chain_id),
  domid         INTEGER NOT NULL,           -- the owner
  first_gen     INTEGER NOT NULL,
  last_gen      INTEGER NOT NULL,
  nodes         INTEGER NOT NULL,           -- without the special ones
  bytes         INTEGER NOT NULL,           -- their paths and values, and 8 for each permission
  child_bytes   INTEGER NOT NULL,           -- the names of their children, each with a NUL
  special_nodes INTEGER NOT NULL,           -- those whose path begins with @
  special_bytes INTEGER NOT NULL,
  PRIMARY KEY (chain_id, domid, first_gen)
) STRICT, WITHOUT ROWID;

-- The directories whose list of children takes 2048 bytes or more, as spans like those above.
CREATE TABLE directory_span (
  chain_id   INTEGER NOT NULL REFERENCES chain (chain_id),
  path       ANY NOT NULL,
  first_gen  INTEGER NOT NULL,
  last_gen   INTEGER NOT NULL,
  children   INTEGER NOT NULL,
  list_bytes INTEGER NOT NULL,              -- the names of the children, each with a NUL
  PRIMARY KEY (chain_id, path, first_gen)
) STRICT, WITHOUT ROWID;

-- A watch or a transaction names its connection by the conn-id.
CREATE INDEX connection_span_conn_id ON connection_span (chain_id, conn_id);

PRAGMA user_version = 9;
