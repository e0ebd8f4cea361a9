-- The same answer from a look at every node.
WITH quota_values(node_size, node_permissions, path_max) AS MATERIALIZED (
  SELECT coalesce((SELECT q.value FROM quotas q WHERE q.image_id = :image_id AND q.scope = 'default' AND q.name = 'node-size'), 2048),
         coalesce((SELECT q.value FROM quotas q WHERE q.image_id = :image_id AND q.scope = 'default' AND q.name = 'node-permissions'), 5),
         coalesce((SELECT q.value FROM quotas q WHERE q.image_id = :image_id AND q.scope = 'default' AND q.name = 'path-max'), 2048)
),
rules AS MATERIALIZED (
  SELECT r.* FROM image_rules r WHERE r.image_id = :image_id
),
limits AS MATERIALIZED (
  SELECT CASE WHEN q.node_size > 0 THEN q.node_size + r.size_end ELSE 0 END AS node_size,
         CASE WHEN r.has_memory THEN q.node_permissions ELSE 0 END AS node_permissions, q.path_max
  FROM quota_values q CROSS JOIN rules r
),
sizes AS (
  SELECT m.owner, p.path, length(CAST(s.value AS BLOB)) + CASE WHEN r.size_is_value THEN 0 ELSE r.node_bytes + 2 * length(m.raw) END AS size,
         length(m.raw) / 4 AS perms,
         length(CAST(p.path AS BLOB)) AS path_length,
         length(CAST(p.path AS BLOB))
         - CASE WHEN p.path GLOB '/local/domain/[0-9]*/*' AND substr(p.path, 15, instr(substr(p.path, 15), '/') - 1) NOT GLOB '*[^0-9]*'
                THEN 14 + instr(substr(p.path, 15), '/') ELSE 0 END AS path_size
  FROM rules r
  CROSS JOIN image_gen g
  JOIN node_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
    AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
  JOIN path p ON p.path_id = s.path_id
  JOIN permset m ON m.permset_id = s.permset_id
  WHERE g.image_id = :image_id AND m.owner <> 0
)
SELECT owner, quota, size, allowed, path
FROM (
  SELECT z.owner, k.quota, CASE k.quota WHEN 'node-size' THEN z.size WHEN 'node-permissions' THEN z.perms ELSE z.path_size END AS size,
         CASE k.quota WHEN 'node-size' THEN l.node_size WHEN 'node-permissions' THEN l.node_permissions ELSE l.path_max END AS allowed, z.path
  FROM limits l
  CROSS JOIN sizes z ON (l.node_size > 0 AND z.size > l.node_size) OR (l.node_permissions > 0 AND z.perms > l.node_permissions)
    OR (l.path_max > 0 AND z.path_length > l.path_max AND z.path_size > l.path_max)
  CROSS JOIN (SELECT 'node-size' AS quota UNION ALL SELECT 'node-permissions' UNION ALL SELECT 'path-max') k
)
WHERE allowed > 0 AND size > allowed
ORDER BY owner, path, quota;
