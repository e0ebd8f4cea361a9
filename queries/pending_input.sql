-- title: Requests that the daemon had not yet handled
-- group: connections
-- severity: info
-- needs: pending data
-- why: what each connection was asking for at the time; an incomplete request keeps it waiting
-- refs: xenstore.txt
-- param: image_id integer (required) the image to look at
-- keywords: stuck, request, buffer
-- sentence: <domain {domid}|socket {socket_fd}|a connection> waits for
-- sentence: <[type]|a request>< of {path}>< ({present} of {length} payload bytes are there)>
-- subject: domid, socket_fd, type, path
-- columns: conn_id integer, domid integer, socket_fd integer, type text, req_id integer,
--          tx_id integer, path octets, length integer, present integer, complete integer
-- path: the first string of the payload. present: the number of payload bytes in the image.
SELECT m.conn_id, c.domid, c.socket_fd, m.type, m.req_id, m.tx_id,
       CASE WHEN instr(m.payload, x'00') > 0 THEN CAST(substr(m.payload, 1, instr(m.payload, x'00') - 1) AS TEXT)
            WHEN length(m.payload) > 0 THEN CAST(m.payload AS TEXT) END AS path,
       m.length, length(m.payload) AS present, m.complete
FROM messages m
JOIN connections c ON c.image_id = m.image_id AND c.record_id = m.record_id
WHERE m.image_id = :image_id AND m.direction = 'in'
ORDER BY m.record_id, m.position;
