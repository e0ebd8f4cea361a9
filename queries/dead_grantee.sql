-- title: Permissions granted to a domain that is gone
-- group: leaks
-- why: the next domain that gets this domid inherits the access, unless the entry is marked stale
-- refs: XSA-322, XSA-417
-- param: image_id integer (required) the image to look at
-- columns: domid, perm, path
-- An image without domain 0's own connection holds one migrating domain only: no rows then.
SELECT p.domid, p.perm, p.path
FROM perms p
WHERE p.image_id = :image_id AND p.conn_id = 0 AND p.position > 0 AND p.stale = 0 AND p.domid <> 0
  AND p.domid NOT IN (SELECT c.domid FROM connections c WHERE c.image_id = :image_id AND c.domid IS NOT NULL)
  AND EXISTS (SELECT 1 FROM connections c WHERE c.image_id = :image_id AND c.domid = 0)
ORDER BY p.domid, p.path;
