-- Schema version 4: images that are text, oxenstored's state and listings of xenstore-ls. Their lines are records like others;
-- a line that says nothing known is one of type 1279872581 (TEXT_LINE), with the line for its body.

CREATE TABLE chain_4 (
  chain_id        INTEGER PRIMARY KEY,
  layout          TEXT NOT NULL CHECK (layout IN ('draft', 'v1', 'v2', 'oxenstored', 'listing')),
  byte_order      TEXT NOT NULL CHECK (byte_order IN ('little', 'big')),
  length_rule     TEXT NOT NULL CHECK (length_rule IN ('body', 'padded')), -- whether a record's len counts its padding
  last_gen        INTEGER NOT NULL,                                        -- the chain's newest generation, from 1 on
  node_span_count INTEGER NOT NULL DEFAULT 0                               -- rows of node_span
) STRICT;
INSERT INTO chain_4 SELECT chain_id, layout, byte_order, length_rule, last_gen, node_span_count FROM chain ORDER BY chain_id;
DROP TABLE chain;
ALTER TABLE chain_4 RENAME TO chain;

-- oxenstored: the port of the event that a domain has gone.
ALTER TABLE global_span ADD COLUMN virq_port INTEGER;

PRAGMA user_version = 4;
