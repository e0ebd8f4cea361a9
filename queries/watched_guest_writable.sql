-- title: Watches of domain 0 that cover nodes writable by guests
-- group: connections
-- severity: info
-- needs: permissions, watches
-- why: a guest that writes there fast keeps the watcher busy or makes the daemon's memory grow
-- refs: XSA-349
-- param: image_id integer (required) the image to look at
-- keywords: write, flood, events
-- sentence: <socket {socket_fd}|domain 0> watches {path} (token {token}),
-- sentence: where guests may write {writable_nodes} nodes
-- subject: socket_fd, path, token
-- columns: conn_id integer, socket_fd integer, path octets, token octets, writable_nodes integer
WITH writable AS MATERIALIZED (
  SELECT DISTINCT w.permset_id FROM guest_writable w WHERE w.image_id = :image_id
),
homes AS MATERIALIZED (
  SELECT DISTINCT '/local/domain/' || x.home AS path
  FROM placements x
  WHERE x.image_id = :image_id AND x.home >= 0 AND x.permset_id IN (SELECT w.permset_id FROM writable w)
),
watched AS MATERIALIZED (
  SELECT DISTINCT CASE WHEN substr(w.path, 1, 1) = '/' THEN w.path ELSE '/local/domain/0/' || w.path END AS path
  FROM watches w
  JOIN connections c ON c.image_id = w.image_id AND c.conn_id = w.conn_id AND coalesce(c.domid, 0) = 0
  WHERE w.image_id = :image_id AND substr(w.path, 1, 1) <> '@'
),
counts AS MATERIALIZED (
  SELECT d.path,
         CASE -- No guest may write anything in the home that the path is in.
              WHEN d.path GLOB '/local/domain/[0-9]*' AND length(d.home) BETWEEN 15 AND 23
                AND substr(d.home, 15) NOT GLOB '*[^0-9]*' AND substr(d.home, 15) NOT GLOB '0?*'
                AND h.path IS NULL
              THEN 0
              WHEN d.path = '/'
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
  FROM (SELECT w.path, substr(w.path, 1, 13 + instr(substr(w.path, 15) || '/', '/')) AS home FROM watched w) d
  LEFT JOIN homes h ON h.path = d.home
)
SELECT c.conn_id, c.socket_fd, w.path, w.token, k.writable_nodes
FROM watches w
JOIN connections c ON c.image_id = w.image_id AND c.conn_id = w.conn_id AND coalesce(c.domid, 0) = 0
JOIN counts k ON k.path = CASE WHEN substr(w.path, 1, 1) = '/' THEN w.path ELSE '/local/domain/0/' || w.path END
WHERE w.image_id = :image_id AND k.writable_nodes > 0
ORDER BY k.writable_nodes DESC, w.record_id;
