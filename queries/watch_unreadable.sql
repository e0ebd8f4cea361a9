-- title: Watches of guests on nodes that they may not read
-- group: connections
-- severity: warning
-- needs: permissions, connections, watches
-- why: daemons before the fix showed guests what they cannot read, and which domains come and go
-- refs: XSA-115
-- param: image_id integer (required) the image to look at
-- sentence: domain {domid} watches {path} (token {token}), which it may not read ([reason]);
-- sentence: events are [events]
-- subject: domid, path, token
-- columns: domid integer, path octets, token octets, access text, reason text, events text
-- events: sent, if the guest may read the parent: then daemons with the fix send it events, too.
-- The first event, which only answers the request, is always sent.
WITH watched AS MATERIALIZED (
  SELECT w.record_id, w.path, w.token, c.domid,
         CASE WHEN substr(w.path, 1, 1) = '/' THEN w.path
              WHEN substr(w.path, 1, 1) = '@' THEN CASE WHEN g.is_oxenstored THEN '/' ELSE '' END || w.path
              ELSE '/local/domain/' || c.domid || '/' || w.path END AS node
  FROM watches w
  JOIN image_gen g ON g.image_id = w.image_id
  JOIN connections c ON c.image_id = w.image_id AND c.conn_id = w.conn_id AND c.conn_type = 0 AND c.domid <> 0
  WHERE w.image_id = :image_id
),
-- Nearly every watcher is among these, so that few need the question in full.
readers AS MATERIALIZED (
  SELECT t.permset_id, t.domid FROM grants t
  WHERE t.image_id = :image_id AND t.access IN ('r', 'both') AND t.domid IS NOT NULL
),
-- The node of each other watch, and its parent.
doubtful AS MATERIALIZED (
  SELECT d.record_id, d.domid, d.path, d.token, n.permset_id, n.place,
         coalesce(nullif(rtrim(rtrim(d.node, replace(d.node, '/', '')), '/'), ''), '/') AS parent
  FROM watched d
  CROSS JOIN node_places n ON n.image_id = :image_id AND n.path = d.node
  LEFT JOIN readers r ON r.permset_id = n.permset_id AND r.domid = d.domid
  WHERE n.is_committed AND (n.place <> 'tree' OR r.domid IS NULL)
),
asked AS MATERIALIZED (
  SELECT d.record_id, d.domid, 0 AS is_parent, d.permset_id, d.place FROM doubtful d
  UNION
  SELECT d.record_id, d.domid, 1, n.permset_id, n.place
  FROM doubtful d
  CROSS JOIN node_places n ON n.image_id = :image_id AND n.path = d.parent
  WHERE d.place = 'tree' AND n.is_committed
),
rights AS MATERIALIZED (
  SELECT q.*, a.access, a.reason
  FROM asked q
  CROSS JOIN permset_access a ON a.image_id = :image_id AND a.kind = 'subject' AND a.restored = 0
    AND a.daemon = (SELECT w.daemon FROM writers w WHERE w.image_id = :image_id)
    AND a.domid = q.domid AND a.permset_id = q.permset_id AND a.place = q.place
)
SELECT d.domid, d.path, d.token, a.access, a.reason,
       CASE WHEN EXISTS (SELECT 1 FROM rights b WHERE b.record_id = d.record_id AND b.domid = d.domid AND b.is_parent AND b.access IN ('r', 'both'))
            THEN 'sent' ELSE 'not sent' END AS events
FROM doubtful d
JOIN rights a ON a.record_id = d.record_id AND a.domid = d.domid AND NOT a.is_parent AND a.permset_id = d.permset_id AND a.place = d.place
  AND a.access IN ('w', 'none')
ORDER BY d.domid, d.record_id;
