-- title: State lost or changed across a live update
-- group: time
-- severity: none
-- needs: connections, watches
-- why: a live update must keep everything; the daemon lost what is missing after it
-- refs: xenstore-migration.md
-- param: before_id integer (required) the older image
-- param: after_id integer (required) the newer image
-- keywords: upgrade, restart, migration
-- columns: what text, connection text, subject any, before any, after any
-- Each dump renumbers conn-ids: a ring is identified by its domid, a socket by its descriptor. What
-- the newer image does not cover is not lost.
WITH ends(image_id, conn_id, connection, place, target_domid, in_bytes, out_bytes) AS MATERIALIZED (
  SELECT c.image_id, c.conn_id, CASE c.conn_type WHEN 0 THEN 'domain ' || c.domid ELSE 'socket ' || coalesce(c.socket_fd, c.conn_id) END,
         CASE c.conn_type WHEN 0 THEN '/local/domain/' || c.domid ELSE '/' END, c.target_domid, coalesce(length(c.in_data), 0), coalesce(length(c.out_data), 0)
  FROM connections c WHERE c.image_id IN (:before_id, :after_id)
),
covered(kind, root) AS MATERIALIZED (
  SELECT v.kind, v.root FROM coverage v WHERE v.image_id = :after_id AND v.covered = 1
)
SELECT 'connection lost' AS what, o.connection, NULL AS subject, NULL AS before, NULL AS after
FROM ends o
WHERE o.image_id = :before_id AND NOT EXISTS (SELECT 1 FROM ends n WHERE n.image_id = :after_id AND n.connection = o.connection)
  AND EXISTS (SELECT 1 FROM covered v WHERE v.kind = 'connections' AND (v.root IN ('/', o.place) OR v.root = '/local/domain' AND o.place <> '/'))
UNION ALL
SELECT 'target lost', o.connection, NULL, o.target_domid, n.target_domid
FROM ends o JOIN ends n ON n.image_id = :after_id AND n.connection = o.connection
WHERE o.image_id = :before_id AND o.target_domid IS NOT n.target_domid
UNION ALL
SELECT 'buffer changed', o.connection, CASE k.direction WHEN 1 THEN 'in' ELSE 'out' END,
       CASE k.direction WHEN 1 THEN o.in_bytes ELSE o.out_bytes END, CASE k.direction WHEN 1 THEN n.in_bytes ELSE n.out_bytes END
FROM ends o JOIN ends n ON n.image_id = :after_id AND n.connection = o.connection
JOIN (SELECT 1 AS direction UNION ALL SELECT 2) k
WHERE o.image_id = :before_id
  AND EXISTS (SELECT 1 FROM covered v WHERE v.kind = 'pending' AND (v.root IN ('/', o.place) OR v.root = '/local/domain' AND o.place <> '/'))
  AND CASE k.direction WHEN 1 THEN o.in_bytes > n.in_bytes ELSE o.out_bytes > n.out_bytes END
UNION ALL
SELECT 'watch lost', e.connection, w.path, w.token, NULL
FROM watches w JOIN ends e ON e.image_id = :before_id AND e.conn_id = w.conn_id
WHERE w.image_id = :before_id
  AND EXISTS (SELECT 1 FROM covered v WHERE v.kind = 'watches' AND (v.root IN ('/', e.place) OR v.root = '/local/domain' AND e.place <> '/'))
  AND NOT EXISTS (SELECT 1 FROM watches v JOIN ends f ON f.image_id = v.image_id AND f.conn_id = v.conn_id
                  WHERE v.image_id = :after_id AND v.path = w.path AND v.token = w.token AND f.connection = e.connection)
UNION ALL
SELECT 'transaction lost', e.connection, CAST(t.tx_id AS TEXT), NULL, NULL
FROM transactions t JOIN ends e ON e.image_id = :before_id AND e.conn_id = t.conn_id
WHERE t.image_id = :before_id
  AND EXISTS (SELECT 1 FROM covered v WHERE v.kind = 'transactions' AND (v.root IN ('/', e.place) OR v.root = '/local/domain' AND e.place <> '/'))
  AND NOT EXISTS (SELECT 1 FROM transactions u JOIN ends f ON f.image_id = u.image_id AND f.conn_id = u.conn_id
                  WHERE u.image_id = :after_id AND u.tx_id = t.tx_id AND f.connection = e.connection)
UNION ALL
SELECT CASE c.change WHEN 'removed' THEN 'node lost' WHEN 'added' THEN 'node new' ELSE 'node changed' END, NULL, c.path,
       CASE WHEN c.change <> 'added' THEN CASE WHEN c.old_value IS c.new_value THEN c.old_perms ELSE c.old_value END END,
       CASE WHEN c.change <> 'removed' THEN CASE WHEN c.old_value IS c.new_value THEN c.new_perms ELSE c.new_value END END
FROM node_changes c WHERE c.before_id = :before_id AND c.after_id = :after_id
ORDER BY 1, 2, 3;
