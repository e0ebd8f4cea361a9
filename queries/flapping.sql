-- title: The paths that change most often in a series
-- group: time
-- severity: none
-- why: a value that keeps changing is a driver in a loop, or a clock that makes every image differ
-- refs: zookeeper 1219
-- param: series (default the newest image's) the series to look at
-- param: top integer (default 50) show at most this many paths
-- columns: path, changes, values_seen, last_change
WITH steps AS MATERIALIZED (
  SELECT t.step, t.steps, t.image_id, t.seen_at, g.chain_id, g.gen
  FROM series_steps t JOIN image_gen g ON g.image_id = t.image_id
  WHERE t.series = coalesce(:series, (SELECT i.series FROM images i ORDER BY i.image_id DESC LIMIT 1))
),
chains AS MATERIALIZED (SELECT chain_id, min(gen) AS first, max(gen) AS last FROM steps GROUP BY chain_id),
-- The paths whose nodes changed within the series, from the list that the archive keeps per chain;
-- all paths if there are several chains.
touched AS MATERIALIZED (
  SELECT n.path_id FROM chains c JOIN node_change n ON n.chain_id = c.chain_id AND n.gen > c.first AND n.gen <= c.last
  UNION
  SELECT s.path_id FROM chains c JOIN node_span s ON s.chain_id = c.chain_id WHERE (SELECT count(*) FROM chains) > 1
),
states AS (
  SELECT u.path_id, t.step, t.seen_at, s.chain_id IS NOT NULL AS present, s.value, s.permset_id
  FROM touched u
  CROSS JOIN steps t
  LEFT JOIN node_span s ON s.path_id = u.path_id AND s.chain_id = t.chain_id AND t.gen >= s.first_gen AND (s.last_gen = 0 OR t.gen <= s.last_gen)
    AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
),
turns AS (
  SELECT path_id, step, seen_at, value, present,
         step > 1 AND (present <> lag(present) OVER w OR value IS NOT lag(value) OVER w OR permset_id IS NOT lag(permset_id) OVER w) AS turned
  FROM states WINDOW w AS (PARTITION BY path_id ORDER BY step)
)
SELECT p.path, sum(t.turned) AS changes, count(DISTINCT CASE WHEN t.present THEN t.value END) AS values_seen,
       max(CASE WHEN t.turned THEN t.seen_at END) AS last_change
FROM turns t JOIN path p ON p.path_id = t.path_id
GROUP BY t.path_id
HAVING sum(t.turned) > 0
ORDER BY changes DESC, p.path
LIMIT coalesce(:top, 50);
