-- title: Connections that have not read their output
-- group: connections
-- severity: info
-- needs: pending data
-- why: replies and watch events pile up in the daemon's memory while the reader sleeps
-- refs: XSA-326, XSA-416
-- param: image_id integer (required) the image to look at
-- keywords: stuck, blocked, buffer, unread, hang
-- sentence: <domain {domid}|socket {socket_fd}|a connection> has not read {out_bytes} bytes
-- subject: domid, socket_fd
-- columns: conn_id integer, type text, domid integer, socket_fd integer, out_bytes integer,
--          half_written integer, in_bytes integer
SELECT c.conn_id, c.type, c.domid, c.socket_fd, length(c.out_data) AS out_bytes, c.out_resp_len AS half_written,
       length(c.in_data) AS in_bytes
FROM connections c
WHERE c.image_id = :image_id AND length(c.out_data) > 0
ORDER BY out_bytes DESC, c.conn_id;
