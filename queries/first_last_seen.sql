-- title: The values and permissions of a path, with the lifetime of each
-- group: time
-- severity: none
-- why: shows when a value or permission appeared and when it was last seen
-- param: path (required) the node's path
-- param: series (default all) the series to look at
-- columns: series, value, perms, first_image_id, first_seen, last_image_id, last_seen, images, until
SELECT l.series, l.value, l.perms, l.first_image_id, l.first_seen, l.last_image_id, l.last_seen, l.images,
       CASE WHEN l.last_step = l.steps THEN 'now'
            WHEN lead(l.first_step) OVER (PARTITION BY l.series ORDER BY l.first_step) = l.last_step + 1 THEN 'changed' ELSE 'removed' END AS until
FROM node_lifetimes l
WHERE l.path = :path AND l.series = coalesce(:series, l.series)
ORDER BY l.series, l.first_step;
