-- The same answer from a look at every node.
WITH writers AS MATERIALIZED (
  SELECT t.permset_id, t.domid, t.target_domid, t.access, t.reason
  FROM grants t
  WHERE t.image_id = :image_id AND t.access IN ('w', 'both')
)
SELECT w.domid, w.access, w.reason, p.path, m.perms
FROM image_gen g
CROSS JOIN node_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
  AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
CROSS JOIN writers w ON w.permset_id = s.permset_id
CROSS JOIN path p ON p.path_id = s.path_id AND p.path GLOB '/local/domain/[1-9]*'
  AND substr(p.path, 15, instr(substr(p.path, 15) || '/', '/') - 1) NOT GLOB '*[^0-9]*'
CROSS JOIN permset m ON m.permset_id = s.permset_id
WHERE g.image_id = :image_id
  AND (w.domid IS NULL OR CAST(substr(p.path, 15) AS INTEGER) NOT IN (w.domid, coalesce(w.target_domid, w.domid)))
ORDER BY w.domid, p.path;
