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
WITH facts AS MATERIALIZED (
  SELECT k.connections, g.is_part
  FROM covered_kinds k
  JOIN image_gen g ON g.image_id = k.image_id
  WHERE k.image_id = :image_id
),
problems AS MATERIALIZED (
  SELECT d.path, d.other_end,
         CASE WHEN d.side = 'backend' AND f.connections AND d.other_end GLOB '/local/domain/[0-9]*'
                AND CAST(substr(d.other_end, 15) AS INTEGER) NOT IN (SELECT l.domid FROM live_domains l WHERE l.image_id = :image_id)
              THEN 'the frontend''s domain is gone'
              WHEN NOT EXISTS (SELECT 1 FROM nodes n WHERE n.image_id = :image_id AND n.conn_id = 0 AND n.path = d.other_end)
                AND CASE WHEN f.is_part
                    THEN (SELECT a.covered FROM node_areas a
                          WHERE a.image_id = :image_id AND (d.other_end = a.top OR substr(d.other_end, 1, length(a.below)) = a.below AND d.other_end <> a.below)
                          ORDER BY length(a.below) DESC LIMIT 1)
                    ELSE 1 END
              THEN CASE d.side WHEN 'backend' THEN 'the frontend is missing' ELSE 'the backend is missing' END END AS problem
  FROM facts f
  CROSS JOIN device_ends d
  WHERE d.image_id = :image_id AND d.known = 'whole'
)
SELECT path, other_end, problem
FROM problems
WHERE problem IS NOT NULL
  AND (EXISTS (SELECT 1 FROM scopes x WHERE x.image_id = :image_id AND x.scope = 'host') OR NOT (SELECT f.connections FROM facts f))
ORDER BY path;
