-- The same answer from a look at every node.
WITH writable AS MATERIALIZED (
  SELECT DISTINCT w.permset_id FROM guest_writable w WHERE w.image_id = :image_id
),
watched AS MATERIALIZED (
  SELECT DISTINCT CASE WHEN substr(w.path, 1, 1) = '/' THEN w.path ELSE '/local/domain/0/' || w.path END AS path
  FROM watches w
  JOIN connections c ON c.image_id = w.image_id AND c.conn_id = w.conn_id AND coalesce(c.domid, 0) = 0
  WHERE w.image_id = :image_id AND substr(w.path, 1, 1) <> '@'
),
counts AS MATERIALIZED (
  SELECT d.path,
         CASE WHEN d.path = '/'
              THEN (SELECT count(*) FROM image_gen g
                    JOIN node_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
                      AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
                    CROSS JOIN writable w ON w.permset_id = s.permset_id
                    WHERE g.image_id = :image_id
                      AND s.path_id NOT IN (SELECT p.path_id FROM path p WHERE p.path >= '@' AND p.path < 'A'))
              ELSE (SELECT count(*) FROM image_gen g
                    CROSS JOIN path p ON p.path >= d.path AND p.path < d.path || '0'
                      AND (p.path = d.path OR substr(p.path, length(d.path) + 1, 1) = '/')
                    CROSS JOIN node_span s ON s.path_id = p.path_id AND s.chain_id = g.chain_id
                      AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
                        AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
                    CROSS JOIN writable w ON w.permset_id = s.permset_id
                    WHERE g.image_id = :image_id) END AS writable_nodes
  FROM watched d
)
SELECT c.conn_id, c.socket_fd, w.path, w.token, k.writable_nodes
FROM watches w
JOIN connections c ON c.image_id = w.image_id AND c.conn_id = w.conn_id AND coalesce(c.domid, 0) = 0
JOIN counts k ON k.path = CASE WHEN substr(w.path, 1, 1) = '/' THEN w.path ELSE '/local/domain/0/' || w.path END
WHERE w.image_id = :image_id AND k.writable_nodes > 0
ORDER BY k.writable_nodes DESC, w.record_id;
