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
-- columns: domid, perm, role, path
-- A C xenstored marks the entries of a domain that ends, and a restore those of a domain without an
-- earlier connection. The mark stays when a domain with this domid comes.
SELECT p.domid, p.perm, CASE p.position WHEN 0 THEN 'owner' ELSE 'entry' END AS role, p.path
FROM perms p
WHERE p.image_id = :image_id AND p.flags & 1 = 1
ORDER BY p.domid, p.path, p.position;
