-- title: What a domain may do with each node, and why
-- group: access
-- severity: none
-- needs: permissions
-- why: shows what a guest could read or write if it were compromised
-- refs: xenstore.txt; docs/queries.md, Access
-- param: image_id integer (required) the image to look at
-- param: domid integer (required) the domid
-- param: path (default all) the path of one node
-- param: daemon (default the one that wrote the image) c-4.17, c-4.18, c-4.22 or oxenstored
-- param: after_restore integer (default 0) 1: what a restore by that daemon makes of it
-- keywords: permissions, rights, read, write, may, grant
-- columns: path octets, access text, set_perms text, remove text, reason text, perms text,
--          daemon text
-- access: r, w, both or none; NULL if it is unknown. set_perms: whether the domain may change the
-- permissions, which only an owner may. remove: whether it may remove the node, by itself or with
-- the node above it that is named: removing a node removes everything below it, whatever its
-- permissions.
WITH rules AS MATERIALIZED (
  SELECT r.daemon FROM daemon_rules r
  WHERE r.daemon = coalesce(:daemon, (SELECT w.daemon FROM writers w WHERE w.image_id = :image_id))
),
above(path) AS (
  SELECT coalesce(nullif(rtrim(rtrim(:path, replace(:path, '/', '')), '/'), ''), '/') WHERE :path IS NOT NULL
  UNION
  SELECT coalesce(nullif(rtrim(rtrim(a.path, replace(a.path, '/', '')), '/'), ''), '/') FROM above a
),
-- The lists of permissions of the node that is asked for and of those above it.
touched AS MATERIALIZED (
  SELECT s.permset_id
  FROM (SELECT :path AS path UNION ALL SELECT a.path FROM above a) t
  CROSS JOIN path p ON p.path = t.path
  CROSS JOIN image_gen g ON g.image_id = :image_id
  CROSS JOIN node_span s ON s.chain_id = g.chain_id AND s.path_id = p.path_id
),
asked AS (
  SELECT n.path, n.path_id, n.permset_id, n.place, n.record_id FROM node_places n
  WHERE n.image_id = :image_id AND n.path = :path AND CASE WHEN coalesce(:after_restore, 0) THEN n.is_last ELSE n.is_committed END
  UNION ALL
  SELECT n.path, n.path_id, n.permset_id, n.place, n.record_id FROM node_places n
  WHERE n.image_id = :image_id AND :path IS NULL AND CASE WHEN coalesce(:after_restore, 0) THEN n.is_last ELSE n.is_committed END
),
-- If no permission names the domain, the row for all unnamed domains applies.
rights AS MATERIALIZED (
  SELECT a.permset_id, a.place, a.first_record, a.last_record, a.access, a.set_perms, a.reason, a.perms, a.daemon
  FROM permset_access a
  WHERE a.image_id = :image_id AND a.kind = 'subject' AND a.daemon = (SELECT r.daemon FROM rules r)
    AND a.restored = (coalesce(:after_restore, 0) <> 0) AND (a.domid = :domid OR a.domid IS NULL)
    AND (a.domid IS NOT NULL OR NOT EXISTS (SELECT 1 FROM subjects u WHERE u.image_id = :image_id AND u.domid = :domid))
    AND (:path IS NULL OR a.permset_id IN touched)
),
-- The nodes with which the domain may remove others, or with which it may be able to. If one node
-- is asked for, only the nodes above it matter.
removable AS MATERIALIZED (
  SELECT n.path, r.access IS NULL AS doubtful
  FROM (
    SELECT n.path, n.permset_id, n.place, n.record_id FROM node_places n
    WHERE n.image_id = :image_id AND CASE WHEN coalesce(:after_restore, 0) THEN n.is_last ELSE n.is_committed END AND n.place = 'tree' AND :path IS NULL
      AND n.permset_id IN (SELECT r.permset_id FROM rights r WHERE coalesce(r.access, 'w') IN ('w', 'both'))
    UNION ALL
    SELECT n.path, n.permset_id, n.place, n.record_id FROM above a CROSS JOIN node_places n ON n.path = a.path
    WHERE n.image_id = :image_id AND CASE WHEN coalesce(:after_restore, 0) THEN n.is_last ELSE n.is_committed END AND n.place = 'tree'
  ) n
  CROSS JOIN rights r ON r.permset_id = n.permset_id AND r.place = n.place AND n.record_id BETWEEN r.first_record AND r.last_record
  WHERE coalesce(r.access, 'w') IN ('w', 'both')
),
tops AS MATERIALIZED (
  SELECT m.path, m.doubtful
  FROM removable m
  LEFT JOIN removable x ON x.path = coalesce(nullif(rtrim(rtrim(m.path, replace(m.path, '/', '')), '/'), ''), '/') AND x.doubtful = m.doubtful
  WHERE x.path IS NULL
),
below AS MATERIALIZED (
  SELECT p.path_id, min(CASE WHEN NOT t.doubtful THEN t.path END) AS top
  FROM tops t
  CROSS JOIN path p ON p.path > t.path || '/' AND p.path < t.path || '0' AND p.path = coalesce(:path, p.path)
  GROUP BY p.path_id
)
SELECT n.path, r.access, CASE r.set_perms WHEN 1 THEN 'yes' WHEN 0 THEN 'no' END AS set_perms,
       CASE WHEN n.place <> 'tree' THEN 'no'
            WHEN r.access IN ('w', 'both') THEN 'yes'
            WHEN b.top IS NOT NULL THEN 'with ' || b.top
            WHEN b.path_id IS NULL AND r.access IS NOT NULL THEN 'no' END AS remove,
       r.reason, r.perms, r.daemon
FROM asked n
CROSS JOIN rights r ON r.permset_id = n.permset_id AND r.place = n.place AND n.record_id BETWEEN r.first_record AND r.last_record
LEFT JOIN below b ON b.path_id = n.path_id
ORDER BY n.path;
