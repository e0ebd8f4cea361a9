-- title: Nodes and bytes by owner
-- group: memory
-- severity: none
-- needs: permissions
-- why: shows which domain fills the store
-- refs: XSA-326
-- param: image_id integer (required) the image to look at
-- keywords: usage, bytes, biggest
-- columns: owner integer, nodes integer, path_bytes integer, value_bytes integer,
--          largest_value integer
SELECT m.owner, sum(o.nodes) AS nodes, sum(o.path_bytes) AS path_bytes, sum(o.value_bytes) AS value_bytes,
       max(o.largest_value) AS largest_value
-- First a sum for each list of permissions, of the lengths alone: there are fewer of them, and they
-- are shorter to sort than paths and values.
FROM (
  SELECT l.permset_id, count(*) AS nodes, sum(l.path_bytes) AS path_bytes, sum(l.value_bytes) AS value_bytes,
         max(l.value_bytes) AS largest_value
  FROM (
    SELECT n.permset_id, length(CAST(n.path AS BLOB)) AS path_bytes, length(CAST(n.value AS BLOB)) AS value_bytes
    FROM node_places n WHERE n.image_id = :image_id AND n.is_committed
    LIMIT -1
  ) l
  GROUP BY l.permset_id
) o
LEFT JOIN permset m ON m.permset_id = o.permset_id
GROUP BY m.owner
ORDER BY nodes DESC, m.owner;
