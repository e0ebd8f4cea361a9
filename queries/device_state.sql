-- title: Devices whose two ends are not both connected
-- group: devices
-- why: state 4 on both sides is a working device; anything else hangs, waits or is being torn down
-- refs: xenbus states in xen/io/xenbus.h
-- param: image_id integer (required) the image to look at
-- columns: frontend, frontend_state, backend, backend_state
SELECT substr(f.path, 1, length(f.path) - length('/backend')) AS frontend,
       fs.value AS frontend_state, f.value AS backend, bs.value AS backend_state
FROM nodes f
LEFT JOIN nodes fs ON fs.image_id = f.image_id AND fs.conn_id = 0
  AND fs.path = substr(f.path, 1, length(f.path) - length('/backend')) || '/state'
LEFT JOIN nodes bs ON bs.image_id = f.image_id AND bs.conn_id = 0 AND bs.path = f.value || '/state'
WHERE f.image_id = :image_id AND f.conn_id = 0 AND f.path GLOB '/local/domain/*/device/*/*/backend'
  AND NOT (coalesce(fs.value, '') = '4' AND coalesce(bs.value, '') = '4')
ORDER BY f.path;
