-- title: Permissions granted to a domain that is not introduced
-- group: leaks
-- severity: warning
-- needs: the whole host, permissions, connections
-- why: the domain with this domid gets the access when it comes; after a restore it does not
-- refs: XSA-322, XSA-417
-- param: image_id integer (required) the image to look at
-- keywords: orphan, leak, destroyed, permissions
-- sentence: {path} has the entry [perm]{domid}, but domain {domid} is not introduced ([known])
-- subject: domid, path
-- columns: domid integer, perm text, path octets, known text
-- Such a domain is being built, or was never introduced: a C xenstored marks the entries of a
-- domain that ends as stale, and oxenstored removes them. A restore by a C xenstored marks these as
-- well, for good. known: what the images say of the domain.
WITH found AS MATERIALIZED (
  SELECT p.domid, p.perm, p.path
  FROM perms p
  JOIN absent_domains a ON a.image_id = :image_id AND a.domid = p.domid
  WHERE p.image_id = :image_id AND p.conn_id = 0 AND p.position > 0 AND p.stale IS NOT 1
),
knowledge AS MATERIALIZED (
  SELECT a.domid, a.known FROM absent_domains a WHERE a.image_id = :image_id AND a.domid IN (SELECT f.domid FROM found f)
)
SELECT f.domid, f.perm, f.path, k.known
FROM found f
JOIN knowledge k ON k.domid = f.domid
ORDER BY f.domid, f.path;
