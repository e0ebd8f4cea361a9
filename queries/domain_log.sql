-- title: What became of a domain along a series
-- group: time
-- severity: none
-- why: tells when a domain came and went, and what changed in its home meanwhile
-- param: domid integer (required) the domain
-- param: series (default all) the series to look at
-- columns: series, what, path, value, perms, first_image_id, first_seen, last_image_id, last_seen, until
SELECT d.series, d.what, d.path, d.value, d.perms, d.first_image_id, d.first_seen, d.last_image_id, d.last_seen,
       CASE WHEN d.last_step = d.steps THEN 'now' WHEN d.next_step = d.last_step + 1 THEN 'changed' ELSE 'removed' END AS until
FROM (
  SELECT l.series, 'connection' AS what, NULL AS path,
         CASE WHEN l.unique_id IS NOT NULL THEN 'unique-id ' || l.unique_id ELSE '' END
         || CASE WHEN l.target_domid IS NOT NULL THEN ' target ' || l.target_domid ELSE '' END AS value, NULL AS perms,
         l.first_image_id, l.first_seen, l.last_image_id, l.last_seen, l.first_step, l.last_step, l.steps,
         lead(l.first_step) OVER (PARTITION BY l.series ORDER BY l.first_step) AS next_step
  FROM domain_lifetimes l
  WHERE l.domid = :domid
  UNION ALL
  -- Nodes of its home that were not the same in all images.
  SELECT l.series, 'node', l.path, l.value, l.perms, l.first_image_id, l.first_seen, l.last_image_id, l.last_seen, l.first_step,
         l.last_step, l.steps, lead(l.first_step) OVER (PARTITION BY l.series, l.path ORDER BY l.first_step)
  FROM node_lifetimes l
  WHERE (l.path = '/local/domain/' || :domid OR l.path > '/local/domain/' || :domid || '/' AND l.path < '/local/domain/' || :domid || '0')
    AND (l.first_step > 1 OR l.last_step < l.steps)
) d
WHERE d.series = coalesce(:series, d.series)
ORDER BY d.series, d.first_step, d.what, d.path;
