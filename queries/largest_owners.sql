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
SELECT n.owner, count(*) AS nodes, sum(length(CAST(n.path AS BLOB))) AS path_bytes,
       sum(length(CAST(n.value AS BLOB))) AS value_bytes, max(length(CAST(n.value AS BLOB))) AS largest_value
FROM nodes n
WHERE n.image_id = :image_id AND n.conn_id = 0
GROUP BY n.owner
ORDER BY nodes DESC, n.owner;
