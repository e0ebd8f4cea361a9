-- title: Homes without a connection, and connections without a home
-- group: domains
-- severity: warning
-- needs: the whole host, connections
-- why: the guest is half created or half destroyed: its toolstack failed on the way
-- refs: xenstore-paths.pandoc
-- param: image_id integer (required) the image to look at
-- keywords: zombie, ghost, half destroyed
-- sentence: domain {domid}< ({name})> has [problem]
-- subject: domid, problem
-- columns: domid integer, problem text, name octets
WITH homes(domid) AS MATERIALIZED (
  SELECT CAST(substr(n.path, 15) AS INTEGER)
  FROM home_paths h
  CROSS JOIN nodes n ON n.image_id = :image_id AND n.conn_id = 0 AND n.path = h.path
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
