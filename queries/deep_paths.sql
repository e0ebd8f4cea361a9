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
SELECT n.owner, length(n.path) - length(replace(n.path, '/', '')) AS depth, n.path
FROM path p
CROSS JOIN nodes n ON n.image_id = :image_id AND n.conn_id = 0 AND n.path = p.path
WHERE length(p.path) >= 2 * coalesce(:least, 16) AND length(p.path) - length(replace(p.path, '/', '')) >= coalesce(:least, 16)
ORDER BY depth DESC, n.path;
