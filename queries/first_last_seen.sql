-- title: The values and permissions of a path, with the lifetime of each
-- group: time
-- severity: none
-- why: shows when a value or permission appeared and when it was last seen
-- param: path (required) the node's path
-- param: series (default all) the series to look at
-- keywords: node, value, when, appeared, disappeared
-- columns: series text, value octets, perms text, first_image_id integer, first_seen text,
--          last_image_id integer, last_seen text, images integer, until text, times text
-- Images that do not cover the path are passed over. until: now (the newest image has it), changed,
-- removed, or unknown if the images after it do not cover the path, or do not say its value or
-- permissions. times: whether first_seen and last_seen are times of a capture or of an import.
SELECT l.series, l.value, l.perms, l.first_image_id, l.first_seen, l.last_image_id, l.last_seen, l.images, l.until,
       CASE l.first_from WHEN l.last_from THEN l.first_from ELSE l.first_from || ', ' || l.last_from END AS times
FROM node_lifetimes l
WHERE l.path = :path AND l.series = coalesce(:series, l.series)
ORDER BY l.series, l.first_step;
