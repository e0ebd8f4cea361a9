-- title: Domains that may write outside their own home
-- group: access
-- severity: warning
-- needs: permissions, connections
-- why: others read what is outside /local/domain/DOMID and take it for the host's word
-- refs: xenstore-paths.pandoc
-- param: image_id integer (required) the image to look at
-- keywords: write, other guest, escape
-- sentence: <domain {domid}|any other domain> may write {path}, outside its home ([reason])
-- subject: domid, access, path
-- columns: domid integer, access text, reason text, path octets, perms text
-- A row without a domid applies to every domain that the node's permissions do not name.
-- The home of a domain's target counts as the domain's own. Who may write a node may remove it with
-- everything below it. Special nodes, which no domain can write, are left out.
WITH writers AS MATERIALIZED (
  SELECT t.permset_id, t.domid, t.target_domid, t.access, t.reason, '/local/domain/' || t.domid AS home, '/local/domain/' || t.target_domid AS target_home
  FROM grants t
  WHERE t.image_id = :image_id AND t.access IN ('w', 'both')
),
places AS MATERIALIZED (
  SELECT DISTINCT x.home
  FROM placements x
  CROSS JOIN writers w ON w.permset_id = x.permset_id
  WHERE x.image_id = :image_id AND (x.home < 0 OR w.domid IS NULL OR x.home NOT IN (w.domid, coalesce(w.target_domid, w.domid)))
),
-- The parts of the tree that have such a list.
paths AS (
  SELECT p.path_id, p.path
  FROM (SELECT '/local/domain/' || x.home AS path FROM places x WHERE x.home >= 0 AND -2 NOT IN (SELECT y.home FROM places y)
        UNION ALL
        SELECT '/local/domain' FROM places x WHERE x.home = -2) h
  CROSS JOIN path p ON p.path >= h.path || CASE h.path WHEN '/local/domain' THEN '/' ELSE '' END AND p.path < h.path || '0'
  UNION ALL
  SELECT p.path_id, p.path FROM places x CROSS JOIN path p ON p.path < '/local/domain/' WHERE x.home = -1
  UNION ALL
  SELECT p.path_id, p.path FROM places x CROSS JOIN path p ON p.path >= '/local/domain0' WHERE x.home = -1
)
SELECT w.domid, w.access, w.reason, p.path, m.perms
FROM image_gen g
CROSS JOIN paths p
CROSS JOIN node_span s ON s.chain_id = g.chain_id AND s.path_id = p.path_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
  AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
CROSS JOIN writers w ON w.permset_id = s.permset_id
CROSS JOIN permset m ON m.permset_id = s.permset_id
WHERE g.image_id = :image_id
  AND NOT (p.path >= '@' AND p.path < 'A') AND NOT (g.is_oxenstored AND p.path IN ('/@introduceDomain', '/@releaseDomain'))
  AND (w.domid IS NULL
       OR (substr(p.path, 1, length(w.home) + 1) <> w.home || '/' AND p.path <> w.home
           AND (w.target_home IS NULL OR (substr(p.path, 1, length(w.target_home) + 1) <> w.target_home || '/' AND p.path <> w.target_home))))
ORDER BY w.domid, p.path;
