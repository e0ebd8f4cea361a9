-- title: The domains of an image and what they use
-- group: domains
-- severity: none
-- why: an overview of the host; an absent domain that owns something is being built, or a leak
-- refs: memory_top, for xenstored's accounting
-- param: image_id integer (required) the image to look at
-- keywords: guests, list, overview, names, vms
-- columns: domid integer, state text, name octets, uuid octets, conn_id integer, target integer,
--          nodes integer, bytes integer, watches integer, transactions integer,
--          pending_bytes integer, quota octets, used_percent any
-- state: live (it has a ring connection), absent (it has none in an image of a whole host, as it is
-- not introduced, or not yet), unknown. bytes: as a C xenstored accounts them; oxenstored has no
-- quota of memory. quota, used_percent: the quota with the highest usage, and that usage. Domain 0
-- has no quotas. What the image does not cover is NULL: in a listing, the domains are those that
-- the tree names.
WITH used AS MATERIALIZED (
  SELECT u.* FROM domain_usage u WHERE u.image_id = :image_id
),
shares AS MATERIALIZED (
  SELECT u.domid, l.name AS quota,
         100 * CASE l.name WHEN 'nodes' THEN u.nodes WHEN 'watches' THEN u.watches WHEN 'transactions' THEN u.transactions ELSE u.bytes END
         / l.allowed AS percent
  FROM domain_limits l
  JOIN used u ON u.domid = l.domid
  WHERE l.image_id = :image_id AND l.quota > 0 AND l.domid <> 0 AND l.name <> 'outstanding'
    AND CASE l.name WHEN 'transactions' THEN u.transactions ELSE 0 END IS NOT NULL
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
