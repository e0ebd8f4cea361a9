-- title: Open transactions and the nodes they have touched
-- group: transactions
-- severity: warning
-- needs: transactions
-- why: an open transaction blocks a live update and is lost in a forced one
-- refs: xenstore-migration.md
-- param: image_id integer (required) the image to look at
-- keywords: stuck, lock, conflict
-- sentence: transaction {tx_id} of <domain {domid}|socket {socket_fd}|an unknown connection>
-- sentence: is open; nodes touched: {nodes_touched}, written: {nodes_written}
-- subject: domid, socket_fd, tx_id
-- columns: conn_id integer, domid integer, socket_fd integer, tx_id integer, nodes_touched integer,
--          nodes_written integer
SELECT t.conn_id, c.domid, c.socket_fd, t.tx_id,
       (SELECT count(*) FROM nodes n WHERE n.image_id = :image_id AND n.conn_id = t.conn_id AND n.tx_id = t.tx_id) AS nodes_touched,
       (SELECT count(*) FROM nodes n WHERE n.image_id = :image_id AND n.conn_id = t.conn_id AND n.tx_id = t.tx_id AND n.access <> 1) AS nodes_written
FROM transactions t
LEFT JOIN (SELECT * FROM connections k WHERE k.image_id = :image_id) c ON c.conn_id = t.conn_id
WHERE t.image_id = :image_id
ORDER BY t.record_id;
