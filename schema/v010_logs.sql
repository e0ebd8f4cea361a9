-- Schema version 10: logs beside images. An image says what was; a log says who did what, and when.
-- Read the views logs, log_files, log_gaps, events and log_transactions.
--
-- A line is not stored as text: it is written from its event, as an image is from its records. Only
-- a line that its event would not give back is kept as it is.

-- A log: what one daemon of a host wrote, in however many files.
CREATE TABLE log (
  log_id      INTEGER PRIMARY KEY,
  series      TEXT NOT NULL,                -- of the images of the same host
  name        TEXT NOT NULL,                -- of its files, without what a rotation adds
  form        TEXT NOT NULL CHECK (form IN ('access', 'syslog', 'trace')),
  imported_at TEXT NOT NULL,                -- UTC, ISO 8601; of the first file
  UNIQUE (series, name, form)
) STRICT;

-- A run of lines that was in one file. Segments of a log do not have a line in common.
CREATE TABLE log_segment (
  segment_id  INTEGER PRIMARY KEY,
  log_id      INTEGER NOT NULL REFERENCES log (log_id),
  position    INTEGER NOT NULL,             -- in the log, of its first line; from 1 on
  line_count  INTEGER NOT NULL,
  size        INTEGER NOT NULL,             -- bytes
  sha256      TEXT NOT NULL CHECK (length(sha256) = 64),
  first_event INTEGER NOT NULL,             -- event_id of its first line; line n has first_event + n - 1
  last_event  INTEGER NOT NULL,             -- event_id of its last line
  start       INTEGER,                      -- its first time, in milliseconds since 1970; NULL: it has none
  finish      INTEGER,                      -- its last time
  rotation    INTEGER,                      -- the number that its file's name ended with; NULL: none
  has_reads   INTEGER NOT NULL CHECK (has_reads IN (0, 1)), -- whether it has requests that only read
  -- How it is known that no line is missing before it; NULL: a gap may be there.
  joined      TEXT CHECK (joined IN ('file', 'rotation'))
) STRICT;

-- A file as it was imported.
CREATE TABLE log_file (
  file_id     INTEGER PRIMARY KEY,
  log_id      INTEGER NOT NULL REFERENCES log (log_id),
  name        TEXT NOT NULL,
  size        INTEGER NOT NULL,
  sha256      TEXT NOT NULL CHECK (length(sha256) = 64),
  line_count  INTEGER NOT NULL,
  modified_at TEXT,                         -- when it was last written: UTC, ISO 8601; NULL: unknown
  imported_at TEXT NOT NULL,                -- UTC, ISO 8601
  run         INTEGER NOT NULL              -- the same for files that were imported together
) STRICT;
CREATE INDEX log_file_log ON log_file (log_id);

-- Which lines a file consists of.
CREATE TABLE log_part (
  file_id    INTEGER NOT NULL REFERENCES log_file (file_id),
  part       INTEGER NOT NULL,              -- from 1 on
  segment_id INTEGER NOT NULL REFERENCES log_segment (segment_id),
  first_line INTEGER NOT NULL,              -- in the segment, from 1 on
  line_count INTEGER NOT NULL,
  file_line  INTEGER NOT NULL,              -- in the file, of the same line
  PRIMARY KEY (file_id, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX log_part_segment ON log_part (segment_id);

-- One use of a connection's name, from its opening to its end.
CREATE TABLE log_connection (
  connection_id INTEGER PRIMARY KEY,
  segment_id    INTEGER NOT NULL REFERENCES log_segment (segment_id),
  name          ANY NOT NULL,
  domid         INTEGER,                    -- of the client; NULL: the log does not say it
  replays       INTEGER NOT NULL CHECK (replays IN (0, 1)), -- 1: oxenstored does a transaction again
  opened        INTEGER,                    -- event_id; NULL: not in the segment
  closed        INTEGER
) STRICT;
CREATE INDEX log_connection_domid ON log_connection (domid);
CREATE INDEX log_connection_segment ON log_connection (segment_id);

CREATE TABLE log_transaction (
  transaction_id INTEGER PRIMARY KEY,
  segment_id     INTEGER NOT NULL REFERENCES log_segment (segment_id),
  connection_id  INTEGER NOT NULL REFERENCES log_connection (connection_id),
  tid            INTEGER NOT NULL,
  first_event    INTEGER NOT NULL,          -- event_id
  last_event     INTEGER,                   -- event_id; NULL: it has no end in the segment
  result         TEXT CHECK (result IN ('commit', 'abort', 'conflict')) -- NULL: the log does not say it
) STRICT;
CREATE INDEX log_transaction_segment ON log_transaction (segment_id);

-- Tokens, replies and lines that events refer to.
CREATE TABLE log_string (
  string_id  INTEGER PRIMARY KEY,
  segment_id INTEGER NOT NULL REFERENCES log_segment (segment_id),
  string     ANY NOT NULL
) STRICT;
CREATE INDEX log_string_segment ON log_string (segment_id);

CREATE TABLE log_operation (
  operation INTEGER PRIMARY KEY,
  name      TEXT NOT NULL,
  kind      TEXT NOT NULL CHECK (kind IN ('request', 'answer', 'event', 'state', 'other'))
) STRICT;
INSERT INTO log_operation VALUES
  (0, 'none', 'other'),
  (1, 'read', 'request'), (2, 'write', 'request'), (3, 'mkdir', 'request'), (4, 'rm', 'request'),
  (5, 'setperms', 'request'), (6, 'getperms', 'request'), (7, 'directory', 'request'),
  (8, 'directory part', 'request'), (9, 'watch', 'request'), (10, 'unwatch', 'request'),
  (11, 'reset watches', 'request'), (12, 't start', 'request'), (13, 't end', 'request'),
  (14, 'introduce', 'request'), (15, 'release', 'request'), (16, 'getdomain', 'request'),
  (17, 'is introduced', 'request'), (18, 'resume', 'request'), (19, 'settarget', 'request'),
  (20, 'debug', 'request'), (21, 'restrict', 'request'), (22, 'get feature', 'request'),
  (23, 'set feature', 'request'), (24, 'get quota', 'request'), (25, 'set quota', 'request'),
  (26, 'invalid', 'request'),
  (40, 'w event', 'event'), (41, 'w notfired', 'event'), (42, 'error', 'answer'),
  (50, 'newconn', 'state'), (51, 'endconn', 'state'), (52, 'commit', 'state'), (53, 'conflict', 'state'),
  (54, 'coalesce', 'state'),
  (60, 'create watch', 'state'), (61, 'destroy watch', 'state'), (62, 'create transaction', 'state'),
  (63, 'destroy transaction', 'state'),
  -- Replies to requests 1 to 26.
  (101, 'reply', 'answer'), (102, 'reply', 'answer'), (103, 'reply', 'answer'), (104, 'reply', 'answer'),
  (105, 'reply', 'answer'), (106, 'reply', 'answer'), (107, 'reply', 'answer'), (108, 'reply', 'answer'),
  (109, 'reply', 'answer'), (110, 'reply', 'answer'), (111, 'reply', 'answer'), (112, 'reply', 'answer'),
  (113, 'reply', 'answer'), (114, 'reply', 'answer'), (115, 'reply', 'answer'), (116, 'reply', 'answer'),
  (117, 'reply', 'answer'), (118, 'reply', 'answer'), (119, 'reply', 'answer'), (120, 'reply', 'answer'),
  (121, 'reply', 'answer'), (122, 'reply', 'answer'), (123, 'reply', 'answer'), (124, 'reply', 'answer'),
  (125, 'reply', 'answer'), (126, 'reply', 'answer');

-- A record of a log, or a line that is none (operation 0). event_id is that of its first line.
CREATE TABLE event (
  event_id       INTEGER PRIMARY KEY,
  segment_id     INTEGER NOT NULL REFERENCES log_segment (segment_id),
  at             INTEGER,                   -- milliseconds after the segment's start; NULL: no time
  connection_id  INTEGER REFERENCES log_connection (connection_id),
  operation      INTEGER NOT NULL REFERENCES log_operation (operation),
  tid            INTEGER,                   -- 0: outside a transaction; NULL: the log does not say it
  transaction_id INTEGER REFERENCES log_transaction (transaction_id),
  path_id        INTEGER REFERENCES path (path_id),
  value          ANY,                       -- what a write writes
  detail_id      INTEGER REFERENCES log_string (string_id), -- what else follows the path or the operation
  outcome        INTEGER,                   -- 0: it succeeded; else the string_id of the error; NULL: unknown
  cause          INTEGER,                   -- how many lines before this one its cause or its request is
  shape          INTEGER NOT NULL,          -- bits; docs/logs.md has them
  raw_id         INTEGER REFERENCES log_string (string_id) -- the line as it is, or syslog's prefix
) STRICT;
CREATE INDEX event_path ON event (path_id) WHERE path_id IS NOT NULL;
-- introduce, release, resume and settarget.
CREATE INDEX event_domains ON event (operation) WHERE operation IN (14, 15, 18, 19);

-- How many events there are of each kind, so that a sum does not read them all. It follows from the
-- tables above.
CREATE TABLE event_tally (
  segment_id INTEGER NOT NULL REFERENCES log_segment (segment_id),
  domid      INTEGER,                       -- of the connection; NULL: unknown
  operation  INTEGER NOT NULL,
  outcome    ANY,                           -- 'ok', an error, or NULL: unknown
  path_id    INTEGER,
  detail_id  INTEGER,                       -- of the token of a watch and its events, or of the word of an error
  events     INTEGER NOT NULL,
  last_event INTEGER NOT NULL               -- event_id of the last one
) STRICT;
CREATE INDEX event_tally_segment ON event_tally (segment_id);

-- The first event of each minute of a segment, to find a time without reading all events.
CREATE TABLE log_minute (
  segment_id INTEGER NOT NULL REFERENCES log_segment (segment_id),
  minute     INTEGER NOT NULL,              -- minutes since 1970
  event_id   INTEGER NOT NULL,
  PRIMARY KEY (segment_id, minute)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 10;
