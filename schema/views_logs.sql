-- A log: what one daemon wrote, in however many files. first_at and last_at end with Z if they are
-- UTC; a C xenstored writes the host's local time, of which import --time-zone says the zone. gaps:
-- at how many places lines may be missing. has_reads 0: requests that only read, and errors that a
-- node does not exist, are not in the log.
-- columns: log_id integer, series text, name text, form text, files integer, lines integer,
--          size integer, first_at text, last_at text, gaps integer, has_reads integer,
--          imported_at text
CREATE VIEW logs AS
SELECT l.log_id, l.series, l.name, l.form, (SELECT count(*) FROM log_file f WHERE f.log_id = l.log_id) AS files,
       sum(g.line_count) AS lines, sum(g.size) AS size,
       strftime('%Y-%m-%dT%H:%M:%S', min(g.start) / 1000, 'unixepoch')
         || CASE WHEN count(*) > count(g.utc_offset) THEN '' WHEN l.form = 'trace' THEN 'Z' ELSE printf('.%03dZ', min(g.start) % 1000) END AS first_at,
       strftime('%Y-%m-%dT%H:%M:%S', max(g.finish) / 1000, 'unixepoch')
         || CASE WHEN count(*) > count(g.utc_offset) THEN '' WHEN l.form = 'trace' THEN 'Z' ELSE printf('.%03dZ', max(g.finish) % 1000) END AS last_at,
       count(CASE WHEN g.position > 1 AND g.joined IS NULL THEN 1 END) AS gaps, max(g.has_reads) AS has_reads, l.imported_at
FROM log l JOIN log_segment g ON g.log_id = l.log_id
GROUP BY l.log_id;

-- A file of a log as it was imported. new_lines: those that no file had before it.
-- columns: file_id integer, log_id integer, name text, size integer, sha256 text, lines integer,
--          new_lines integer, modified_at text, imported_at text
CREATE VIEW log_files AS
SELECT f.file_id, f.log_id, f.name, f.size, f.sha256, f.line_count AS lines,
       (SELECT ifnull(sum(p.line_count), 0) FROM log_part p
        WHERE p.file_id = f.file_id
          AND NOT EXISTS (SELECT 1 FROM log_part o WHERE o.segment_id = p.segment_id AND o.file_id < f.file_id)) AS new_lines,
       f.modified_at, f.imported_at
FROM log_file f;

-- A place in a log at which lines may be missing: two files of which nothing shows that one follows
-- the other. position: the first line after it. from_time, to_time: the last time before it, and
-- the first one after it.
-- columns: log_id integer, position integer, from_time text, to_time text
CREATE VIEW log_gaps AS
SELECT g.log_id, g.position,
       strftime('%Y-%m-%dT%H:%M:%S', b.finish / 1000, 'unixepoch')
         || CASE WHEN b.utc_offset IS NULL THEN '' WHEN l.form = 'trace' THEN 'Z' ELSE printf('.%03dZ', b.finish % 1000) END AS from_time,
       strftime('%Y-%m-%dT%H:%M:%S', g.start / 1000, 'unixepoch')
         || CASE WHEN g.utc_offset IS NULL THEN '' WHEN l.form = 'trace' THEN 'Z' ELSE printf('.%03dZ', g.start % 1000) END AS to_time
FROM log_segment g
JOIN log l ON l.log_id = g.log_id
JOIN log_segment b ON b.log_id = g.log_id AND b.position + b.line_count = g.position
WHERE g.joined IS NULL AND g.position > 1;

-- One use of a connection's name: D7 is the ring of domain 7, A12 a socket in domain 0, 0x... a
-- connection of the C xenstored, an empty name oxenstored itself. domid is NULL if the log does not
-- say it. opened_at and closed_at are positions, NULL if the segment of the log does not have them.
-- replays 1: oxenstored does again what a transaction has done.
-- columns: log_id integer, connection_id integer, connection text, domid integer, replays integer,
--          opened_at integer, closed_at integer, rowid integer
CREATE VIEW log_connections AS
SELECT g.log_id, c.connection_id, c.name AS connection, c.domid, c.replays,
       g.position + c.opened - g.first_event AS opened_at, g.position + c.closed - g.first_event AS closed_at, c.connection_id AS rowid
FROM log_connection c JOIN log_segment g ON g.segment_id = c.segment_id;

-- A transaction: where it begins and ends in its log, and its result: commit, abort, conflict (it
-- was not accepted), or NULL if the log does not say it.
-- columns: log_id integer, transaction_id integer, connection text, domid integer, tid integer,
--          first_position integer, last_position integer, result text, rowid integer
CREATE VIEW log_transactions AS
SELECT g.log_id, t.transaction_id, c.name AS connection, c.domid, t.tid,
       g.position + t.first_event - g.first_event AS first_position,
       g.position + t.last_event - g.first_event AS last_position, t.result, t.transaction_id AS rowid
FROM log_transaction t
JOIN log_segment g ON g.segment_id = t.segment_id
JOIN log_connection c ON c.connection_id = t.connection_id;

-- What the records of logs say, one row each, by log_id and position: the number of its first line.
-- NULL: the log does not say it.
-- time: ends with Z if it is UTC. connection, domid: whose request it is, or who gets it. tid: the
-- transaction, 0 outside any. operation: by the names of oxenstored's access log; reply: the C
-- xenstored's answer to a request. path: absolute if the domain is known. value: what a write
-- writes, or what else is in the line. perms: of setperms. token: of a watch. complete 0: the
-- daemon cut the line, or the value is masked. outcome: ok, or the error. line, file: where it is
-- in the first file that has it. cause: of a w event the position of the one thing that can have
-- caused it; of an error or a reply that of its request. result: how its transaction ended.
-- took_effect: of what changes nodes, whether it did: not if it failed, or its transaction did. If
-- reads are not in the log, an error may be that of a read, and took_effect is NULL.
-- columns: log_id integer, position integer, time text, connection text, domid integer,
--          tid integer, operation text, path octets, value octets, perms text, token octets,
--          complete integer, outcome text, line integer, file text, cause integer, result text,
--          took_effect integer, series text, event_id integer, rowid integer
CREATE VIEW events AS
SELECT g.log_id, g.position + e.event_id - g.first_event AS position,
       strftime('%Y-%m-%dT%H:%M:%S', (g.start + e.at) / 1000, 'unixepoch')
         || CASE WHEN g.utc_offset IS NULL THEN '' WHEN l.form = 'trace' THEN 'Z' ELSE printf('.%03dZ', (g.start + e.at) % 1000) END AS time,
       c.name AS connection, c.domid, e.tid, o.name AS operation, p.path,
       CASE WHEN e.operation = 2 THEN e.value
            WHEN e.operation IN (1, 3, 4, 5, 6, 7, 9, 10, 40, 41) THEN NULL
            ELSE nullif(CASE WHEN substr(d.string, -1) = ' ' THEN substr(d.string, 1, length(d.string) - 1) ELSE d.string END, '')
       END AS value,
       CASE e.operation WHEN 5 THEN replace(rtrim(d.string, ' '), ' ', ',') END AS perms,
       CASE WHEN e.operation IN (9, 10, 40, 41)
            THEN CASE WHEN substr(d.string, -1) = ' ' THEN substr(d.string, 1, length(d.string) - 1) ELSE d.string END
       END AS token,
       (e.shape & 128) = 0 AS complete,
       CASE e.outcome WHEN 0 THEN 'ok' ELSE rtrim(x.string, ' ') END AS outcome,
       (SELECT a.file_line + e.event_id - g.first_event + 1 - a.first_line FROM log_part a
        WHERE a.segment_id = e.segment_id
          AND e.event_id - g.first_event + 1 BETWEEN a.first_line AND a.first_line + a.line_count - 1
        ORDER BY a.file_id LIMIT 1) AS line,
       (SELECT f.name FROM log_part a JOIN log_file f ON f.file_id = a.file_id
        WHERE a.segment_id = e.segment_id
          AND e.event_id - g.first_event + 1 BETWEEN a.first_line AND a.first_line + a.line_count - 1
        ORDER BY a.file_id LIMIT 1) AS file,
       g.position + e.event_id - g.first_event - e.cause AS cause, t.result,
       CASE WHEN e.operation NOT IN (2, 3, 4, 5) OR e.outcome IS NULL THEN NULL
            WHEN t.result IN ('abort', 'conflict') THEN 0
            WHEN e.outcome > 0 THEN CASE WHEN l.form = 'trace' OR g.has_reads THEN 0 END
            WHEN e.tid = 0 OR t.result = 'commit' THEN 1
       END AS took_effect,
       l.series, e.event_id, e.event_id AS rowid
FROM event e
JOIN log_operation o ON o.operation = e.operation
JOIN log_segment g ON g.segment_id = e.segment_id
JOIN log l ON l.log_id = g.log_id
LEFT JOIN log_connection c ON c.connection_id = e.connection_id
LEFT JOIN log_transaction t ON t.transaction_id = e.transaction_id
LEFT JOIN path p ON p.path_id = e.path_id
LEFT JOIN log_string d ON d.string_id = e.detail_id
LEFT JOIN log_string x ON x.string_id = e.outcome
WHERE e.operation <> 0;

-- The lines of logs that are no records, as they are.
-- columns: log_id integer, position integer, line octets, rowid integer
CREATE VIEW log_lines AS
SELECT g.log_id, g.position + e.event_id - g.first_event AS position, s.string AS line, e.event_id AS rowid
FROM event e JOIN log_segment g ON g.segment_id = e.segment_id JOIN log_string s ON s.string_id = e.raw_id
WHERE e.operation = 0;

-- How many events there are of each kind, for sums over long logs: of the connections of a domain,
-- by operation, outcome and path. last_position: the last one of them.
-- columns: log_id integer, domid integer, operation text, kind text, outcome octets, path octets,
--          events integer, last_position integer, rowid integer
CREATE VIEW event_sums AS
SELECT g.log_id, y.domid, o.name AS operation, o.kind, y.outcome, p.path, y.events,
       g.position + y.last_event - g.first_event AS last_position, y.last_event AS rowid
FROM event_tally y
JOIN log_operation o ON o.operation = y.operation
JOIN log_segment g ON g.segment_id = y.segment_id
LEFT JOIN path p ON p.path_id = y.path_id
WHERE y.operation <> 0;
