-- title: Devices whose two ends are not both connected
-- group: devices
-- severity: info
-- why: a device works if both ends are in state 4; otherwise it hangs, waits or is being torn down
-- refs: xenbus states in xen/io/xenbus.h
-- param: image_id integer (required) the image to look at
-- keywords: vif, vbd, stuck, connect, disk, network
-- sentence: device {frontend} <is in state {frontend_state}|has no state>,
-- sentence: its backend {backend} <is in state {backend_state}|has none>
-- subject: frontend, frontend_state, backend_state
-- columns: frontend octets, frontend_state octets, backend octets, backend_state octets
-- An end whose state the image does not say counts as connected.
WITH devices AS MATERIALIZED (
  SELECT e.path AS frontend,
         (SELECT s.value FROM nodes s WHERE s.image_id = :image_id AND s.conn_id = 0 AND s.known = 'whole' AND s.path = e.path || '/state')
           AS frontend_state,
         e.other_end AS backend,
         (SELECT s.value FROM nodes s WHERE s.image_id = :image_id AND s.conn_id = 0 AND s.known = 'whole' AND s.path = e.other_end || '/state')
           AS backend_state,
         e.known
  FROM device_ends e
  WHERE e.image_id = :image_id AND e.side = 'frontend'
)
SELECT d.frontend, d.frontend_state, d.backend, d.backend_state
FROM devices d
WHERE d.frontend_state <> '4' OR d.backend_state <> '4'
  OR d.frontend_state IS NULL
     AND NOT EXISTS (SELECT 1 FROM nodes s WHERE s.image_id = :image_id AND s.conn_id = 0 AND s.path = d.frontend || '/state')
     AND CASE WHEN (SELECT g.is_part FROM image_gen g WHERE g.image_id = :image_id)
         THEN (SELECT a.covered FROM node_areas a
               WHERE a.image_id = :image_id AND ((d.frontend || '/state') = a.top OR substr((d.frontend || '/state'), 1, length(a.below)) = a.below AND (d.frontend || '/state') <> a.below)
               ORDER BY length(a.below) DESC LIMIT 1)
         ELSE 1 END
  OR d.backend_state IS NULL AND d.known = 'whole'
     AND NOT EXISTS (SELECT 1 FROM nodes s WHERE s.image_id = :image_id AND s.conn_id = 0 AND s.path = d.backend || '/state')
     AND CASE WHEN (SELECT g.is_part FROM image_gen g WHERE g.image_id = :image_id)
         THEN (SELECT a.covered FROM node_areas a
               WHERE a.image_id = :image_id AND ((d.backend || '/state') = a.top OR substr((d.backend || '/state'), 1, length(a.below)) = a.below AND (d.backend || '/state') <> a.below)
               ORDER BY length(a.below) DESC LIMIT 1)
         ELSE 1 END
ORDER BY d.frontend;
