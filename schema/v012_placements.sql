-- Schema version 12: whose homes have nodes with which permissions, so that a question about
-- permissions reads only the homes that it is about. It follows from node_span; `verify` compares.

-- The lists of permissions of the committed nodes of a home, as spans: a row holds for the
-- generations of its chain from first_gen to last_gen (0: until now).
CREATE TABLE placement_span (
  chain_id   INTEGER NOT NULL REFERENCES chain (chain_id),
  home       INTEGER NOT NULL,              -- a domid; -1: in no home; -2: see the view placements
  permset_id INTEGER NOT NULL REFERENCES permset (permset_id),
  first_gen  INTEGER NOT NULL,
  last_gen   INTEGER NOT NULL,
  PRIMARY KEY (chain_id, home, permset_id, first_gen)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 12;
