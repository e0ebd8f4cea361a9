-- title: Nodes in a domain's home that another domain owns
-- group: access
-- severity: warning
-- needs: permissions
-- why: a node that was given away counts against its new owner, which can change its permissions
-- refs: XSA-352
-- param: image_id integer (required) the image to look at
-- keywords: hijack, home, ownership
-- sentence: domain {owner} owns {path} in the home of domain {home}
-- subject: home, owner, path
-- columns: home integer, owner integer, path octets, perms text
-- Nodes that a stub domain owns in its target's home are not listed. Its target is that of its
-- connection; in an image without connections, the one in its home.
WITH places AS MATERIALIZED (
  SELECT DISTINCT x.home
  FROM placements x
  CROSS JOIN permset m ON m.permset_id = x.permset_id
  WHERE x.image_id = :image_id AND m.owner <> 0 AND (x.home = -2 OR (x.home >= 0 AND x.home <> m.owner))
),
-- The homes that have such a list. If something that no domid names has one, it is all homes.
homes AS MATERIALIZED (
  SELECT '/local/domain/' || x.home AS path FROM places x WHERE x.home >= 0 AND -2 NOT IN (SELECT y.home FROM places y)
  UNION ALL
  SELECT '/local/domain' FROM places x WHERE x.home = -2
)
SELECT CAST(substr(n.path, 15) AS INTEGER) AS home, n.owner, n.path, n.perms
FROM homes h
CROSS JOIN path p ON p.path >= h.path AND p.path < h.path || '0'
CROSS JOIN nodes n ON n.image_id = :image_id AND n.conn_id = 0 AND n.path = p.path
WHERE n.owner <> 0 AND CAST(n.path AS TEXT) GLOB '/local/domain/[0-9]*'
  AND n.owner <> CAST(substr(n.path, 15) AS INTEGER)
  AND NOT EXISTS (SELECT 1 FROM connections c WHERE c.image_id = :image_id AND c.conn_type = 0 AND c.domid = n.owner
                    AND c.target_domid = CAST(substr(n.path, 15) AS INTEGER))
  AND ((SELECT k.connections FROM covered_kinds k WHERE k.image_id = :image_id)
       OR NOT EXISTS (SELECT 1 FROM nodes t
                      WHERE t.image_id = :image_id AND t.conn_id = 0 AND t.path = '/local/domain/' || n.owner || '/target'
                        AND (t.known <> 'whole' OR t.value = CAST(CAST(substr(n.path, 15) AS INTEGER) AS TEXT))))
ORDER BY home, n.path;
