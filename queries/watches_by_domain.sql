-- title: Watches with the domain that has set them
-- group: connections
-- severity: none
-- needs: watches
-- why: who is notified of a change; a table with the domid in each row needs no join
-- param: image_id integer (required) the image to look at
-- param: domid integer (default all) show only the watches of this domain
-- keywords: watch, list, export, csv, listener
-- columns: domid integer, name octets, type text, socket_fd integer, path octets, token octets,
--          depth integer, conn_id integer
-- A watch of a socket has no domid: a process on the host has set it, in domain 0 or in a stub
-- domain for xenstored.
SELECT c.domid, d.name, c.type, c.socket_fd, w.path, w.token, w.depth, w.conn_id
FROM watches w
LEFT JOIN (SELECT * FROM connections k WHERE k.image_id = :image_id) c ON c.conn_id = w.conn_id
LEFT JOIN (SELECT h.domid, h.name FROM domains h WHERE h.image_id = :image_id) d ON d.domid = c.domid
WHERE w.image_id = :image_id AND coalesce(:domid, c.domid) IS c.domid
ORDER BY c.domid IS NULL, c.domid, c.socket_fd, w.path, w.token, w.record_id;
