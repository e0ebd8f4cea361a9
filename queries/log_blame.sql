-- title: Who wrote the values of an image, and how sure that is
-- group: logs
-- severity: none
-- needs: a log
-- why: an image says what was; the last write before it in the logs of its series says by whom
-- param: image_id integer (required) the image to look at
-- param: path (default /) the path at and below which to look
-- param: before_id integer (default none) an older image: only what changed since, and by whom
-- keywords: who, writer, author, cause, responsible, diff
-- columns: path octets, value octets, domid integer, connection text, time text, log_id integer,
--          position integer, certainty text, reason text, what text, operation text
-- certainty: certain, likely, or unknown; reason says why it is not certain. Of a node that only
-- exists because one below it was written, the log has no write. what: value; with an older image
-- also perms (the permissions changed) and removed, and of a node that only exists because of one
-- below it, the write that made it.
WITH RECURSIVE image_time AS MATERIALIZED (
  SELECT t.image_id, t.series, t.is_captured,
         CAST(strftime('%s', t.time) AS INTEGER) * 1000 + CAST(substr(strftime('%f', t.time), 4) AS INTEGER) AS instant,
         -- How long it is: a time without a fraction is a second.
         CASE WHEN instr(t.time, '.') > 0 THEN 1 ELSE 1000 END AS span,
         CAST(strftime('%s', t.since) AS INTEGER) * 1000 + CAST(substr(strftime('%f', t.since), 4) AS INTEGER) AS since
  FROM (SELECT i.image_id, i.series, i.captured_at IS NOT NULL AND (b.image_id IS NULL OR b.captured_at IS NOT NULL) AS is_captured,
               coalesce(i.captured_at, i.imported_at) AS time, coalesce(b.captured_at, b.imported_at) AS since
        FROM image i LEFT JOIN image b ON b.image_id = coalesce(:before_id, 0)
        WHERE i.image_id = :image_id) t
),
newer AS MATERIALIZED (
  SELECT n.path, n.value, n.perms, n.known, n.record_id
  FROM nodes n
  WHERE n.image_id = :image_id AND n.conn_id = 0
    AND (n.path = rtrim(coalesce(:path, '/'), '/')
         OR n.path >= rtrim(coalesce(:path, '/'), '/') || '/' AND n.path < rtrim(coalesce(:path, '/'), '/') || '0')
),
older AS MATERIALIZED (
  SELECT n.path, n.value, n.perms, n.record_id
  FROM nodes n
  WHERE n.image_id = :before_id AND n.conn_id = 0
    AND (n.path = rtrim(coalesce(:path, '/'), '/')
         OR n.path >= rtrim(coalesce(:path, '/'), '/') || '/' AND n.path < rtrim(coalesce(:path, '/'), '/') || '0')
),
subject (what, path, value, perms, known, record_id, is_new) AS MATERIALIZED (
  SELECT 'value', n.path, n.value, n.perms, n.known, n.record_id, o.path IS NULL
  FROM newer n LEFT JOIN older o ON o.path = n.path
  WHERE o.path IS NULL OR n.value IS NOT o.value
  UNION ALL
  SELECT 'perms', n.path, n.value, n.perms, n.known, n.record_id, 0
  FROM newer n JOIN older o ON o.path = n.path
  WHERE n.perms <> o.perms
  UNION ALL
  SELECT 'removed', o.path, NULL, NULL, 'whole', o.record_id, 0
  FROM older o LEFT JOIN newer n ON n.path = o.path
  WHERE n.path IS NULL
),
-- Why nothing is found.
absence (reason) AS MATERIALIZED (
  SELECT CASE
           WHEN m.since IS NULL THEN 'no write of it in the log before the image'
           WHEN NOT EXISTS (SELECT 1 FROM log l WHERE l.series = m.series) THEN 'no log covers the time: the series has none'
           WHEN EXISTS (SELECT 1 FROM log l JOIN log_segment g ON g.log_id = l.log_id WHERE l.series = m.series AND g.utc_offset IS NULL)
           THEN 'not in a log between the images, if the log''s time is UTC: it does not say its time zone'
           WHEN NOT EXISTS (SELECT 1 FROM log l JOIN log_segment g ON g.log_id = l.log_id
                            WHERE l.series = m.series AND g.start < m.instant + m.span AND g.finish >= m.since)
           THEN 'no log covers the time between the images'
           WHEN EXISTS (SELECT 1 FROM log l
                        WHERE l.series = m.series
                          AND EXISTS (SELECT 1 FROM log_segment g WHERE g.log_id = l.log_id AND g.start <= m.since)
                          AND EXISTS (SELECT 1 FROM log_segment g WHERE g.log_id = l.log_id AND g.finish >= m.instant)
                          AND NOT EXISTS (SELECT 1 FROM log_segment g
                                          WHERE g.log_id = l.log_id AND g.position > 1 AND g.joined IS NULL
                                            AND g.start > m.since AND g.start <= m.instant))
           THEN 'not in a log'
           ELSE 'not in a log, and no log covers all of the time between the images'
         END
  FROM image_time m
),
-- An error may be that of a read that is not in the log. What may not have taken effect has not if
-- the image has another value, and what is of the same second as the image came after it then. A
-- trace log has whole seconds. A transaction takes effect when it ends.
found AS MATERIALIZED (
  SELECT s.*, m.instant, m.is_captured,
         CASE s.what
           WHEN 'value' THEN (
             SELECT e.event_id
             FROM path p
             JOIN event e ON e.path_id = p.path_id
             JOIN log_segment g ON g.segment_id = e.segment_id
             JOIN log l ON l.log_id = g.log_id
             LEFT JOIN log_transaction t ON t.transaction_id = e.transaction_id
             WHERE p.path = s.path AND l.series = m.series AND (e.operation = 2 OR e.operation = 3 AND s.value = '')
               AND (e.outcome = 0 OR e.outcome IS NULL OR l.form <> 'trace' AND NOT g.has_reads AND e.value = s.value)
               AND (t.result = 'commit' OR t.result IS NULL)
               AND (e.outcome = 0 AND (e.tid = 0 OR t.result = 'commit') OR e.value IS s.value OR e.shape & 128 <> 0 OR e.operation = 3)
               AND g.start + e.at < m.instant + CASE WHEN e.value IS s.value OR e.shape & 128 <> 0 OR e.operation = 3 THEN m.span WHEN l.form = 'trace' THEN -999 ELSE 0 END
               AND (m.since IS NULL OR g.start + e.at + CASE l.form WHEN 'trace' THEN 999 ELSE 0 END >= m.since)
             ORDER BY g.start DESC, g.position DESC, coalesce(t.last_event, e.event_id) DESC, e.event_id DESC LIMIT 1)
           WHEN 'perms' THEN (
             SELECT e.event_id
             FROM path p
             JOIN event e ON e.path_id = p.path_id
             JOIN log_segment g ON g.segment_id = e.segment_id
             JOIN log l ON l.log_id = g.log_id
             JOIN log_string d ON d.string_id = e.detail_id
             LEFT JOIN log_transaction t ON t.transaction_id = e.transaction_id
             WHERE p.path = s.path AND l.series = m.series AND e.operation = 5
               AND (e.outcome = 0 OR e.outcome IS NULL OR l.form <> 'trace' AND NOT g.has_reads)
               AND (t.result = 'commit' OR t.result IS NULL)
               AND (e.outcome = 0 AND (e.tid = 0 OR t.result = 'commit') OR replace(rtrim(d.string, ' '), ' ', ',') = s.perms)
               AND g.start + e.at < m.instant + CASE WHEN replace(rtrim(d.string, ' '), ' ', ',') = s.perms THEN m.span WHEN l.form = 'trace' THEN -999 ELSE 0 END
               AND g.start + e.at + CASE l.form WHEN 'trace' THEN 999 ELSE 0 END >= m.since
             ORDER BY g.start DESC, g.position DESC, coalesce(t.last_event, e.event_id) DESC, e.event_id DESC LIMIT 1)
           ELSE (
             WITH RECURSIVE above (path) AS (
               SELECT s.path
               UNION ALL
               SELECT rtrim(rtrim(a.path, replace(a.path, '/', '')), '/') FROM above a WHERE a.path <> ''
             )
             SELECT e.event_id
             FROM above a
             CROSS JOIN path p ON p.path = a.path
             CROSS JOIN event e ON e.path_id = p.path_id
             CROSS JOIN log_segment g ON g.segment_id = e.segment_id
             CROSS JOIN log l ON l.log_id = g.log_id
             LEFT JOIN log_transaction t ON t.transaction_id = e.transaction_id
             WHERE l.series = m.series
               AND (e.operation = 4 AND (e.outcome = 0 OR e.outcome IS NULL OR l.form <> 'trace' AND NOT g.has_reads)
                    OR e.operation IN (2, 3) AND p.path = s.path AND e.outcome = 0 AND (e.tid = 0 OR t.result = 'commit'))
               AND (t.result = 'commit' OR t.result IS NULL)
               AND g.start + e.at < m.instant + m.span AND g.start + e.at + CASE l.form WHEN 'trace' THEN 999 ELSE 0 END >= m.since
             ORDER BY g.start DESC, g.position DESC, coalesce(t.last_event, e.event_id) DESC, e.event_id DESC LIMIT 1)
         END AS own_id
  FROM image_time m
  CROSS JOIN subject s
),
-- The first write below a new node that has none of its own.
written AS MATERIALIZED (
  SELECT f.*,
         coalesce(f.own_id,
                  CASE WHEN f.what = 'value' AND f.is_new AND f.value = '' AND m.since IS NOT NULL THEN (
                    SELECT e.event_id
                    FROM path p
                    CROSS JOIN event e ON e.path_id = p.path_id
                    CROSS JOIN log_segment g ON g.segment_id = e.segment_id
                    CROSS JOIN log l ON l.log_id = g.log_id
                    LEFT JOIN log_transaction t ON t.transaction_id = e.transaction_id
                    WHERE p.path > f.path || '/' AND p.path < f.path || '0' AND l.series = m.series AND e.operation IN (2, 3)
                      AND e.outcome = 0 AND (e.tid = 0 OR t.result = 'commit')
                      AND g.start + e.at < m.instant + m.span AND g.start + e.at + CASE l.form WHEN 'trace' THEN 999 ELSE 0 END >= m.since
                    ORDER BY g.start, g.position, coalesce(t.last_event, e.event_id), e.event_id LIMIT 1)
                  END) AS event_id
  FROM image_time m CROSS JOIN found f
),
judged AS (
  SELECT w.what, w.path, w.value, w.record_id, c.domid, c.name AS connection, e.event_id, e.operation, g.log_id,
         CASE
           WHEN w.event_id IS NULL THEN (SELECT a.reason FROM absence a)
           WHEN w.own_id IS NULL THEN NULL
           WHEN w.what = 'removed' AND e.operation <> 4 THEN 'the log has a write of it, and no removal after that'
           WHEN w.what = 'perms' AND e.shape & 128 = 0 AND replace(rtrim(d.string, ' '), ' ', ',') IS NOT w.perms
           THEN 'the last setperms in the log has other permissions'
           WHEN w.what <> 'value' THEN NULL
           WHEN e.shape & 128 = 0 AND w.known = 'whole' AND e.operation = 2 AND e.value IS NOT w.value THEN 'the last write in the log has another value'
           WHEN e.shape & 128 <> 0 AND w.known = 'whole' AND substr(w.value, 1, length(e.value)) IS NOT e.value THEN 'the last write in the log has another value'
         END AS unknown,
         CASE
           WHEN e.event_id IS NOT NULL AND g.utc_offset IS NULL THEN 'the log does not say its time zone'
           WHEN NOT w.is_captured THEN 'the time of the capture is not known'
           WHEN g.start + e.at + CASE l.form WHEN 'trace' THEN 999 ELSE 0 END >= w.instant THEN 'it is of the same second or millisecond as the image'
           WHEN w.own_id IS NULL THEN 'it exists because something below it was written'
           WHEN e.shape & 128 <> 0 AND w.what = 'perms' THEN 'the permissions in the log are cut'
           WHEN e.shape & 128 <> 0 THEN 'the value in the log is cut'
           WHEN w.known <> 'whole' THEN 'the image does not say the whole value'
           WHEN e.operation = 3 THEN 'mkdir changes nothing if the node exists'
           WHEN e.outcome > 0 THEN 'the log does not show whether the error after it is its own'
           WHEN e.outcome IS NULL AND w.what = 'removed' THEN 'the log does not show that the removal succeeded'
           WHEN e.outcome IS NULL AND w.what = 'perms' THEN 'the log does not show that the setperms succeeded'
           WHEN e.outcome IS NULL THEN 'the log does not show that the write succeeded'
           WHEN e.tid IS NULL OR e.tid <> 0 AND t.result IS NULL THEN 'the log does not show that its transaction was committed'
           WHEN (SELECT max(x.finish) FROM log_segment x WHERE x.log_id = g.log_id) < w.instant THEN 'the log ends before the image'
           WHEN EXISTS (SELECT 1 FROM log_segment x
                        WHERE x.log_id = g.log_id AND x.position > g.position AND x.joined IS NULL AND x.start <= w.instant)
           THEN 'lines of the log may be missing before the image'
         END AS doubt
  FROM written w
  LEFT JOIN event e ON e.event_id = w.event_id
  LEFT JOIN log_segment g ON g.segment_id = e.segment_id
  LEFT JOIN log l ON l.log_id = g.log_id
  LEFT JOIN log_connection c ON c.connection_id = e.connection_id
  LEFT JOIN log_transaction t ON t.transaction_id = e.transaction_id
  LEFT JOIN log_string d ON d.string_id = e.detail_id
)
SELECT j.path, j.value, CASE WHEN j.unknown IS NULL THEN j.domid END AS domid,
       CASE WHEN j.unknown IS NULL THEN j.connection END AS connection,
       CASE WHEN j.unknown IS NULL THEN (SELECT v.time FROM events v WHERE v.event_id = j.event_id) END AS time,
       CASE WHEN j.unknown IS NULL THEN j.log_id END AS log_id,
       CASE WHEN j.unknown IS NULL THEN (SELECT v.position FROM events v WHERE v.event_id = j.event_id) END AS position,
       CASE WHEN j.unknown IS NOT NULL THEN 'unknown' WHEN j.doubt IS NOT NULL THEN 'likely' ELSE 'certain' END AS certainty,
       coalesce(j.unknown, j.doubt) AS reason, j.what,
       CASE WHEN j.unknown IS NULL THEN (SELECT o.name FROM log_operation o WHERE o.operation = j.operation) END AS operation
FROM judged j
ORDER BY j.path, j.record_id, j.what;
