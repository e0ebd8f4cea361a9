-- title: Nodes owned by a domain that is not introduced
-- group: leaks
-- severity: warning
-- needs: the whole host, permissions, connections
-- why: a restore by a C xenstored ends at such a node; if the domain never comes, its nodes stay
-- refs: XSA-322, XSA-419
-- param: image_id integer (required) the image to look at
-- keywords: orphan, leak, destroyed
-- sentence: domain {owner} owns {path}, but is not introduced ([known])
-- subject: owner, path
-- columns: owner integer, path octets, value octets, perms text, known text
-- Such a domain is being built: libxl gives it nodes before it introduces it. A C xenstored removes
-- the nodes of a domain that ends, oxenstored those of a domain that was introduced. known: what
-- the images say of the domain.
WITH lists AS MATERIALIZED (
  SELECT DISTINCT m.permset_id
  FROM placements x
  JOIN permset m ON m.permset_id = x.permset_id
  WHERE x.image_id = :image_id AND m.owner IN (SELECT a.domid FROM absent_domains a WHERE a.image_id = :image_id)
),
-- If no node has such a list, the nodes are not read.
found AS MATERIALIZED (
  SELECT m.owner, n.path, n.value, m.perms
  FROM node_places n
  CROSS JOIN permset m ON m.permset_id = n.permset_id
  WHERE EXISTS (SELECT 1 FROM lists) AND n.image_id = :image_id AND n.is_committed AND n.permset_id IN (SELECT l.permset_id FROM lists l)
),
knowledge AS MATERIALIZED (
  SELECT a.domid, a.known FROM absent_domains a WHERE a.image_id = :image_id AND a.domid IN (SELECT f.owner FROM found f)
)
SELECT f.owner, f.path, f.value, f.perms, k.known
FROM found f
JOIN knowledge k ON k.domid = f.owner
ORDER BY f.owner, f.path;
