-- title: Number of watches per connection
-- group: connections
-- severity: none
-- needs: watches
-- why: a guest may set 128 watches by default; leaked ones slow down every write below their paths
-- refs: XSA-326
-- param: image_id integer (required) the image to look at
-- param: least integer (default 1) show only connections with at least this many watches
-- keywords: count, quota, limit
-- columns: conn_id integer, type text, domid integer, socket_fd integer, watches integer,
--          paths integer
SELECT c.conn_id, c.type, c.domid, c.socket_fd, count(*) AS watches, count(DISTINCT w.path) AS paths
FROM watches w
JOIN connections c ON c.image_id = w.image_id AND c.conn_id = w.conn_id
WHERE w.image_id = :image_id
GROUP BY c.record_id
HAVING count(*) >= coalesce(:least, 1)
ORDER BY watches DESC, c.conn_id;
