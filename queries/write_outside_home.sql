-- title: Domains that may write outside their own home
-- group: access
-- severity: warning
-- needs: permissions, connections
-- why: others read what is outside /local/domain/DOMID and take it for the host's word
-- refs: xenstore-paths.pandoc
-- param: image_id integer (required) the image to look at
-- keywords: write, other guest, escape
-- subject: domid, access, path
-- columns: domid, access, reason, path, perms
-- A row without a domid applies to every domain that the node's permissions do not name.
-- The home of a domain's target counts as the domain's own.
WITH writers AS MATERIALIZED (
  SELECT t.permset_id, t.domid, t.access, t.reason, '/local/domain/' || t.domid AS home, '/local/domain/' || t.target_domid AS target_home
  FROM grants t
  WHERE t.image_id = :image_id AND t.access IN ('w', 'both')
)
SELECT w.domid, w.access, w.reason, p.path, m.perms
FROM image_gen g
CROSS JOIN node_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
  AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
CROSS JOIN writers w ON w.permset_id = s.permset_id
CROSS JOIN path p ON p.path_id = s.path_id
CROSS JOIN permset m ON m.permset_id = s.permset_id
WHERE g.image_id = :image_id
  AND (w.domid IS NULL
       OR (substr(p.path, 1, length(w.home) + 1) <> w.home || '/' AND p.path <> w.home
           AND (w.target_home IS NULL OR substr(p.path, 1, length(w.target_home) + 1) <> w.target_home || '/')))
ORDER BY w.domid, p.path;
