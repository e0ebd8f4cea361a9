-- title: Permission entries marked stale
-- group: leaks
-- severity: info
-- needs: stale marks
-- why: the domain they name is gone and the daemon ignores them; a stale owner has lost its node
-- refs: XSA-322
-- param: image_id integer (required) the image to look at
-- keywords: permissions, destroyed
-- subject: domid, perm, role, path
-- columns: domid, perm, role, path
SELECT p.domid, p.perm, CASE p.position WHEN 0 THEN 'owner' ELSE 'entry' END AS role, p.path
FROM perms p
WHERE p.image_id = :image_id AND p.flags & 1 = 1
ORDER BY p.domid, p.path, p.position;
