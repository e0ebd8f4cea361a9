-- title: Domains that may read another guest's home
-- group: access
-- severity: info
-- needs: permissions, connections
-- why: what a guest keeps in its home, its agents' passwords included, leaks to its neighbours
-- refs: qubes-issues 698
-- param: image_id integer (required) the image to look at
-- keywords: confidential, leak, secret, neighbour
-- sentence: <domain {domid}|any other domain> may read {path}, in another home ([reason])
-- subject: domid, path
-- columns: domid integer, reason text, path octets, perms text
-- A row without a domid applies to every domain that the node's permissions do not name.
-- The home of a domain's target counts as the domain's own.
WITH readers AS MATERIALIZED (
  SELECT t.permset_id, t.domid, t.target_domid, t.reason
  FROM grants t
  WHERE t.image_id = :image_id AND t.access IN ('r', 'both')
),
places AS MATERIALIZED (
  SELECT DISTINCT x.home
  FROM placements x
  CROSS JOIN readers r ON r.permset_id = x.permset_id
  WHERE x.image_id = :image_id AND (x.home = -2 OR (x.home > 0 AND (r.domid IS NULL OR x.home NOT IN (r.domid, coalesce(r.target_domid, r.domid)))))
),
-- The homes that have such a list. If something that no domid names has one, it is all homes.
homes AS MATERIALIZED (
  SELECT '/local/domain/' || x.home AS path FROM places x WHERE x.home >= 0 AND -2 NOT IN (SELECT y.home FROM places y)
  UNION ALL
  SELECT '/local/domain' FROM places x WHERE x.home = -2
)
SELECT r.domid, r.reason, p.path, m.perms
FROM image_gen g
CROSS JOIN homes h
CROSS JOIN path p ON p.path >= h.path AND p.path < h.path || '0'
CROSS JOIN node_span s ON s.chain_id = g.chain_id AND s.path_id = p.path_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
  AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
CROSS JOIN readers r ON r.permset_id = s.permset_id
CROSS JOIN permset m ON m.permset_id = s.permset_id
WHERE g.image_id = :image_id
  AND (r.domid IS NULL OR CAST(substr(p.path, 15) AS INTEGER) NOT IN (r.domid, coalesce(r.target_domid, r.domid)))
  AND CAST(p.path AS TEXT) GLOB '/local/domain/[1-9]*'
  AND substr(CAST(p.path AS TEXT), 15, instr(substr(CAST(p.path AS TEXT), 15) || '/', '/') - 1) NOT GLOB '*[^0-9]*'
ORDER BY r.domid, p.path;
