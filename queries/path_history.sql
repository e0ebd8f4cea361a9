-- title: The history of a path, image by image
-- group: time
-- severity: none
-- why: shows what the path held in each image
-- param: path (required) the node's path
-- param: series (default all) the series to look at
-- keywords: node, value, when, log
-- columns: image_id integer, name octets, captured_at text, value octets, perms text
-- Of a path that an image has twice, the last counts. An image that was seen again after a newer
-- one has two rows.
SELECT t.image_id, i.name, i.captured_at, t.value, t.perms
FROM node_steps t
JOIN images i ON i.image_id = t.image_id
WHERE t.path = :path AND t.series = coalesce(:series, t.series)
ORDER BY rtrim(t.seen_at, 'Z'), t.image_id;
