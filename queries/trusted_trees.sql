-- title: Toolstack nodes that a guest owns or may write
-- group: access
-- severity: error
-- needs: permissions
-- why: the toolstack trusts /libxl, /vm and /tool; a guest that writes there steers the host
-- refs: XSA-175, XSA-178
-- param: image_id integer (required) the image to look at
-- keywords: write, toolstack, libxl, vm
-- sentence: a guest owns or may write {path} (permissions [perms])
-- subject: path, perms
-- columns: path octets, perms text
SELECT n.path, n.perms
FROM nodes n
WHERE n.image_id = :image_id AND n.conn_id = 0
  AND (n.path GLOB '/libxl/*' OR n.path GLOB '/vm/*' OR n.path GLOB '/tool/*' OR n.path IN ('/libxl', '/vm', '/tool'))
  AND n.perms IN (
    SELECT m.perms FROM permset m
    WHERE m.permset_id IN (SELECT w.permset_id FROM guest_writable w WHERE w.image_id = :image_id))
ORDER BY n.path;
