-- title: Messages that connections have not read, by type
-- group: connections
-- severity: none
-- needs: pending data
-- why: separates replies from watch events, and names one of the paths that fire
-- refs: XSA-326, XSA-416
-- param: image_id integer (required) the image to look at
-- keywords: stuck, replies, events, buffer
-- columns: conn_id integer, domid integer, socket_fd integer, type text, messages integer,
--          bytes integer, first_path octets
-- first_path: of the paths of the watch events, the one that sorts first.
SELECT m.conn_id, c.domid, c.socket_fd, coalesce(m.type, 'rest of a message') AS type, count(*) AS messages,
       sum(length(m.payload)) AS bytes,
       min(CASE WHEN m.type = 'WATCH_EVENT' AND instr(m.payload, x'00') > 0
                THEN CAST(substr(m.payload, 1, instr(m.payload, x'00') - 1) AS TEXT) END) AS first_path
FROM messages m
JOIN connections c ON c.image_id = m.image_id AND c.record_id = m.record_id
WHERE m.image_id = :image_id AND m.direction = 'out'
GROUP BY m.record_id, m.type
ORDER BY messages DESC, m.conn_id, type;
