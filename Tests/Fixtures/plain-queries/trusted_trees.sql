-- The same answer from a look at every node.
SELECT n.path, n.perms
FROM nodes n
WHERE n.image_id = :image_id AND n.conn_id = 0
  AND (n.path GLOB '/libxl/*' OR n.path GLOB '/vm/*' OR n.path GLOB '/tool/*' OR n.path IN ('/libxl', '/vm', '/tool'))
  AND n.perms IN (
    SELECT m.perms FROM permset m
    WHERE m.permset_id IN (SELECT w.permset_id FROM guest_writable w WHERE w.image_id = :image_id))
ORDER BY n.path;
