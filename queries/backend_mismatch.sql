-- title: Devices whose frontend and toolstack name different backends
-- group: devices
-- severity: error
-- why: the guest redirected its device; a toolstack that trusts it acts on another domain's node
-- refs: XSA-175
-- param: image_id integer (required) the image to look at
-- keywords: vif, vbd, disk, network
-- sentence: device {frontend} names the backend {backend}, the toolstack {toolstack_backend}
-- subject: frontend
-- columns: frontend octets, backend octets, toolstack_backend octets
-- Only values that are known as a whole are compared.
SELECT d.frontend, d.backend, d.toolstack_backend
FROM (
  SELECT '/local/domain/' || substr(l.path, length('/libxl/') + 1, length(l.path) - length('/libxl/') - length('/backend')) AS frontend,
         (SELECT f.value FROM nodes f WHERE f.image_id = :image_id AND f.conn_id = 0 AND f.known = 'whole'
            AND f.path = '/local/domain/' || substr(l.path, length('/libxl/') + 1)) AS backend,
         l.value AS toolstack_backend
  FROM nodes l
  WHERE l.image_id = :image_id AND l.conn_id = 0 AND l.known = 'whole' AND substr(CAST(l.path AS BLOB), -8) = CAST('/backend' AS BLOB) AND l.path GLOB '/libxl/*/device/*/*/backend'
) d
WHERE d.backend <> d.toolstack_backend
ORDER BY d.frontend;
