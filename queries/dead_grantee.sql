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
WITH grants_to AS MATERIALIZED (
  SELECT e.permset_id, e.domid, e.perm
  FROM absent_domains a
  JOIN permset_entry e ON e.domid = a.domid AND e.position > 0 AND e.flags & 1 = 0
  WHERE a.image_id = :image_id AND e.permset_id IN (SELECT x.permset_id FROM placements x WHERE x.image_id = :image_id)
),
-- If no node has such a list, the nodes are not read.
found AS MATERIALIZED (
  SELECT t.domid, t.perm, n.path
  FROM node_places n
  CROSS JOIN grants_to t ON t.permset_id = n.permset_id
  WHERE EXISTS (SELECT 1 FROM grants_to) AND n.image_id = :image_id AND n.is_committed
    AND n.permset_id IN (SELECT y.permset_id FROM grants_to y)
),
knowledge AS MATERIALIZED (
  SELECT a.domid, a.known FROM absent_domains a WHERE a.image_id = :image_id AND a.domid IN (SELECT f.domid FROM found f)
)
SELECT f.domid, f.perm, f.path, k.known
FROM found f
JOIN knowledge k ON k.domid = f.domid
ORDER BY f.domid, f.path, f.perm;
