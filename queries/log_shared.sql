-- title: Paths that more than one domain changes
-- group: logs
-- severity: none
-- needs: a log
-- why: two writers of a path overwrite each other, or one of them is not the one you trust
-- param: log integer (default all) the id of the log to look at
-- param: top integer (default 100) show at most this many paths
-- keywords: who, writer, overwritten, shared
-- columns: log_id integer, path octets, domains integer, domids text, changes integer,
--          last_position integer
-- Changes with an error do not count. domids: the domains, those with most changes first; domains
-- that the log does not say do not count.
WITH changed AS MATERIALIZED (
  SELECT g.log_id, y.path_id, y.domid, sum(y.events) AS changes, max(g.position + y.last_event - g.first_event) AS last_position
  FROM event_tally y JOIN log_segment g ON g.segment_id = y.segment_id
  WHERE y.operation BETWEEN 2 AND 5 AND y.domid IS NOT NULL AND (y.outcome = 'ok' OR y.outcome IS NULL)
    AND g.log_id = coalesce(:log, g.log_id)
  GROUP BY g.log_id, y.path_id, y.domid
)
SELECT c.log_id, p.path, count(*) AS domains,
       (SELECT group_concat(o.domid, ',') FROM (SELECT d.domid FROM changed d WHERE d.log_id = c.log_id AND d.path_id = c.path_id
                                                ORDER BY d.changes DESC, d.domid) o) AS domids,
       sum(c.changes) AS changes, max(c.last_position) AS last_position
FROM changed c JOIN path p ON p.path_id = c.path_id
GROUP BY c.log_id, c.path_id
HAVING count(*) > 1
ORDER BY changes DESC, c.log_id, p.path
LIMIT coalesce(:top, 100);
