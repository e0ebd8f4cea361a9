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
WITH RECURSIVE children AS MATERIALIZED (
  -- A path in each child of /local/domain; '0' follows '/', so each step skips what is below one.
  SELECT (SELECT p.path FROM path p WHERE p.path > '/local/domain/' AND p.path < '/local/domain0' ORDER BY p.path LIMIT 1) AS path
  UNION ALL
  SELECT (SELECT p.path FROM path p
          WHERE p.path >= substr(c.path, 1, 13 + instr(substr(c.path, 15) || '/', '/')) || '0' AND p.path < '/local/domain0'
          ORDER BY p.path LIMIT 1)
  FROM children c WHERE c.path IS NOT NULL
),
names(domid, what, value) AS MATERIALIZED (
  SELECT CAST(substr(n.path, 15) AS INTEGER), CASE WHEN n.path GLOB '*/name' THEN 'name' ELSE 'uuid' END,
         CASE WHEN n.path GLOB '*/name' THEN n.value ELSE substr(n.value, length('/vm/') + 1) END
  FROM children c
  CROSS JOIN (SELECT '/name' AS leaf UNION ALL SELECT '/vm') l
  CROSS JOIN nodes n ON n.image_id = :image_id AND n.conn_id = 0
    AND n.path = substr(c.path, 1, 13 + instr(substr(c.path, 15) || '/', '/')) || l.leaf
  WHERE substr(c.path, 15, instr(substr(c.path, 15) || '/', '/') - 1) NOT GLOB '*[^0-9]*' AND n.known = 'whole' AND n.value <> ''
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
