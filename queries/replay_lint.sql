-- title: What xenstored would refuse, leave out or change when it restores the image
-- group: structure
-- severity: none
-- needs: permissions, connections, watches
-- why: the daemon trusts the stream, leaves out what it does not know, and gives up mid-restore
-- refs: xenstore-migration.md; docs/findings.md
-- param: image_id integer (required) the image to look at
-- keywords: restore, live update, refuse
-- columns: effect, subject, reason
-- From the views and the findings of import; xsarchive check reads the records and finds more.
SELECT d.effect, d.subject, d.reason
FROM (
  SELECT 'gives up' AS effect, 'header' AS subject, 'the draft layout of 2020, which no released daemon reads' AS reason, 0 AS place
  FROM images i WHERE i.image_id = :image_id AND i.layout = 'draft'
  UNION ALL
  SELECT 'gives up', 'header', 'version 2, which Xen 4.20 and older refuse', 0 FROM images i WHERE i.image_id = :image_id AND i.version = 2
  UNION ALL
  SELECT 'gives up', 'node', f.message, f.record FROM findings f
  WHERE f.image_id = :image_id AND f.rule IN ('missing-parent', 'late-parent', 'duplicate-node', 'no-perms')
  UNION ALL
  SELECT 'gives up', 'connection', f.message, f.record FROM findings f
  WHERE f.image_id = :image_id AND f.rule IN ('unknown-connection', 'late-connection', 'duplicate-connection')
  UNION ALL
  SELECT 'reads too far', 'record', f.message, f.record FROM findings f
  WHERE f.image_id = :image_id AND f.rule IN ('damaged-span', 'length-lies', 'watch-without-depth', 'no-end', 'out-resp-len')
  UNION ALL
  SELECT 'leaves out', 'record', f.message, f.record FROM findings f
  WHERE f.image_id = :image_id AND f.rule IN ('unknown-type', 'type-not-in-layout', 'records-behind-end', 'trailer')
  UNION ALL
  SELECT 'leaves out', 'transaction', 'transaction ' || t.tx_id || ' of connection ' || t.conn_id, t.record_id
  FROM transactions t WHERE t.image_id = :image_id
  UNION ALL
  SELECT 'takes otherwise', 'node', 'a node pending in a transaction becomes a committed node: ' || CAST(n.path AS TEXT), n.record_id
  FROM nodes n WHERE n.image_id = :image_id AND n.conn_id <> 0
  UNION ALL
  SELECT 'leaves out', 'target', 'domain ' || c.domid || ' loses its target ' || c.target_domid || ', which has no earlier connection', c.record_id
  FROM connections c
  WHERE c.image_id = :image_id AND c.conn_type = 0 AND c.target_domid IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM connections t WHERE t.image_id = :image_id AND t.conn_type = 0 AND t.domid = c.target_domid
                      AND t.record_id < c.record_id)
) d
ORDER BY d.place, d.effect, d.reason;
