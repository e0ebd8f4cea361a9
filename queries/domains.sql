-- title: The domains that an image knows of, and what they use
-- group: domains
-- severity: none
-- why: the host at one glance; a dead domain that still owns something is a leak
-- refs: xenstored's accounting: see memory_top
-- param: image_id integer (required) the image to look at
-- columns: domid, state, name, uuid, conn_id, target, nodes, bytes, watches, transactions, pending_bytes, quota, used_percent
-- quota, used_percent: the quota of which the domain has used up most. Domain 0 has none.
WITH used AS MATERIALIZED (
  SELECT u.* FROM domain_usage u WHERE u.image_id = :image_id
),
shares AS MATERIALIZED (
  SELECT u.domid, l.name AS quota,
         100 * CASE l.name WHEN 'nodes' THEN u.nodes WHEN 'watches' THEN u.watches WHEN 'transactions' THEN u.transactions ELSE u.bytes END
         / l.quota AS percent
  FROM domain_limits l
  JOIN used u ON u.domid = l.domid
  WHERE l.image_id = :image_id AND l.quota > 0 AND l.domid <> 0 AND l.name <> 'outstanding'
),
highest AS MATERIALIZED (
  SELECT domid, quota, percent
  FROM (SELECT s.*, row_number() OVER (PARTITION BY s.domid ORDER BY s.percent DESC, s.quota) AS place FROM shares s)
  WHERE place = 1
)
SELECT u.domid, u.state, u.name, u.uuid, u.conn_id, u.target_domid AS target, u.nodes, u.bytes, u.watches, u.transactions,
       u.in_bytes + u.out_bytes AS pending_bytes, h.quota, h.percent AS used_percent
FROM used u
LEFT JOIN highest h ON h.domid = u.domid
ORDER BY u.domid;
