-- title: The paths that change most often in a series
-- group: time
-- severity: none
-- why: a value that keeps changing is a driver in a loop, or a clock that makes every image differ
-- refs: zookeeper 1219
-- param: series (default the newest image's) the series to look at
-- param: top integer (default 50) show at most this many paths
-- keywords: noisy, busy, often, change
-- columns: path octets, changes integer, values_seen integer, last_change text, time text
-- An image that does not say a path's value or permissions counts as unchanged; one that does not
-- cover the path is passed over. time: whether last_change is the time of a capture or of an
-- import.
WITH chosen(series) AS MATERIALIZED (
  SELECT coalesce(:series, (SELECT o.series FROM observations o ORDER BY o.instant DESC, o.image_id DESC LIMIT 1))
),
chains AS MATERIALIZED (
  SELECT r.chain_id, min(r.first_gen) AS first, max(r.last_gen) AS last
  FROM series_run r
  WHERE r.series = (SELECT h.series FROM chosen h)
  GROUP BY r.chain_id
),
-- The paths whose nodes changed within the series, from the list that the archive keeps per chain;
-- all paths if there are several chains.
touched AS MATERIALIZED (
  SELECT n.path_id FROM chains c JOIN node_change n ON n.chain_id = c.chain_id AND n.gen > c.first AND n.gen <= c.last
  UNION
  SELECT s.path_id FROM chains c JOIN node_span s ON s.chain_id = c.chain_id WHERE (SELECT count(*) FROM chains) > 1
),
present AS MATERIALIZED (
  SELECT r.rowid AS path_id, r.path, r.first_step, r.last_step, r.value, r.perms, r.known, r.is_listing
  FROM touched u
  CROSS JOIN node_runs r ON r.rowid = u.path_id
  WHERE r.series = (SELECT h.series FROM chosen h)
),
-- Each run of steps with the one before it, and whether it is the last.
runs AS MATERIALIZED (
  SELECT r.*, f.trees - f.covers_tree AS trees_before, l.trees, lag(l.trees) OVER w AS old_trees, lag(r.last_step) OVER w AS previous,
         lag(r.value) OVER w AS old_value, lag(r.perms) OVER w AS old_perms, lag(r.known) OVER w AS old_known,
         lag(r.is_listing) OVER w AS old_is_listing, lead(r.first_step) OVER w IS NULL AS is_last
  FROM present r
  JOIN series_step f ON f.series = (SELECT h.series FROM chosen h) AND f.step = r.first_step
  JOIN series_step l ON l.series = f.series AND l.step = r.last_step
  WINDOW w AS (PARTITION BY r.path_id ORDER BY r.first_step)
),
-- came_back: an image before the run, and after the one before it, lacks the path. gone: the first
-- image after the last run that does.
turns AS (
  SELECT r.*,
         r.trees_before > coalesce(r.old_trees, 0)
           OR r.first_step > coalesce(r.previous, 0) + 1 AND EXISTS (
             SELECT 1 FROM series_step t
             WHERE t.series = (SELECT h.series FROM chosen h) AND t.step < r.first_step AND t.step > coalesce(r.previous, 0)
               AND NOT t.covers_tree
               AND (SELECT a.covered FROM node_areas a
                    WHERE a.image_id = t.image_id
                      AND (r.path = a.top OR substr(r.path, 1, length(a.below)) = a.below AND r.path <> a.below)
                    ORDER BY length(a.below) DESC LIMIT 1)) AS came_back,
         CASE WHEN r.is_listing OR r.old_is_listing THEN nullif(replace(r.perms, ':stale', ''), '') <> nullif(replace(r.old_perms, ':stale', ''), '')
              ELSE r.perms <> r.old_perms END
           OR r.known = 'whole' AND r.old_known = 'whole' AND r.value IS NOT r.old_value AS is_changed,
         CASE WHEN r.is_last
              THEN (SELECT t.step FROM series_step t
                    WHERE t.series = (SELECT h.series FROM chosen h) AND t.step > r.last_step
                      AND (t.covers_tree
                           OR (SELECT a.covered FROM node_areas a
                               WHERE a.image_id = t.image_id
                                 AND (r.path = a.top OR substr(r.path, 1, length(a.below)) = a.below AND r.path <> a.below)
                               ORDER BY length(a.below) DESC LIMIT 1))
                    ORDER BY t.step LIMIT 1) END AS gone
  FROM runs r
)
SELECT c.path, c.changes, c.values_seen, t.seen_at AS last_change, t.seen_from AS time
FROM (
  SELECT n.path,
         -- A path that came back was gone before.
         sum(CASE WHEN n.came_back THEN 1 + (n.previous IS NOT NULL) ELSE n.previous IS NOT NULL AND coalesce(n.is_changed, 0) END
             + (n.gone IS NOT NULL)) AS changes,
         count(DISTINCT CASE WHEN n.known = 'whole' THEN n.value END) AS values_seen,
         max(coalesce(n.gone, CASE WHEN n.came_back OR n.previous IS NOT NULL AND n.is_changed THEN n.first_step END)) AS last_step
  FROM turns n
  GROUP BY n.path_id
  HAVING sum(n.came_back OR n.gone IS NOT NULL OR n.previous IS NOT NULL AND coalesce(n.is_changed, 0)) > 0
) c
JOIN series_step t ON t.series = (SELECT h.series FROM chosen h) AND t.step = c.last_step
ORDER BY c.changes DESC, c.path
LIMIT coalesce(:top, 50);
