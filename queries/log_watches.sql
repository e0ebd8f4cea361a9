-- title: Watches that fire most, and for whom
-- group: logs
-- severity: none
-- needs: a log
-- why: each event costs the daemon a message; a watch that fires all the time wakes its client too
-- param: log integer (default all) the id of the log to look at
-- param: top integer (default 50) show at most this many watches
-- keywords: event, token, wake, busy, noisy, storm
-- columns: log_id integer, domid integer, token octets, events integer, paths integer,
--          top_path octets, top_events integer
-- One row for each token of a domain. paths: how many different ones the events were about;
-- top_path: the one with most events.
WITH fired AS MATERIALIZED (
  SELECT g.log_id, y.domid, CASE WHEN substr(d.string, -1) = ' ' THEN substr(d.string, 1, length(d.string) - 1) ELSE d.string END AS token,
         y.path_id, sum(y.events) AS events
  FROM event_tally y
  JOIN log_segment g ON g.segment_id = y.segment_id
  LEFT JOIN log_string d ON d.string_id = y.detail_id
  WHERE y.operation = 40 AND g.log_id = coalesce(:log, g.log_id)
  GROUP BY 1, 2, 3, 4
)
SELECT f.log_id, f.domid, f.token, sum(f.events) AS events, count(*) AS paths,
       (SELECT p.path FROM path p WHERE p.path_id = f.path_id) AS top_path, max(f.events) AS top_events
FROM fired f
GROUP BY f.log_id, f.domid, f.token
ORDER BY events DESC, f.log_id, f.domid, f.token
LIMIT coalesce(:top, 50);
