-- title: Devices whose frontend names another backend than the toolstack
-- group: devices
-- severity: error
-- why: the guest has redirected its device; a toolstack that believes it acts on somebody else's node
-- refs: XSA-175
-- param: image_id integer (required) the image to look at
-- columns: frontend, backend, toolstack_backend
SELECT d.frontend, d.backend, d.toolstack_backend
FROM (
  SELECT '/local/domain/' || substr(l.path, length('/libxl/') + 1, length(l.path) - length('/libxl/') - length('/backend')) AS frontend,
         (SELECT f.value FROM nodes f WHERE f.image_id = :image_id AND f.conn_id = 0
            AND f.path = '/local/domain/' || substr(l.path, length('/libxl/') + 1)) AS backend,
         l.value AS toolstack_backend
  FROM nodes l
  WHERE l.image_id = :image_id AND l.conn_id = 0 AND substr(l.path, -8) = '/backend' AND l.path GLOB '/libxl/*/device/*/*/backend'
) d
WHERE d.backend <> d.toolstack_backend
ORDER BY d.frontend;
