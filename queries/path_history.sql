-- title: The history of a path, image by image
-- group: time
-- severity: none
-- why: shows what the path held in each image
-- param: path (required) the node's path
-- param: series (default all) the series to look at
-- keywords: node, value, when, log
-- columns: image_id, name, captured_at, value, perms
SELECT i.image_id, i.name, i.captured_at, n.value, n.perms
FROM nodes n
JOIN images i ON i.image_id = n.image_id
WHERE n.path = :path AND n.conn_id = 0 AND i.series = coalesce(:series, i.series)
ORDER BY rtrim(coalesce(i.captured_at, i.imported_at), 'Z'), i.image_id;
