-- title: Device ends whose other end is missing
-- group: devices
-- severity: warning
-- needs: covered nodes
-- why: a backend that outlives its frontend keeps a disk or an interface busy and waits forever
-- refs: libxl's device teardown
-- param: image_id integer (required) the image to look at
-- keywords: vif, vbd, stale, disk, network, left over
-- sentence: [problem]: {path} names {other_end} as its other end
-- subject: path, problem
-- columns: path octets, other_end octets, problem text
-- In an image without connections, a domain is gone only if its end of the device is missing.
WITH ends(path, other_end, problem) AS MATERIALIZED (
  SELECT substr(b.path, 1, length(b.path) - length('/frontend')) AS path, b.value AS other_end,
         CASE WHEN b.value GLOB '/local/domain/[0-9]*' AND (SELECT k.connections FROM covered_kinds k WHERE k.image_id = :image_id)
                AND CAST(substr(b.value, 15) AS INTEGER) NOT IN (SELECT l.domid FROM live_domains l WHERE l.image_id = :image_id)
              THEN 'the frontend''s domain is gone'
              WHEN NOT EXISTS (SELECT 1 FROM nodes f WHERE f.image_id = :image_id AND f.conn_id = 0 AND f.path = b.value)
                AND CASE WHEN (SELECT g.is_part FROM image_gen g WHERE g.image_id = :image_id)
                    THEN (SELECT a.covered FROM node_areas a
                          WHERE a.image_id = :image_id AND (b.value = a.top OR substr(b.value, 1, length(a.below)) = a.below AND b.value <> a.below)
                          ORDER BY length(a.below) DESC LIMIT 1)
                    ELSE 1 END
              THEN 'the frontend is missing' END AS problem
  FROM home_paths h
  CROSS JOIN path p ON p.path > h.path || '/backend/' AND p.path < h.path || '/backend0' AND substr(CAST(p.path AS BLOB), -9) = CAST('/frontend' AS BLOB)
  CROSS JOIN nodes b ON b.image_id = :image_id AND b.conn_id = 0 AND b.path = p.path
  WHERE b.known = 'whole' AND +p.path GLOB '/local/domain/*/backend/*/*/*/frontend'
  UNION ALL
  SELECT substr(f.path, 1, length(f.path) - length('/backend')), f.value,
         CASE WHEN NOT EXISTS (SELECT 1 FROM nodes b WHERE b.image_id = :image_id AND b.conn_id = 0 AND b.path = f.value)
                AND CASE WHEN (SELECT g.is_part FROM image_gen g WHERE g.image_id = :image_id)
                    THEN (SELECT a.covered FROM node_areas a
                          WHERE a.image_id = :image_id AND (f.value = a.top OR substr(f.value, 1, length(a.below)) = a.below AND f.value <> a.below)
                          ORDER BY length(a.below) DESC LIMIT 1)
                    ELSE 1 END
              THEN 'the backend is missing' END
  FROM home_paths h
  CROSS JOIN path p ON p.path > h.path || '/device/' AND p.path < h.path || '/device0' AND substr(CAST(p.path AS BLOB), -8) = CAST('/backend' AS BLOB)
  CROSS JOIN nodes f ON f.image_id = :image_id AND f.conn_id = 0 AND f.path = p.path
  WHERE f.known = 'whole' AND +p.path GLOB '/local/domain/*/device/*/*/backend'
)
SELECT path, other_end, problem
FROM ends
WHERE problem IS NOT NULL
  AND (EXISTS (SELECT 1 FROM scopes x WHERE x.image_id = :image_id AND x.scope = 'host')
       OR NOT (SELECT k.connections FROM covered_kinds k WHERE k.image_id = :image_id))
ORDER BY path;
