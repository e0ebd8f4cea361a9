-- title: Nodes owned by a domain that is gone
-- group: leaks
-- severity: warning
-- needs: the whole host, permissions, connections
-- why: nothing removes them, no quota counts them, and in time the daemon runs out of memory
-- refs: XSA-322, XSA-419
-- param: image_id integer (required) the image to look at
-- keywords: orphan, leak, destroyed
-- subject: owner, path
-- columns: owner, path, value, perms
SELECT n.owner, n.path, n.value, n.perms
FROM nodes n
WHERE n.image_id = :image_id AND n.conn_id = 0 AND n.owner BETWEEN 1 AND 32751 AND n.owner NOT IN (SELECT l.domid FROM live_domains l WHERE l.image_id = :image_id)
  AND EXISTS (SELECT 1 FROM scopes x JOIN covered_kinds k ON k.image_id = x.image_id AND k.connections
              WHERE x.image_id = :image_id AND x.scope = 'host')
ORDER BY n.owner, n.path;
