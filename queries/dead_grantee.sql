-- title: Permissions granted to a domain that is gone
-- group: leaks
-- severity: warning
-- needs: the whole host, permissions, connections
-- why: the next domain with this domid inherits the access, unless the entry is marked stale
-- refs: XSA-322, XSA-417
-- param: image_id integer (required) the image to look at
-- keywords: orphan, leak, destroyed, permissions
-- subject: domid, path
-- columns: domid, perm, path
SELECT p.domid, p.perm, p.path
FROM perms p
WHERE p.image_id = :image_id AND p.conn_id = 0 AND p.position > 0 AND p.stale IS NOT 1 AND p.domid BETWEEN 1 AND 32751
  AND p.domid NOT IN (SELECT l.domid FROM live_domains l WHERE l.image_id = :image_id)
  AND EXISTS (SELECT 1 FROM scopes x JOIN covered_kinds k ON k.image_id = x.image_id AND k.connections
              WHERE x.image_id = :image_id AND x.scope = 'host')
ORDER BY p.domid, p.path;
