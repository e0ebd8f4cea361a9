-- Schema version 13: the largest of what the nodes of an image have, so that a question about
-- limits does not read every node. It follows from node_span; `verify` compares.

-- The extents of the committed nodes, as spans: a row holds for the generations of its chain from
-- first_gen to last_gen (0: until now). A guest's nodes are those with an owner other than
-- domain 0.
CREATE TABLE extent_span (
  chain_id    INTEGER NOT NULL REFERENCES chain (chain_id),
  first_gen   INTEGER NOT NULL,
  last_gen    INTEGER NOT NULL,
  depth       INTEGER NOT NULL,             -- the most slashes in a path
  numbered    INTEGER NOT NULL,             -- nodes as the view extents says
  guest_path  INTEGER NOT NULL,             -- bytes of a guest's longest path
  guest_value INTEGER NOT NULL,             -- bytes of its largest value
  guest_perms INTEGER NOT NULL,             -- entries of its longest list of permissions
  PRIMARY KEY (chain_id, first_gen)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 13;
