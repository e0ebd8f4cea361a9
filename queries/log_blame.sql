-- title: Who wrote the values of an image, and how sure that is
-- group: logs
-- severity: none
-- needs: a log
-- why: an image says what was; the last write before it in the logs of its series says by whom
-- param: image_id integer (required) the image to look at
-- param: path (default /) the path at and below which to look
-- keywords: who, writer, author, cause, responsible
-- columns: path octets, value octets, domid integer, connection text, time text, log_id integer,
--          position integer, certainty text, reason text
-- certainty: certain, likely, or unknown; reason says why it is not certain. Of a node that only
-- exists because one below it was written, the log has no write.
WITH image_time AS MATERIALIZED (
  SELECT i.image_id, i.series, i.captured_at IS NOT NULL AS is_captured,
         CAST(strftime('%s', coalesce(i.captured_at, i.imported_at)) AS INTEGER) * 1000 AS instant
  FROM image i WHERE i.image_id = :image_id
),
written AS MATERIALIZED (
  SELECT n.path, n.value, n.known, n.record_id, m.instant, m.is_captured,
         (SELECT e.event_id
          FROM path p
          JOIN event e ON e.path_id = p.path_id
          JOIN log_segment g ON g.segment_id = e.segment_id
          JOIN log l ON l.log_id = g.log_id
          LEFT JOIN log_transaction t ON t.transaction_id = e.transaction_id
          WHERE p.path = n.path AND l.series = m.series AND (e.operation = 2 OR e.operation = 3 AND n.value = '')
            -- An error may be that of a read that is not in the log.
            AND (e.outcome = 0 OR e.outcome IS NULL OR l.form <> 'trace' AND NOT g.has_reads AND e.value = n.value)
            AND (t.result = 'commit' OR t.result IS NULL)
            -- What may not have taken effect has not if the image has another value.
            AND (e.outcome = 0 AND (e.tid = 0 OR t.result = 'commit') OR e.value IS n.value OR e.shape & 128 <> 0 OR e.operation = 3)
            AND g.start + e.at < m.instant + 1000
          -- A transaction takes effect when it ends.
          ORDER BY g.start DESC, g.position DESC, coalesce(t.last_event, e.event_id) DESC, e.event_id DESC LIMIT 1) AS event_id
  FROM image_time m
  JOIN nodes n ON n.image_id = m.image_id AND n.conn_id = 0
  WHERE n.path = rtrim(coalesce(:path, '/'), '/')
     OR n.path >= rtrim(coalesce(:path, '/'), '/') || '/' AND n.path < rtrim(coalesce(:path, '/'), '/') || '0'
),
judged AS (
  SELECT w.path, w.value, w.record_id, c.domid, c.name AS connection, e.event_id, g.log_id,
         CASE
           WHEN w.event_id IS NULL THEN 'no write of it in the log before the image'
           WHEN e.shape & 128 = 0 AND w.known = 'whole' AND e.operation = 2 AND e.value IS NOT w.value THEN 'the last write in the log has another value'
           WHEN e.shape & 128 <> 0 AND w.known = 'whole' AND substr(w.value, 1, length(e.value)) IS NOT e.value THEN 'the last write in the log has another value'
         END AS unknown,
         CASE
           WHEN l.form = 'trace' THEN 'the log does not say its time zone'
           WHEN NOT w.is_captured THEN 'the time of the capture is not known'
           WHEN e.shape & 128 <> 0 THEN 'the value in the log is cut'
           WHEN w.known <> 'whole' THEN 'the image does not say the whole value'
           WHEN e.operation = 3 THEN 'mkdir changes nothing if the node exists'
           WHEN e.outcome > 0 THEN 'the log does not show whether the error after it is its own'
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
)
SELECT j.path, j.value, CASE WHEN j.unknown IS NULL THEN j.domid END AS domid,
       CASE WHEN j.unknown IS NULL THEN j.connection END AS connection,
       CASE WHEN j.unknown IS NULL THEN (SELECT v.time FROM events v WHERE v.event_id = j.event_id) END AS time,
       CASE WHEN j.unknown IS NULL THEN j.log_id END AS log_id,
       CASE WHEN j.unknown IS NULL THEN (SELECT v.position FROM events v WHERE v.event_id = j.event_id) END AS position,
       CASE WHEN j.unknown IS NOT NULL THEN 'unknown' WHEN j.doubt IS NOT NULL THEN 'likely' ELSE 'certain' END AS certainty,
       coalesce(j.unknown, j.doubt) AS reason
FROM judged j
ORDER BY j.path, j.record_id;
