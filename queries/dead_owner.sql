-- title: Nodes owned by a domain that is gone
-- group: leaks
-- why: nobody will ever remove them; they count against no quota and grow until the daemon runs out of memory
-- refs: XSA-322, XSA-419
-- param: image_id integer (required) the image to look at
-- columns: owner, path, value, perms
-- A domain is gone where it has no ring connection. An image without domain 0's own connection holds one migrating
-- domain only, and tells nothing about the others: no rows then.
SELECT n.owner, n.path, n.value, n.perms
FROM nodes n
WHERE n.image_id = :image_id AND n.conn_id = 0
  AND n.owner NOT IN (SELECT c.domid FROM connections c WHERE c.image_id = :image_id AND c.domid IS NOT NULL)
  AND EXISTS (SELECT 1 FROM connections c WHERE c.image_id = :image_id AND c.domid = 0)
ORDER BY n.owner, n.path;
