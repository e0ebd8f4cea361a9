-- title: Nodes of domain 0 that every guest may read or write
-- group: access
-- why: the first entry's letter is what everyone not listed may do; r, w or b there opens the node to all guests
-- refs: XSA-353
-- param: image_id integer (required) the image to look at
-- columns: access, path, perms, value
SELECT CASE p.perm WHEN 'r' THEN 'read' WHEN 'w' THEN 'write' WHEN 'b' THEN 'read and write' ELSE p.perm END AS access,
       n.path, n.perms, n.value
FROM perms p
JOIN nodes n ON n.image_id = p.image_id AND n.record_id = p.record_id
WHERE p.image_id = :image_id AND p.conn_id = 0 AND p.position = 0 AND p.domid = 0 AND p.perm <> 'n'
ORDER BY n.path;
