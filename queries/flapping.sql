-- title: The paths that change most often in a series
-- group: time
-- severity: none
-- why: a value that keeps changing is a driver in a loop, or a clock that makes every image differ
-- refs: zookeeper 1219
-- param: series (default the newest image's) the series to look at
-- param: top integer (default 50) show at most this many paths
-- keywords: noisy, busy, often, change
-- columns: path, changes, values_seen, last_change
-- An image that does not say a path's value or permissions, or does not cover the path, counts as
-- unchanged.
WITH steps AS MATERIALIZED (
  SELECT t.step, t.steps, t.image_id, t.seen_at, g.chain_id, g.gen, g.is_listing
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
  SELECT u.path_id, t.step, t.seen_at,
         CASE WHEN s.chain_id IS NOT NULL THEN 1
              WHEN NOT t.is_listing THEN 0
              WHEN (SELECT a.covered FROM path p
                    JOIN node_areas a ON a.image_id = t.image_id
                      AND (p.path = a.top OR substr(p.path, 1, length(a.below)) = a.below AND p.path <> a.below)
                    WHERE p.path_id = u.path_id ORDER BY length(a.below) DESC LIMIT 1) THEN 0 END AS present,
         s.value, s.permset_id,
         CASE WHEN t.is_listing AND s.detail_id IS NOT NULL
              THEN (SELECT k.known FROM detail_knowledge k WHERE k.detail_id = s.detail_id) ELSE 'whole' END AS known,
         -- NULL if the listing does not say the permissions; without the marks that it cannot show.
         CASE WHEN t.is_listing
              THEN (SELECT nullif(m.perms, '') FROM permset m WHERE m.permset_id = s.permset_id) END AS listed_perms,
         t.is_listing
  FROM touched u
  CROSS JOIN steps t
  LEFT JOIN node_span s ON s.path_id = u.path_id AND s.chain_id = t.chain_id AND t.gen >= s.first_gen AND (s.last_gen = 0 OR t.gen <= s.last_gen)
    AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
),
turns AS (
  SELECT path_id, step, seen_at, value, present, known,
         step > 1 AND CASE
           WHEN NOT (is_listing OR lag(is_listing) OVER w)
           THEN present <> lag(present) OVER w OR value IS NOT lag(value) OVER w OR permset_id IS NOT lag(permset_id) OVER w
           WHEN present IS NULL OR lag(present) OVER w IS NULL THEN 0
           WHEN present <> lag(present) OVER w THEN 1
           ELSE known = 'whole' AND lag(known) OVER w = 'whole' AND value IS NOT lag(value) OVER w
             OR coalesce(listed_perms <> lag(listed_perms) OVER w, 0) END AS turned
  FROM states WINDOW w AS (PARTITION BY path_id ORDER BY step)
)
SELECT p.path, sum(t.turned) AS changes, count(DISTINCT CASE WHEN t.present AND t.known = 'whole' THEN t.value END) AS values_seen,
       max(CASE WHEN t.turned THEN t.seen_at END) AS last_change
FROM turns t JOIN path p ON p.path_id = t.path_id
GROUP BY t.path_id
HAVING sum(t.turned) > 0
ORDER BY changes DESC, p.path
LIMIT coalesce(:top, 50);
