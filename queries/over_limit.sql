-- title: Guest nodes that exceed a limit
-- group: memory
-- severity: warning
-- needs: permissions
-- why: made before the limit, or by an exempt writer; a restore or a rewrite may refuse them
-- refs: XSA-323, XSA-326
-- param: image_id integer (required) the image to look at
-- keywords: quota, too big, exceeded
-- sentence: {path} of domain {owner} exceeds the quota [quota]: {size}, allowed are {allowed}
-- subject: quota, path
-- columns: owner integer, quota text, size integer, allowed integer, path octets
-- A node's size is its value, 16 bytes (24 to Xen 4.17), and 8 bytes per permission; in oxenstored
-- it is the value alone. allowed is the largest size that the daemon that wrote the image accepts.
-- The names of a node's children, which count too, are left out, and so is `/local/domain/DOMID/`
-- of a path. oxenstored has no quota of permissions.
WITH quota_values(node_size, node_permissions, path_max) AS MATERIALIZED (
  SELECT coalesce((SELECT q.value FROM quotas q WHERE q.image_id = :image_id AND q.scope = 'default' AND q.name = 'node-size'), 2048),
         coalesce((SELECT q.value FROM quotas q WHERE q.image_id = :image_id AND q.scope = 'default' AND q.name = 'node-permissions'), 5),
         coalesce((SELECT q.value FROM quotas q WHERE q.image_id = :image_id AND q.scope = 'default' AND q.name = 'path-max'), 2048)
),
rules AS MATERIALIZED (
  SELECT r.* FROM image_rules r WHERE r.image_id = :image_id
),
-- No row if no node of a guest can be over a limit.
limits AS MATERIALIZED (
  SELECT l.node_size, l.node_permissions, l.path_max
  FROM (SELECT CASE WHEN q.node_size > 0 THEN q.node_size + r.size_end ELSE 0 END AS node_size,
               CASE WHEN r.has_memory THEN q.node_permissions ELSE 0 END AS node_permissions, q.path_max,
               CASE WHEN r.size_is_value THEN 0 ELSE r.node_bytes END AS node_bytes,
               CASE WHEN r.size_is_value THEN 0 ELSE 8 END AS entry_bytes
        FROM quota_values q CROSS JOIN rules r) l
  CROSS JOIN extents x ON x.image_id = :image_id
  WHERE (l.node_size > 0 AND x.guest_value + l.node_bytes + l.entry_bytes * x.guest_perms > l.node_size)
    OR (l.node_permissions > 0 AND x.guest_perms > l.node_permissions)
    OR (l.path_max > 0 AND x.guest_path > l.path_max)
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
