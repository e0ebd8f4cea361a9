-- title: What a domain may do with each node, and why
-- group: access
-- severity: none
-- needs: permissions
-- why: shows what a guest could read or write if it were compromised
-- refs: xenstore.txt; docs/queries.md, Access
-- param: image_id integer (required) the image to look at
-- param: domid integer (required) the domid
-- param: path (default all) the path of one node
-- keywords: permissions, rights, read, write, may, grant
-- columns: path, access, reason, perms
WITH rights AS MATERIALIZED (
  SELECT a.permset_id, a.access, a.reason, a.perms FROM permset_access a WHERE a.image_id = :image_id AND a.domid = :domid
  UNION ALL
  -- If no permission names the domain, the row for all unnamed domains applies.
  SELECT a.permset_id, a.access, a.reason, a.perms FROM permset_access a
  WHERE a.image_id = :image_id AND a.domid IS NULL
    AND NOT EXISTS (SELECT 1 FROM subjects u WHERE u.image_id = :image_id AND u.domid = :domid)
)
SELECT p.path, r.access, r.reason, r.perms
FROM image_gen g
CROSS JOIN node_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
  AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
CROSS JOIN path p ON p.path_id = s.path_id
CROSS JOIN rights r ON r.permset_id = s.permset_id
WHERE g.image_id = :image_id AND p.path = coalesce(:path, p.path)
ORDER BY p.path;
