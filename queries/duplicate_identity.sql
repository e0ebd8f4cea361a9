-- title: Domains that share an identity
-- group: domains
-- severity: warning
-- why: tools that look up a guest by its name or UUID find the wrong one
-- refs: libvmi 280; xen-api 1737
-- param: image_id integer (required) the image to look at
-- keywords: clone, uuid, name, event channel, unique-id
-- sentence: domains [domids] share the [what] {value}
-- subject: what, value, domids
-- columns: what text, value any, domids text
WITH names(domid, what, value) AS MATERIALIZED (
  SELECT CAST(substr(n.path, 15) AS INTEGER), CASE WHEN n.path GLOB '*/name' THEN 'name' ELSE 'uuid' END,
         CASE WHEN n.path GLOB '*/name' THEN n.value ELSE substr(n.value, length('/vm/') + 1) END
  FROM home_paths h
  CROSS JOIN (SELECT '/name' AS leaf UNION ALL SELECT '/vm') l
  CROSS JOIN nodes n ON n.image_id = :image_id AND n.conn_id = 0 AND n.path = h.path || l.leaf
  WHERE n.known = 'whole' AND n.value <> ''
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
