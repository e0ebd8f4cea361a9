-- title: Watches of guests on nodes that they may not read
-- group: connections
-- severity: warning
-- needs: permissions, connections, watches
-- why: daemons before the fix showed guests what they cannot read, and which domains come and go
-- refs: XSA-115
-- param: image_id integer (required) the image to look at
-- subject: domid, path, token
-- columns: domid, path, token, access, reason
SELECT c.domid, w.path, w.token, a.access, a.reason
FROM watches w
JOIN connections c ON c.image_id = w.image_id AND c.conn_id = w.conn_id AND c.conn_type = 0 AND c.domid <> 0
CROSS JOIN access a ON a.image_id = w.image_id AND a.domid = c.domid
  AND a.path = CASE WHEN substr(w.path, 1, 1) IN ('/', '@') THEN w.path ELSE '/local/domain/' || c.domid || '/' || w.path END
WHERE w.image_id = :image_id AND a.image_id = :image_id AND a.access IN ('w', 'none')
ORDER BY c.domid, w.record_id;
