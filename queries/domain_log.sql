-- title: What happened to a domain over a series
-- group: time
-- severity: none
-- why: shows when a domain came and went, and what changed in its home in between
-- param: domid integer (required) the domid
-- param: series (default all) the series to look at
-- keywords: guest, history, when
-- columns: series, what, path, value, perms, first_image_id, first_seen, last_image_id, last_seen, until
-- until: now (it is in the newest image), changed, removed, or unknown if the images after it do not
-- say the value or the permissions, or do not cover the path or connections.
WITH steps AS MATERIALIZED (
  SELECT t.series, t.step, t.steps, t.image_id, t.seen_at, g.chain_id, g.gen, g.is_listing
  FROM series_steps t JOIN image_gen g ON g.image_id = t.image_id
  WHERE t.series = coalesce(:series, t.series)
),
-- The nodes of the domain's home at each step. The join starts at the paths, so that it does not
-- read the thousands of nodes of each image.
nodes_at AS (
  SELECT t.series, t.step, t.steps, p.path, CASE WHEN k.known = 'unknown' THEN NULL ELSE s.value END AS value,
         CASE WHEN t.is_listing AND m.perms = '' THEN NULL ELSE m.perms END AS perms, coalesce(k.known, 'whole') AS known
  FROM (SELECT DISTINCT chain_id FROM steps) c
  CROSS JOIN path p ON p.path >= '/local/domain/' || :domid AND p.path < '/local/domain/' || :domid || '0'
    AND (p.path = '/local/domain/' || :domid OR p.path > '/local/domain/' || :domid || '/')
  CROSS JOIN node_span s ON s.path_id = p.path_id AND s.chain_id = c.chain_id AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
  CROSS JOIN steps t ON t.chain_id = s.chain_id AND t.gen >= s.first_gen AND (s.last_gen = 0 OR t.gen <= s.last_gen)
  CROSS JOIN permset m ON m.permset_id = s.permset_id
  LEFT JOIN detail_knowledge k ON k.detail_id = s.detail_id AND t.is_listing
),
compared AS (
  SELECT n.*, lag(n.step) OVER w AS previous, lag(n.value) OVER w AS old_value, lag(n.perms) OVER w AS old_perms,
         lag(n.known) OVER w AS old_known,
         max(n.step) OVER (PARTITION BY n.series, n.path) AS final
  FROM nodes_at n WINDOW w AS (PARTITION BY n.series, n.path ORDER BY n.step)
),
stretches AS (
  SELECT b.series, b.path, b.value, b.perms, b.step AS first_step, b.steps,
         coalesce(lead(b.previous) OVER w, b.final) AS last_step, lead(b.step) OVER w AS next_step,
         b.perms <> lead(b.perms) OVER w
         OR b.known = 'whole' AND lead(b.known) OVER w = 'whole' AND b.value IS NOT lead(b.value) OVER w AS differs
  FROM compared b
  WHERE b.previous IS NOT b.step - 1 OR b.value IS NOT b.old_value OR b.perms IS NOT b.old_perms OR b.known IS NOT b.old_known
  WINDOW w AS (PARTITION BY b.series, b.path ORDER BY b.step)
)
SELECT d.series, d.what, d.path, d.value, d.perms, f.image_id AS first_image_id, f.seen_at AS first_seen, e.image_id AS last_image_id,
       e.seen_at AS last_seen,
       CASE WHEN d.last_step = d.steps THEN 'now'
            WHEN d.next_step = d.last_step + 1 THEN CASE WHEN d.differs THEN 'changed' ELSE 'unknown' END
            WHEN EXISTS (
              SELECT 1 FROM steps t
              WHERE t.series = d.series AND t.step > d.last_step AND t.step < coalesce(d.next_step, d.steps + 1)
                AND CASE WHEN NOT t.is_listing THEN 1
                         WHEN d.path IS NULL THEN 0
                         ELSE (SELECT a.covered FROM node_areas a
                               WHERE a.image_id = t.image_id
                                 AND (d.path = a.top OR substr(d.path, 1, length(a.below)) = a.below AND d.path <> a.below)
                               ORDER BY length(a.below) DESC LIMIT 1) END)
            THEN 'removed' ELSE 'unknown' END AS until
FROM (
  SELECT l.series, 'connection' AS what, NULL AS path,
         CASE WHEN l.unique_id IS NOT NULL THEN 'unique-id ' || l.unique_id ELSE '' END
         || CASE WHEN l.target_domid IS NOT NULL THEN ' target ' || l.target_domid ELSE '' END AS value, NULL AS perms,
         l.first_step, l.last_step, l.steps, lead(l.first_step) OVER (PARTITION BY l.series ORDER BY l.first_step) AS next_step,
         1 AS differs
  FROM domain_lifetimes l
  WHERE l.domid = :domid
  UNION ALL
  -- Only nodes that are not the same in all images.
  SELECT s.series, 'node', s.path, s.value, s.perms, s.first_step, s.last_step, s.steps, s.next_step, s.differs
  FROM stretches s
  WHERE s.first_step > 1 OR s.last_step < s.steps
) d
JOIN steps f ON f.series = d.series AND f.step = d.first_step
JOIN steps e ON e.series = d.series AND e.step = d.last_step
ORDER BY d.series, d.first_step, d.what, d.path;
