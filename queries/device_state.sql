-- title: Devices whose two ends are not both connected
-- group: devices
-- severity: info
-- why: a device works if both ends are in state 4; otherwise it hangs, waits or is being torn down
-- refs: xenbus states in xen/io/xenbus.h
-- param: image_id integer (required) the image to look at
-- columns: frontend, frontend_state, backend, backend_state
SELECT d.frontend, d.frontend_state, d.backend, d.backend_state
FROM (
  SELECT substr(f.path, 1, length(f.path) - length('/backend')) AS frontend,
         (SELECT s.value FROM nodes s WHERE s.image_id = :image_id AND s.conn_id = 0
            AND s.path = substr(f.path, 1, length(f.path) - length('/backend')) || '/state') AS frontend_state,
         f.value AS backend,
         (SELECT s.value FROM nodes s WHERE s.image_id = :image_id AND s.conn_id = 0 AND s.path = f.value || '/state') AS backend_state
  FROM nodes f
  WHERE f.image_id = :image_id AND f.conn_id = 0 AND substr(f.path, -8) = '/backend' AND f.path GLOB '/local/domain/*/device/*/*/backend'
) d
WHERE NOT (coalesce(d.frontend_state, '') = '4' AND coalesce(d.backend_state, '') = '4')
ORDER BY d.frontend;
