-- title: Paths with many levels
-- group: memory
-- severity: info
-- why: a daemon that walks the tree recursively runs out of stack
-- refs: XSA-418
-- param: image_id integer (required) the image to look at
-- param: least integer (default 16) show only paths with at least this many levels
-- keywords: nesting, levels
-- sentence: {path} has {depth} levels
-- subject: path
-- columns: owner integer, depth integer, path octets
SELECT n.owner, length(CAST(n.path AS BLOB)) - length(CAST(replace(n.path, '/', '') AS BLOB)) AS depth, n.path
FROM (SELECT 1 FROM extents x WHERE x.image_id = :image_id AND x.depth >= coalesce(:least, 16))
CROSS JOIN path p
CROSS JOIN nodes n ON n.image_id = :image_id AND n.conn_id = 0 AND n.path = p.path
WHERE length(CAST(p.path AS BLOB)) - length(CAST(replace(p.path, '/', '') AS BLOB)) >= coalesce(:least, 16)
ORDER BY depth DESC, n.path;
