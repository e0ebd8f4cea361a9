-- title: Pending nodes compared with the committed ones
-- group: transactions
-- severity: info
-- needs: pending data
-- why: shows what a commit would do, and which nodes another writer has changed first
-- refs: XSA-415, XSA-421
-- param: image_id integer (required) the image to look at
-- keywords: conflict, uncommitted, pending
-- sentence: transaction {tx_id} of connection {conn_id}: {path} is [what], its parent [parent];
-- sentence: pending <{pending_value}|nothing>, committed <{committed_value}|nothing>
-- subject: path, what
-- columns: conn_id integer, tx_id integer, path octets, what text, pending_value octets,
--          committed_value octets, parent octets
SELECT p.conn_id, p.tx_id, p.path,
       CASE WHEN p.access = 0 THEN 'deleted' WHEN p.access & 2 = 0 THEN 'read' WHEN c.path IS NULL THEN 'created'
            WHEN c.value IS p.value AND c.perms IS p.perms THEN 'written, the same' ELSE 'written' END AS what,
       CASE WHEN p.access <> 0 THEN p.value END AS pending_value, c.value AS committed_value,
       CASE WHEN EXISTS (
              SELECT 1 FROM nodes d
              WHERE d.image_id = :image_id AND (d.conn_id = 0 OR d.conn_id = p.conn_id AND d.tx_id = p.tx_id AND d.access <> 0)
                AND d.path = coalesce(nullif(rtrim(rtrim(p.path, replace(p.path, '/', '')), '/'), ''), '/'))
            THEN 'there' ELSE 'missing' END AS parent
FROM (SELECT n.record_id, n.conn_id, n.tx_id, n.path, n.value, n.perms, n.access FROM pending_nodes n WHERE n.image_id = :image_id) p
LEFT JOIN (
  SELECT n.path, n.value, n.perms FROM nodes n
  WHERE n.image_id = :image_id AND n.conn_id = 0
    AND n.path IN (SELECT k.path FROM pending_nodes k WHERE k.image_id = :image_id)
) c ON c.path = p.path
ORDER BY p.record_id;
