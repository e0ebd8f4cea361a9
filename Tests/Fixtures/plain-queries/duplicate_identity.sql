-- The same answer from a look at every node.
WITH names(domid, what, value) AS MATERIALIZED (
  SELECT CAST(substr(n.path, 15) AS INTEGER), CASE WHEN n.path GLOB '*/name' THEN 'name' ELSE 'uuid' END,
         CASE WHEN n.path GLOB '*/name' THEN n.value ELSE substr(n.value, length('/vm/') + 1) END
  FROM nodes n
  WHERE n.image_id = :image_id AND n.conn_id = 0 AND substr(n.path, 15, instr(substr(n.path, 15) || '/', '/') - 1) NOT GLOB '*[^0-9]*' AND n.known = 'whole' AND n.path > '/local/domain/' AND n.path < '/local/domain0'
    AND (n.path GLOB '/local/domain/*/name' OR n.path GLOB '/local/domain/*/vm') AND n.path NOT GLOB '/local/domain/*/*/*' AND n.value <> ''
),
identities(domid, what, value) AS (
  SELECT domid, what, value FROM names
  UNION ALL
  SELECT c.domid, 'event channel', c.evtchn FROM connections c
  WHERE c.image_id = :image_id AND c.conn_type = 0 AND c.evtchn NOT IN (0, 4294967295)
  UNION ALL
  SELECT c.domid, 'unique-id', c.unique_id FROM connections c
  WHERE c.image_id = :image_id AND c.conn_type = 0 AND c.unique_id <> 0
)
SELECT what, value, group_concat(domid, ' ') AS domids
FROM (SELECT domid, what, value FROM identities ORDER BY what, value, domid)
GROUP BY what, value
HAVING count(*) > 1
ORDER BY what, value, domids;
