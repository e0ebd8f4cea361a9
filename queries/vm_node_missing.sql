-- title: Domains whose UUID has no node in /vm
-- group: domains
-- severity: warning
-- why: what a toolstack keeps of a guest below /vm/UUID is lost, or the guest was renamed by hand
-- param: image_id integer (required) the image to look at
-- keywords: uuid
-- sentence: domain {domid} has the UUID {uuid}, which has no node in /vm
-- subject: domid, uuid
-- columns: domid integer, uuid octets
WITH names(domid, uuid) AS MATERIALIZED (
  SELECT CAST(substr(n.path, 15) AS INTEGER), substr(n.value, length('/vm/') + 1)
  FROM home_paths h
  CROSS JOIN nodes n ON n.image_id = :image_id AND n.conn_id = 0 AND n.path = h.path || '/vm'
  WHERE n.known = 'whole' AND n.value <> ''
)
SELECT v.domid, v.uuid
FROM names v
WHERE NOT EXISTS (SELECT 1 FROM nodes n WHERE n.image_id = :image_id AND n.conn_id = 0 AND n.path = '/vm/' || v.uuid)
  AND CASE WHEN (SELECT g.is_part FROM image_gen g WHERE g.image_id = :image_id)
      THEN (SELECT a.covered FROM node_areas a
            WHERE a.image_id = :image_id AND (('/vm/' || v.uuid) = a.top OR substr(('/vm/' || v.uuid), 1, length(a.below)) = a.below AND ('/vm/' || v.uuid) <> a.below)
            ORDER BY length(a.below) DESC LIMIT 1)
      ELSE 1 END
ORDER BY v.domid, v.uuid;
