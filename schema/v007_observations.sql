-- Schema version 7: when an image was seen again, and when its file was last written. The same bytes under the same name are another
-- observation, with a row of their own in `image`, unless nothing was seen in between.

-- When the file was last written, as the file system or the container said at the import; NULL if unknown. A file that was not
-- written since then shows nothing new when it is imported again.
ALTER TABLE image ADD COLUMN modified_at TEXT; -- UTC, ISO 8601

-- When the newest image of a series was imported again, without a capture time: what it shows was still so.
CREATE TABLE sighting (
  image_id INTEGER NOT NULL REFERENCES image (image_id),
  at       TEXT NOT NULL,                   -- UTC, ISO 8601; the time of the import
  PRIMARY KEY (image_id, at)
) STRICT, WITHOUT ROWID;

-- The images of each series in the order of time; see the views observations and series_steps. It follows from the tables above, and
-- is computed again when the series changes.
CREATE TABLE series_step (
  series       TEXT NOT NULL,
  step         INTEGER NOT NULL,            -- from 1 on
  image_id     INTEGER NOT NULL REFERENCES image (image_id),
  seen_at      TEXT NOT NULL,               -- the first observation of the step: UTC, ISO 8601
  seen_from    TEXT NOT NULL CHECK (seen_from IN ('capture', 'import')),
  last_seen    TEXT NOT NULL,               -- the last one
  last_from    TEXT NOT NULL CHECK (last_from IN ('capture', 'import')),
  covers_tree  INTEGER NOT NULL CHECK (covers_tree IN (0, 1)),  -- whether the image covers every path
  trees        INTEGER NOT NULL,            -- the number of images that do, up to this step
  covers_rings INTEGER NOT NULL CHECK (covers_rings IN (0, 1)), -- the same for connections
  rings        INTEGER NOT NULL,
  PRIMARY KEY (series, step)
) STRICT, WITHOUT ROWID;
CREATE INDEX series_step_image ON series_step (image_id);

-- The custody log knows what was seen again, and what came from another archive.
CREATE TABLE custody_7 (
  entry_id    INTEGER PRIMARY KEY,          -- from 1 on, without gaps
  at          TEXT NOT NULL,                -- UTC, ISO 8601
  action      TEXT NOT NULL CHECK (action IN ('import', 'rebuild', 'remove', 'upgrade', 'found', 'seen', 'merge')),
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
INSERT INTO custody_7
SELECT entry_id, at, action, user, host, tool, arguments, image_id, name, series, captured_at, layout, size, sha256, findings, source,
       note, previous, hash
FROM custody ORDER BY entry_id;
DROP TABLE custody;
ALTER TABLE custody_7 RENAME TO custody;

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

PRAGMA user_version = 7;
