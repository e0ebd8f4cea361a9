-- The same answer from a look at every node.
WITH readers AS MATERIALIZED (
  SELECT t.permset_id, t.domid, t.target_domid, t.reason
  FROM grants t
  WHERE t.image_id = :image_id AND t.access IN ('r', 'both')
)
SELECT r.domid, r.reason, p.path, m.perms
FROM image_gen g
CROSS JOIN node_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
  AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
CROSS JOIN path p ON p.path_id = s.path_id AND substr(p.path, 1, 14) = '/local/domain/'
CROSS JOIN readers r ON r.permset_id = s.permset_id
CROSS JOIN permset m ON m.permset_id = s.permset_id
WHERE g.image_id = :image_id
  AND (r.domid IS NULL OR CAST(substr(p.path, 15) AS INTEGER) NOT IN (r.domid, coalesce(r.target_domid, r.domid)))
  AND CAST(p.path AS TEXT) GLOB '/local/domain/[1-9]*'
  AND substr(CAST(p.path AS TEXT), 15, instr(substr(CAST(p.path AS TEXT), 15) || '/', '/') - 1) NOT GLOB '*[^0-9]*'
ORDER BY r.domid, p.path;
