-- title: Watches on nodes that do not exist
-- group: connections
-- severity: info
-- needs: watches
-- why: they wait for something that may never come, or are left over
-- param: image_id integer (required) the image to look at
-- keywords: dangling, useless
-- sentence: <domain {domid}|socket {socket_fd}|a connection> watches {path} (token {token}),
-- sentence: which does not exist
-- subject: domid, socket_fd, path, token
-- columns: domid integer, socket_fd integer, path octets, token octets
-- A relative path starts at the home of the connection's domain. oxenstored's text has a slash
-- before special nodes.
SELECT c.domid, c.socket_fd, w.path, w.token
FROM watches w
JOIN image_gen g ON g.image_id = w.image_id
LEFT JOIN (SELECT * FROM connections k WHERE k.image_id = :image_id) c ON c.conn_id = w.conn_id
WHERE w.image_id = :image_id
  AND NOT EXISTS (
    SELECT 1 FROM nodes n
    WHERE n.image_id = :image_id AND n.conn_id = 0
      AND n.path = CASE WHEN substr(w.path, 1, 1) = '/' THEN w.path
                        WHEN substr(w.path, 1, 1) = '@' THEN CASE WHEN g.is_oxenstored THEN '/' ELSE '' END || w.path
                        ELSE '/local/domain/' || coalesce(c.domid, 0) || '/' || w.path END)
ORDER BY w.record_id;
