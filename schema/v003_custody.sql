-- Schema version 3: the custody log: who did what to the archive, when and with what. Rows are only ever added; each
-- holds the SHA-256 over itself and the row before, so that a row that was changed or taken out shows.

CREATE TABLE custody (
  entry_id    INTEGER PRIMARY KEY,          -- from 1 on, without gaps
  at          TEXT NOT NULL,                -- UTC, ISO 8601
  action      TEXT NOT NULL CHECK (action IN ('import', 'rebuild', 'remove', 'upgrade', 'found')),
  user        TEXT NOT NULL,                -- the login name and uid that the program ran under
  host        TEXT NOT NULL,                -- the machine it ran on
  tool        TEXT NOT NULL,                -- its name and version
  arguments   TEXT NOT NULL,                -- its command line, without the program's name
  image_id    INTEGER,                      -- of the image, also when that has been removed; never given twice
  name        TEXT,                         -- the image's name, series, captured_at, layout, size and sha256 at that time
  series      TEXT,
  captured_at TEXT,
  layout      TEXT,
  size        INTEGER,
  sha256      TEXT,
  findings    TEXT,                         -- SHA-256 over what import noticed
  source      TEXT,                         -- the file the image came from, or the image it was made of
  note        TEXT,                         -- what else a reader should know, like what was replaced in a rebuilt image
  previous    TEXT NOT NULL,                -- hash of the entry before; 64 zeros in the first
  hash        TEXT NOT NULL                 -- SHA-256 over all columns before it; docs/archive.md says how
) STRICT;

CREATE TRIGGER custody_is_not_changed BEFORE UPDATE ON custody BEGIN
  SELECT raise(ABORT, 'the custody log is not changed, only added to');
END;
CREATE TRIGGER custody_is_not_deleted BEFORE DELETE ON custody BEGIN
  SELECT raise(ABORT, 'the custody log is not changed, only added to');
END;
-- Also against INSERT OR REPLACE, which deletes without asking the trigger above.
CREATE TRIGGER custody_is_added_to_at_its_end BEFORE INSERT ON custody
WHEN NEW.entry_id IS NOT (SELECT ifnull(max(entry_id), 0) + 1 FROM custody) BEGIN
  SELECT raise(ABORT, 'the custody log is added to at its end only');
END;

PRAGMA user_version = 3;
