-- title: Where in the tree each domain writes most
-- group: logs
-- severity: none
-- needs: a log
-- why: shows what a busy domain writes, and who writes into a part of the tree
-- param: log integer (default all) the id of the log to look at
-- param: depth integer (default 4) how many names of a path make a subtree
-- param: top integer (default 50) show at most this many rows
-- keywords: busy, noisy, load, storm, who, directory
-- columns: log_id integer, domid integer, subtree octets, changes integer, failed integer,
--          paths integer
-- changes: write, mkdir, rm and setperms, also those in a transaction that was not committed.
-- failed: those with an error. paths: how many different ones.
WITH RECURSIVE changed AS MATERIALIZED (
  SELECT g.log_id, y.domid, y.path_id, sum(y.events) AS changes,
         sum(CASE WHEN y.outcome <> 'ok' THEN y.events ELSE 0 END) AS failed
  FROM event_tally y JOIN log_segment g ON g.segment_id = y.segment_id
  WHERE g.log_id = coalesce(:log, g.log_id) AND y.operation BETWEEN 2 AND 5
  GROUP BY g.log_id, y.domid, y.path_id
),
-- The end of each path's first names; place is that of the slash after them.
names (path_id, path, place, level) AS (
  SELECT p.path_id, p.path, 1, 0 FROM path p WHERE p.path_id IN (SELECT c.path_id FROM changed c)
  UNION ALL
  SELECT n.path_id, n.path, n.place + instr(substr(n.path || '/', n.place + 1), '/'), n.level + 1
  FROM names n
  WHERE n.level < coalesce(:depth, 4) AND n.place <= length(n.path)
),
subtrees AS MATERIALIZED (
  SELECT n.path_id, substr(n.path, 1, max(n.place) - 1) AS subtree FROM names n GROUP BY n.path_id
)
SELECT c.log_id, c.domid, CASE s.subtree WHEN '' THEN '/' ELSE s.subtree END AS subtree, sum(c.changes) AS changes,
       sum(c.failed) AS failed, count(*) AS paths
FROM changed c JOIN subtrees s ON s.path_id = c.path_id
GROUP BY c.log_id, c.domid, s.subtree
ORDER BY changes DESC, c.log_id, c.domid, s.subtree
LIMIT coalesce(:top, 50);
