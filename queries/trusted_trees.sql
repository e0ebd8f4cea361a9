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
WITH writable AS MATERIALIZED (
  SELECT DISTINCT w.permset_id FROM guest_writable w WHERE w.image_id = :image_id
)
SELECT n.path, n.perms
FROM (SELECT 1 WHERE EXISTS (SELECT 1 FROM placements x
                             WHERE x.image_id = :image_id AND x.home = -1 AND x.permset_id IN (SELECT w.permset_id FROM writable w)))
CROSS JOIN (SELECT '/libxl' AS path UNION ALL SELECT '/vm' UNION ALL SELECT '/tool') t
CROSS JOIN path p ON p.path >= t.path AND p.path < t.path || '0' AND (p.path = t.path OR substr(p.path, length(t.path) + 1, 1) = '/')
CROSS JOIN nodes n ON n.image_id = :image_id AND n.conn_id = 0 AND n.path = p.path
WHERE n.perms IN (SELECT m.perms FROM permset m WHERE m.permset_id IN (SELECT w.permset_id FROM writable w))
ORDER BY n.path;
