-- title: What happened in the minute before a path changed
-- group: logs
-- severity: none
-- needs: a log
-- why: the cause of a change is often another change shortly before it
-- param: path (required) the path whose last change to look at
-- param: seconds integer (default 60) how long before it to begin
-- param: log integer (default all) the id of the log to look at
-- keywords: cause, why, previous, around, when
-- columns: log_id integer, position integer, time text, connection text, domid integer,
--          tid integer, operation text, path octets, value octets, outcome text
-- The last row is the change itself: a write, mkdir, rm or setperms of the path that has no error.
WITH change AS MATERIALIZED (
  SELECT e.event_id, g.log_id, g.start + e.at AS instant, g.position
  FROM path p
  JOIN event e ON e.path_id = p.path_id AND e.operation BETWEEN 2 AND 5 AND (e.outcome = 0 OR e.outcome IS NULL)
  JOIN log_segment g ON g.segment_id = e.segment_id
  WHERE p.path = :path AND g.log_id = coalesce(:log, g.log_id)
  ORDER BY instant DESC, g.position DESC, e.event_id DESC
  LIMIT 1
),
-- Where in each segment the time begins: the minutes are a table, the rest is read.
stretch AS MATERIALIZED (
  SELECT g.segment_id, c.instant - 1000 * coalesce(:seconds, 60) AS since,
         coalesce((SELECT max(m.event_id) FROM log_minute m
                   WHERE m.segment_id = g.segment_id AND m.minute < (c.instant - 1000 * coalesce(:seconds, 60)) / 60000),
                  g.first_event) AS first_event,
         CASE WHEN c.event_id BETWEEN g.first_event AND g.last_event THEN c.event_id ELSE g.last_event END AS last_event,
         g.start
  FROM change c JOIN log_segment g ON g.log_id = c.log_id
  WHERE g.start <= c.instant AND g.finish >= c.instant - 1000 * coalesce(:seconds, 60)
    AND (g.position < c.position OR c.event_id BETWEEN g.first_event AND g.last_event)
)
SELECT v.log_id, v.position, v.time, v.connection, v.domid, v.tid, v.operation, v.path, v.value, v.outcome
FROM stretch s
CROSS JOIN event e ON e.event_id BETWEEN s.first_event AND s.last_event AND s.start + e.at >= s.since
CROSS JOIN events v ON v.event_id = e.event_id
ORDER BY v.position;
