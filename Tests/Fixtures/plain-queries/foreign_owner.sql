-- The same answer from a look at every node.
SELECT CAST(substr(n.path, 15) AS INTEGER) AS home, n.owner, n.path, n.perms
FROM nodes n
WHERE n.image_id = :image_id AND n.conn_id = 0 AND n.owner <> 0 AND CAST(n.path AS TEXT) GLOB '/local/domain/[0-9]*'
  AND n.owner <> CAST(substr(n.path, 15) AS INTEGER)
  AND NOT EXISTS (SELECT 1 FROM connections c WHERE c.image_id = :image_id AND c.conn_type = 0 AND c.domid = n.owner
                    AND c.target_domid = CAST(substr(n.path, 15) AS INTEGER))
  AND ((SELECT k.connections FROM covered_kinds k WHERE k.image_id = :image_id)
       OR NOT EXISTS (SELECT 1 FROM nodes t
                      WHERE t.image_id = :image_id AND t.conn_id = 0 AND t.path = '/local/domain/' || n.owner || '/target'
                        AND (t.known <> 'whole' OR t.value = CAST(CAST(substr(n.path, 15) AS INTEGER) AS TEXT))))
ORDER BY home, n.path;
