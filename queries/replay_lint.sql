-- title: What xenstored would refuse, leave out or change when it restores the image
-- group: structure
-- severity: none
-- needs: permissions, connections, watches
-- why: the daemon trusts the stream, leaves out what it does not know, and gives up mid-restore
-- refs: xenstore-migration.md; docs/findings.md
-- param: image_id integer (required) the image to look at
-- keywords: restore, live update, refuse
-- columns: effect text, subject any, reason text
-- From the views and the findings of import; xsarchive check reads the records and finds more.
WITH rings AS MATERIALIZED (
  SELECT u.domid, ifnull(u.ring_record, 9223372036854775807) AS record FROM subjects u WHERE u.image_id = :image_id AND u.domid <> 0
),
-- For each list of permissions: the connection of its owner, and those of the domains it names.
owners AS MATERIALIZED (
  SELECT m.permset_id, m.owner AS domid, r.record FROM permset m JOIN rings r ON r.domid = m.owner
),
entries AS MATERIALIZED (
  SELECT e.permset_id, e.domid, r.record
  FROM permset_entry e
  JOIN rings r ON r.domid = e.domid
  WHERE e.position > 0 AND e.flags & 1 = 0
    AND (e.domid <> 32757 OR NOT EXISTS (SELECT 1 FROM writers w WHERE w.image_id = :image_id AND w.daemon = 'c-4.22'))
)
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
  SELECT 'gives up', 'owner',
         'domain ' || o.owner || ' owns ' || o.nodes || ' nodes and has no earlier connection (Xen 4.15.4, 4.16.3, 4.17 and later)', o.place
  FROM (SELECT r.domid AS owner, count(*) AS nodes, min(s.ord) AS place
        FROM image_gen g
        CROSS JOIN node_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
        CROSS JOIN owners r ON r.permset_id = s.permset_id AND r.record > s.ord
        CROSS JOIN path p ON p.path_id = s.path_id AND p.path < '@'
        WHERE g.image_id = :image_id
        GROUP BY r.domid) o
  UNION ALL
  SELECT 'gives up', 'domain', 'DOMAIN_DATA of domain ' || r.domid || ', which has no earlier connection (Xen 4.21 and later)', r.record_id
  FROM domain_records r
  JOIN images i ON i.image_id = r.image_id AND i.version = 2
  WHERE r.image_id = :image_id
    AND NOT EXISTS (SELECT 1 FROM connections c
                    WHERE c.image_id = :image_id AND c.conn_type = 0 AND c.domid = r.domid AND c.record_id < r.record_id)
  UNION ALL
  SELECT 'takes otherwise', 'entry',
         o.entries || ' entries for domain ' || o.domid || ', which has no earlier connection, become stale (Xen 4.15.4, 4.16.3, 4.17 and later)',
         o.place
  FROM (SELECT r.domid, count(*) AS entries, min(s.ord) AS place
        FROM image_gen g
        CROSS JOIN node_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
        CROSS JOIN entries r ON r.permset_id = s.permset_id AND r.record > s.ord
        CROSS JOIN path p ON p.path_id = s.path_id AND p.path < '@'
        WHERE g.image_id = :image_id AND NOT g.is_listing
        GROUP BY r.domid) o
  UNION ALL
  SELECT 'leaves out', 'transaction', 'transaction ' || t.tx_id || ' of connection ' || t.conn_id, t.record_id
  FROM transactions t WHERE t.image_id = :image_id
  UNION ALL
  SELECT 'takes otherwise', 'node', 'a node pending in a transaction becomes a committed node: ' || CAST(n.path AS TEXT), n.record_id
  FROM pending_nodes n WHERE n.image_id = :image_id
  UNION ALL
  SELECT 'leaves out', 'target', 'domain ' || c.domid || ' loses its target ' || c.target_domid || ', which has no earlier connection', c.record_id
  FROM connections c
  WHERE c.image_id = :image_id AND c.conn_type = 0 AND c.target_domid IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM connections t WHERE t.image_id = :image_id AND t.conn_type = 0 AND t.domid = c.target_domid
                      AND t.record_id < c.record_id)
) d
ORDER BY d.place, d.effect, d.reason;
