-- title: Errors by domain, operation and kind
-- group: logs
-- severity: none
-- needs: a log
-- why: a domain that gets the same error again and again is refused, over its quota, or in a loop
-- param: log integer (default all) the id of the log to look at
-- param: top integer (default 100) show at most this many rows
-- keywords: EACCES, EQUOTA, EAGAIN, ENOENT, refused, denied, storm, failed
-- columns: log_id integer, domid integer, operation text, error octets, events integer,
--          last_position integer
-- operation NULL: the log has the error, but not the request; oxenstored leaves out requests that
-- only read and ends of transactions by default. Errors that a node does not exist are only in logs
-- that have reads.
WITH errors AS MATERIALIZED (
  SELECT g.log_id, y.domid, y.operation, CASE y.operation WHEN 42 THEN rtrim(d.string, ' ') ELSE y.outcome END AS error,
         y.events, g.position + y.last_event - g.first_event AS last_position
  FROM event_tally y
  JOIN log_segment g ON g.segment_id = y.segment_id
  LEFT JOIN log_string d ON d.string_id = y.detail_id
  WHERE g.log_id = coalesce(:log, g.log_id) AND (y.operation = 42 OR y.operation BETWEEN 1 AND 26 AND y.outcome <> 'ok')
)
SELECT e.log_id, e.domid, o.name AS operation, e.error, sum(e.events) AS events, max(e.last_position) AS last_position
FROM errors e JOIN log_operation o ON o.operation = e.operation
WHERE e.operation <> 42
GROUP BY e.log_id, e.domid, e.operation, e.error
UNION ALL
-- The errors' own lines, without those whose request is known.
SELECT e.log_id, e.domid, NULL, e.error, sum(CASE e.operation WHEN 42 THEN e.events ELSE -e.events END) AS events,
       max(CASE e.operation WHEN 42 THEN e.last_position END)
FROM errors e
GROUP BY e.log_id, e.domid, e.error
HAVING sum(CASE e.operation WHEN 42 THEN e.events ELSE -e.events END) > 0
ORDER BY events DESC, log_id, domid, error, operation
LIMIT coalesce(:top, 100);
