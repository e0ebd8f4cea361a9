-- The same answer from a look at every node.
WITH homes(domid) AS MATERIALIZED (
  SELECT CAST(substr(n.path, 15) AS INTEGER) FROM nodes n
  WHERE n.image_id = :image_id AND n.conn_id = 0 AND n.path > '/local/domain/' AND n.path < '/local/domain0'
    AND n.path NOT GLOB '/local/domain/*[^0-9]*'
)
SELECT d.domid, d.problem,
       (SELECT n.value FROM nodes n WHERE n.image_id = :image_id AND n.conn_id = 0 AND n.path = '/local/domain/' || d.domid || '/name') AS name
FROM (
  SELECT h.domid, 'a home, but no connection' AS problem FROM homes h WHERE h.domid <> 0 AND h.domid NOT IN (SELECT l.domid FROM live_domains l WHERE l.image_id = :image_id)
  UNION ALL
  SELECT l.domid, 'a connection, but no home' FROM live_domains l
  WHERE l.image_id = :image_id AND l.domid <> 0 AND l.domid NOT IN (SELECT h.domid FROM homes h)
) d
WHERE EXISTS (SELECT 1 FROM scopes x JOIN covered_kinds k ON k.image_id = x.image_id AND k.connections
              WHERE x.image_id = :image_id AND x.scope = 'host')
ORDER BY d.domid;
