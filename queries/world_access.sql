-- title: Nodes of domain 0 that every guest may read or write
-- group: access
-- severity: info
-- needs: permissions
-- why: the first entry's letter is for unlisted domains; r, w or b opens the node to all guests
-- refs: XSA-353
-- param: image_id integer (required) the image to look at
-- keywords: write, default permission, everyone
-- sentence: every guest may [access] {path} (permissions [perms])
-- subject: access, path
-- columns: access, path, perms, value
-- Special nodes cannot be written: a guest may only watch them.
SELECT CASE WHEN s.place = 'special' THEN 'read'
            ELSE CASE substr(n.perms, 1, 1) WHEN 'r' THEN 'read' WHEN 'w' THEN 'write' ELSE 'read and write' END END AS access,
       n.path, n.perms, n.value
FROM nodes n
CROSS JOIN node_places s ON s.image_id = :image_id AND s.path = n.path AND s.record_id = n.record_id
WHERE n.image_id = :image_id AND n.conn_id = 0 AND n.owner = 0 AND substr(n.perms, 1, 1) IN ('r', 'w', 'b')
  AND (s.place <> 'special' OR substr(n.perms, 1, 1) <> 'w')
ORDER BY n.path;
