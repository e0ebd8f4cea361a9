-- The same answer from a look at every node.
WITH open_nodes AS MATERIALIZED (
  SELECT g.image_id, p.path, o.ord
  FROM image_gen g
  CROSS JOIN node_span o ON o.chain_id = g.chain_id AND g.gen >= o.first_gen AND (o.last_gen = 0 OR g.gen <= o.last_gen)
    AND o.permset_id IN (SELECT m.permset_id FROM permset m WHERE m.owner = 0 AND substr(m.perms, 1, 1) IN ('r', 'w', 'b'))
  CROSS JOIN path p ON p.path_id = o.path_id
  WHERE g.image_id = :image_id
)
SELECT CASE WHEN s.place = 'special' THEN 'read'
            ELSE CASE substr(n.perms, 1, 1) WHEN 'r' THEN 'read' WHEN 'w' THEN 'write' ELSE 'read and write' END END AS access,
       n.path, n.perms, n.value
FROM open_nodes o
CROSS JOIN nodes n ON n.image_id = o.image_id AND n.path = o.path AND n.record_id = o.ord AND n.conn_id = 0
CROSS JOIN node_places s ON s.image_id = o.image_id AND s.path = o.path AND s.record_id = o.ord
WHERE s.place <> 'special' OR substr(n.perms, 1, 1) <> 'w'
ORDER BY n.path;
