-- title: Who asks and writes most, by domain
-- group: logs
-- severity: none
-- needs: a log
-- why: shows which domain keeps the daemon busy, and how many of its requests fail
-- param: log integer (default all) the id of the log to look at
-- param: top integer (default 50) show at most this many domains
-- keywords: busy, noisy, load, requests, storm, who
-- columns: log_id integer, domid integer, requests integer, changes integer, failed integer,
--          watch_events integer
-- requests: as far as the log has them; changes: write, mkdir, rm and setperms; failed: requests
-- with an error. domid NULL: the log does not say whose connection it is.
SELECT g.log_id, y.domid, sum(CASE WHEN y.operation BETWEEN 1 AND 26 THEN y.events ELSE 0 END) AS requests,
       sum(CASE WHEN y.operation BETWEEN 2 AND 5 THEN y.events ELSE 0 END) AS changes,
       sum(CASE WHEN y.operation BETWEEN 1 AND 26 AND y.outcome <> 'ok' THEN y.events ELSE 0 END) AS failed,
       sum(CASE WHEN y.operation = 40 THEN y.events ELSE 0 END) AS watch_events
FROM event_tally y JOIN log_segment g ON g.segment_id = y.segment_id
WHERE g.log_id = coalesce(:log, g.log_id) AND y.operation BETWEEN 1 AND 40
GROUP BY g.log_id, y.domid
ORDER BY changes DESC, requests DESC, g.log_id, y.domid
LIMIT coalesce(:top, 50);
