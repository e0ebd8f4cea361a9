-- Schema version 8: the custody logs of archives whose images were merged into this one.

-- An archive that was merged. If it had merged others itself, these have rows, too, with it as their parent.
CREATE TABLE origin (
  origin_id INTEGER PRIMARY KEY,
  parent_id INTEGER,                        -- origin_id of the archive that had merged it; NULL: it was merged into this one
  entry_id  INTEGER NOT NULL                -- of the merge, in the custody log of this archive or of the parent
) STRICT;

-- The rows of the other archive's custody log, as they are there.
CREATE TABLE origin_custody (
  origin_id   INTEGER NOT NULL REFERENCES origin (origin_id),
  entry_id    INTEGER NOT NULL,             -- from here on the columns of custody
  at          TEXT NOT NULL,
  action      TEXT NOT NULL,
  user        TEXT NOT NULL,
  host        TEXT NOT NULL,
  tool        TEXT NOT NULL,
  arguments   TEXT NOT NULL,
  image_id    INTEGER,                      -- in the other archive
  name        TEXT,
  series      TEXT,
  captured_at TEXT,
  layout      TEXT,
  size        INTEGER,
  sha256      TEXT,
  findings    TEXT,
  source      TEXT,
  note        TEXT,
  previous    TEXT NOT NULL,
  hash        TEXT NOT NULL,
  PRIMARY KEY (origin_id, entry_id)
) STRICT, WITHOUT ROWID;

-- Which image of this archive, or of the parent, is which image of the other archive.
CREATE TABLE origin_image (
  origin_id       INTEGER NOT NULL REFERENCES origin (origin_id),
  origin_image_id INTEGER NOT NULL,
  image_id        INTEGER NOT NULL,         -- also if it has been removed since
  PRIMARY KEY (origin_id, origin_image_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX origin_image_here ON origin_image (image_id);

PRAGMA user_version = 8;
