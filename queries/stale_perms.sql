-- title: Permission entries marked stale
-- group: leaks
-- severity: info
-- needs: stale marks
-- why: the entry says nothing to the daemon; the mark of an owner is ignored, and it keeps its node
-- refs: XSA-322
-- param: image_id integer (required) the image to look at
-- keywords: permissions, destroyed
-- sentence: the [role] [perm]{domid} of {path} is marked stale
-- subject: domid, perm, role, path
-- columns: domid integer, perm text, role text, path octets
-- A C xenstored marks the entries of a domain that ends, and a restore those of a domain without an
-- earlier connection. The mark stays when a domain with this domid comes.
WITH marked AS MATERIALIZED (
  SELECT e.permset_id, e.position, e.perm, e.domid FROM permset_entry e WHERE e.flags & 1 = 1
)
SELECT e.domid, e.perm, CASE e.position WHEN 0 THEN 'owner' ELSE 'entry' END AS role, p.path
FROM image_gen g
CROSS JOIN node_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
CROSS JOIN marked e ON e.permset_id = s.permset_id
CROSS JOIN path p ON p.path_id = s.path_id
WHERE g.image_id = :image_id AND EXISTS (SELECT 1 FROM marked)
ORDER BY e.domid, p.path, e.position;
