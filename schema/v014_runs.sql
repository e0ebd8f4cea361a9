-- Schema version 14: the runs of each series. With them the history of a path takes as long as it
-- has changes; the images in which nothing happened to it are not gone through.

-- The runs of each series: images that follow each other in the order of time, and whose streams
-- are in one chain, in the order of its generations; a domain has several ring connections in all
-- of them or in none. So a span of that chain holds for images of the run that follow each other.
-- It follows from series_step; see the view observed_runs.
CREATE TABLE series_run (
  series     TEXT NOT NULL,
  first_step INTEGER NOT NULL,              -- in series_step
  last_step  INTEGER NOT NULL,
  chain_id   INTEGER NOT NULL REFERENCES chain (chain_id),
  first_gen  INTEGER NOT NULL,              -- the generation of the first image
  last_gen   INTEGER NOT NULL,              -- that of the last one; some between them may be missing
  is_doubled INTEGER NOT NULL CHECK (is_doubled IN (0, 1)), -- whether a domain has several rings
  PRIMARY KEY (series, first_step)
) STRICT, WITHOUT ROWID;
CREATE INDEX series_run_chain ON series_run (chain_id);

-- Which connections a domain had: its log, and when it was connected last.
CREATE INDEX connection_span_domid ON connection_span (domid);

PRAGMA user_version = 14;
