-- title: The values and permissions of a path, with the lifetime of each
-- group: time
-- severity: none
-- why: shows when a value or permission appeared and when it was last seen
-- param: path (required) the node's path
-- param: series (default all) the series to look at
-- keywords: node, value, when, appeared, disappeared
-- columns: series, value, perms, first_image_id, first_seen, last_image_id, last_seen, images, until
-- until: now (it is in the newest image), changed, removed, or unknown if the images after it do not
-- say the value or the permissions, or do not cover the path.
SELECT l.series, l.value, l.perms, l.first_image_id, l.first_seen, l.last_image_id, l.last_seen, l.images,
       CASE WHEN l.last_step = l.steps THEN 'now'
            WHEN l.next_step = l.last_step + 1
            THEN CASE WHEN l.perms <> l.next_perms OR l.known = 'whole' AND l.next_known = 'whole' AND l.value IS NOT l.next_value
                      THEN 'changed' ELSE 'unknown' END
            WHEN EXISTS (
              SELECT 1 FROM series_steps t JOIN image_gen g ON g.image_id = t.image_id
              WHERE t.series = l.series AND t.step > l.last_step AND t.step < coalesce(l.next_step, l.steps + 1)
                AND CASE WHEN g.is_listing
                         THEN (SELECT a.covered FROM node_areas a
                               WHERE a.image_id = g.image_id
                                 AND (:path = a.top OR substr(:path, 1, length(a.below)) = a.below AND :path <> a.below)
                               ORDER BY length(a.below) DESC LIMIT 1)
                         ELSE 1 END)
            THEN 'removed' ELSE 'unknown' END AS until
FROM (
  SELECT n.*, lead(n.first_step) OVER w AS next_step, lead(n.value) OVER w AS next_value, lead(n.perms) OVER w AS next_perms,
         lead(n.known) OVER w AS next_known
  FROM node_lifetimes n
  WHERE n.path = :path AND n.series = coalesce(:series, n.series)
  WINDOW w AS (PARTITION BY n.series ORDER BY n.first_step)
) l
ORDER BY l.series, l.first_step;
