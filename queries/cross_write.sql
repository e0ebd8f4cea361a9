-- title: Domains that may write another guest's nodes
-- group: access
-- severity: none
-- needs: permissions, connections
-- why: a guest that may write another one's nodes can mislead it, its devices and its tools
-- refs: xenstore-paths.pandoc
-- param: image_id integer (required) the image to look at
-- keywords: modify, integrity, neighbour, other guest
-- columns: domid integer, access text, reason text, path octets, perms text
-- A row without a domid applies to every domain that the node's permissions do not name.
-- The home of a domain's target counts as the domain's own.
-- Another guest's nodes are those in its home. write_outside_home has those outside all homes, too.
WITH writers AS MATERIALIZED (
  SELECT t.permset_id, t.domid, t.target_domid, t.access, t.reason
  FROM grants t
  WHERE t.image_id = :image_id AND t.access IN ('w', 'both')
),
places AS MATERIALIZED (
  SELECT DISTINCT x.home
  FROM placements x
  CROSS JOIN writers w ON w.permset_id = x.permset_id
  WHERE x.image_id = :image_id AND (x.home = -2 OR (x.home > 0 AND (w.domid IS NULL OR x.home NOT IN (w.domid, coalesce(w.target_domid, w.domid)))))
),
-- The homes that have such a list. If something that no domid names has one, it is all homes.
homes AS MATERIALIZED (
  SELECT '/local/domain/' || x.home AS path FROM places x WHERE x.home >= 0 AND -2 NOT IN (SELECT y.home FROM places y)
  UNION ALL
  SELECT '/local/domain' FROM places x WHERE x.home = -2
)
SELECT w.domid, w.access, w.reason, p.path, m.perms
FROM image_gen g
CROSS JOIN homes h
CROSS JOIN path p ON p.path >= h.path AND p.path < h.path || '0'
CROSS JOIN node_span s ON s.chain_id = g.chain_id AND s.path_id = p.path_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
  AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
CROSS JOIN writers w ON w.permset_id = s.permset_id
CROSS JOIN permset m ON m.permset_id = s.permset_id
WHERE g.image_id = :image_id
  AND (w.domid IS NULL OR CAST(substr(p.path, 15) AS INTEGER) NOT IN (w.domid, coalesce(w.target_domid, w.domid)))
  AND CAST(p.path AS TEXT) GLOB '/local/domain/[1-9]*'
  AND substr(p.path, 15, instr(substr(p.path, 15) || '/', '/') - 1) NOT GLOB '*[^0-9]*'
ORDER BY w.domid, p.path;
