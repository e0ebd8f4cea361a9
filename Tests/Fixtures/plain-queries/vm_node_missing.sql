-- The same answer from a look at every node.
WITH names(domid, uuid) AS MATERIALIZED (
  SELECT CAST(substr(n.path, 15) AS INTEGER), substr(n.value, length('/vm/') + 1)
  FROM nodes n
  WHERE n.image_id = :image_id AND n.conn_id = 0 AND substr(n.path, 15, instr(substr(n.path, 15) || '/', '/') - 1) NOT GLOB '*[^0-9]*' AND n.known = 'whole' AND n.path > '/local/domain/' AND n.path < '/local/domain0'
    AND n.path GLOB '/local/domain/*/vm' AND n.path NOT GLOB '/local/domain/*/*/*' AND n.value <> ''
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
