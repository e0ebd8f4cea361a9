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
WITH steps AS MATERIALIZED (
  SELECT t.series, t.step, t.image_id, t.seen_at, t.seen_from, t.covers_tree, g.chain_id, g.gen, g.is_listing
  FROM series_step t JOIN image_gen g ON g.image_id = t.image_id
  WHERE t.series = coalesce(:series, (SELECT o.series FROM observations o ORDER BY o.instant DESC, o.image_id DESC LIMIT 1))
),
chains AS MATERIALIZED (SELECT chain_id, min(gen) AS first, max(gen) AS last FROM steps GROUP BY chain_id),
-- The paths whose nodes changed within the series, from the list that the archive keeps per chain;
-- all paths if there are several chains.
touched AS MATERIALIZED (
  SELECT n.path_id FROM chains c JOIN node_change n ON n.chain_id = c.chain_id AND n.gen > c.first AND n.gen <= c.last
  UNION
  SELECT s.path_id FROM chains c JOIN node_span s ON s.chain_id = c.chain_id WHERE (SELECT count(*) FROM chains) > 1
),
-- The join goes from a node to the images that have it, so that its cost is that of its rows.
present AS MATERIALIZED (
  SELECT s.path_id, t.step, s.value, s.permset_id, s.detail_id
  FROM touched u
  CROSS JOIN chains c
  CROSS JOIN node_span s ON s.chain_id = c.chain_id AND s.path_id = u.path_id AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
  CROSS JOIN stream z ON z.chain_id = s.chain_id AND z.gen BETWEEN s.first_gen AND CASE s.last_gen WHEN 0 THEN 9223372036854775807 ELSE s.last_gen END
  CROSS JOIN image i ON i.stream_id = z.stream_id
  CROSS JOIN series_step t ON t.image_id = i.image_id AND t.series = (SELECT e.series FROM steps e LIMIT 1)
),
states AS (
  SELECT u.path_id, t.step,
         CASE WHEN s.path_id IS NOT NULL THEN 1
              WHEN t.covers_tree THEN 0
              WHEN (SELECT a.covered FROM path p
                    JOIN node_areas a ON a.image_id = t.image_id
                      AND (p.path = a.top OR substr(p.path, 1, length(a.below)) = a.below AND p.path <> a.below)
                    WHERE p.path_id = u.path_id ORDER BY length(a.below) DESC LIMIT 1) THEN 0 END AS present,
         s.value, s.permset_id,
         CASE WHEN t.is_listing AND s.detail_id IS NOT NULL
              THEN (SELECT k.known FROM detail_knowledge k WHERE k.detail_id = s.detail_id) ELSE 'whole' END AS known,
         -- NULL if a listing does not say the permissions; without the marks that it cannot show.
         (SELECT nullif(replace(m.perms, ':stale', ''), '') FROM permset m WHERE m.permset_id = s.permset_id) AS plain_perms,
         t.is_listing
  FROM touched u
  CROSS JOIN steps t
  LEFT JOIN present s ON s.path_id = u.path_id AND s.step = t.step
),
turns AS (
  SELECT path_id, step, value, present, known,
         CASE
           WHEN lag(present) OVER w IS NULL THEN 0
           WHEN present <> lag(present) OVER w THEN 1
           WHEN NOT (is_listing OR lag(is_listing) OVER w)
           THEN value IS NOT lag(value) OVER w OR permset_id IS NOT lag(permset_id) OVER w
           ELSE known = 'whole' AND lag(known) OVER w = 'whole' AND value IS NOT lag(value) OVER w
             OR coalesce(plain_perms <> lag(plain_perms) OVER w, 0) END AS turned
  FROM states
  WHERE present IS NOT NULL
  WINDOW w AS (PARTITION BY path_id ORDER BY step)
)
SELECT p.path, c.changes, c.values_seen, t.seen_at AS last_change, t.seen_from AS time
FROM (
  SELECT t.path_id, sum(t.turned) AS changes, count(DISTINCT CASE WHEN t.present AND t.known = 'whole' THEN t.value END) AS values_seen,
         max(CASE WHEN t.turned THEN t.step END) AS last_step
  FROM turns t
  GROUP BY t.path_id
  HAVING sum(t.turned) > 0
) c
JOIN path p ON p.path_id = c.path_id
JOIN steps t ON t.step = c.last_step
ORDER BY c.changes DESC, p.path
LIMIT coalesce(:top, 50);
