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
-- Usage and limits meet by GROUP BY, and so do domains and shares below: a join of two tables
-- without an index compares each row with each.
shares AS MATERIALIZED (
  SELECT s.domid, s.name AS quota, 100 * max(s.used) / min(s.allowed) AS percent
  FROM (
    SELECT l.domid, l.name, NULL AS used, l.allowed FROM domain_limits l WHERE l.image_id = :image_id AND l.quota > 0 AND l.domid <> 0
    UNION ALL
    SELECT u.domid, 'nodes', u.nodes, NULL FROM used u
    UNION ALL
    SELECT u.domid, 'watches', u.watches, NULL FROM used u
    UNION ALL
    SELECT u.domid, 'transactions', u.transactions, NULL FROM used u
    UNION ALL
    SELECT u.domid, 'memory', u.bytes, NULL FROM used u
  ) s
  WHERE s.name <> 'outstanding'
  GROUP BY s.domid, s.name
  HAVING min(s.allowed) IS NOT NULL AND (s.name <> 'transactions' OR max(s.used) IS NOT NULL)
),
highest AS MATERIALIZED (
  SELECT domid, quota, percent
  FROM (SELECT s.*, row_number() OVER (PARTITION BY s.domid ORDER BY s.percent DESC, s.quota) AS place FROM shares s)
  WHERE place = 1
)
SELECT d.domid, max(d.state) AS state, max(d.name) AS name, max(d.uuid) AS uuid, max(d.conn_id) AS conn_id, max(d.target) AS target,
       max(d.nodes) AS nodes, max(d.bytes) AS bytes, max(d.watches) AS watches, max(d.transactions) AS transactions,
       max(d.pending_bytes) AS pending_bytes, max(d.quota) AS quota, max(d.used_percent) AS used_percent
FROM (
  SELECT u.domid, u.state, u.name, u.uuid, u.conn_id, u.target_domid AS target, u.nodes, u.bytes, u.watches, u.transactions,
         u.in_bytes + u.out_bytes AS pending_bytes, NULL AS quota, NULL AS used_percent
  FROM used u
  UNION ALL
  SELECT h.domid, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, h.quota, h.percent FROM highest h
) d
GROUP BY d.domid
ORDER BY d.domid;
