-- The same answer from a look at every node.
SELECT d.frontend, d.frontend_state, d.backend, d.backend_state
FROM (
  SELECT substr(f.path, 1, length(f.path) - length('/backend')) AS frontend,
         (SELECT s.value FROM nodes s WHERE s.image_id = :image_id AND s.conn_id = 0 AND s.known = 'whole'
            AND s.path = substr(f.path, 1, length(f.path) - length('/backend')) || '/state') AS frontend_state,
         f.value AS backend,
         (SELECT s.value FROM nodes s WHERE s.image_id = :image_id AND s.conn_id = 0 AND s.known = 'whole'
            AND s.path = f.value || '/state') AS backend_state,
         f.known
  FROM nodes f
  WHERE f.image_id = :image_id AND f.conn_id = 0 AND substr(f.path, 15, instr(substr(f.path, 15) || '/', '/') - 1) NOT GLOB '*[^0-9]*' AND substr(f.path, -8) = '/backend' AND f.path GLOB '/local/domain/*/device/*/*/backend'
) d
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
