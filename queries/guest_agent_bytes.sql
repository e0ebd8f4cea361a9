-- title: Nodes and bytes that guest agents have written, by domain
-- group: memory
-- severity: none
-- why: any program in a guest may write there; toolstacks that copied it all ran out of memory
-- refs: XSA-354
-- param: image_id integer (required) the image to look at
-- param: least integer (default 1) show only subtrees of at least this many bytes
-- keywords: usage, spam
-- columns: domid integer, subtree octets, nodes integer, bytes integer
SELECT a.domid, a.subtree, count(*) AS nodes, sum(a.bytes) AS bytes
FROM (
  SELECT CAST(substr(n.path, 15) AS INTEGER) AS domid,
         CASE WHEN n.path GLOB '/local/domain/*/data/*' THEN 'data' WHEN n.path GLOB '/local/domain/*/attr/*' THEN 'attr'
              WHEN n.path GLOB '/local/domain/*/control/*' THEN 'control' ELSE 'drivers' END AS subtree,
         length(CAST(n.path AS BLOB)) + coalesce(length(CAST(n.value AS BLOB)), 0) AS bytes
  FROM nodes n
  WHERE n.image_id = :image_id AND n.conn_id = 0 AND n.path GLOB '/local/domain/[1-9]*'
    AND substr(n.path, 15 + instr(substr(n.path, 15), '/'), 5) IN ('data/', 'attr/', 'contr', 'drive')
) a
GROUP BY a.domid, a.subtree
HAVING sum(a.bytes) >= coalesce(:least, 1)
ORDER BY bytes DESC, a.domid, a.subtree;
