-- title: Domains that are close to a quota
-- group: memory
-- severity: warning
-- needs: permissions, connections, watches
-- why: at a quota, requests that used to work get ENOSPC or E2BIG, and the host logs nothing
-- refs: XSA-326; qubes-issues 11059
-- param: image_id integer (required) the image to look at
-- param: percent integer (default 80) show only usage of at least this many percent
-- keywords: limit, full, exceeded
-- sentence: domain {domid}< ({name})> uses {percent} % of the quota [quota]: {used} of {allowed}
-- subject: domid, quota
-- columns: domid integer, name octets, quota octets, used integer, allowed integer, percent integer
-- The quota is the domain's own, otherwise the host's default, otherwise the one built into the
-- daemon that wrote the image. allowed is the last number that this daemon accepts, which may be
-- one more or less than the quota. Domain 0 has no quotas, and oxenstored none of memory and
-- outstanding requests. Outstanding requests are not in an image; instead, the replies that wait in
-- the domain's buffer are counted. Watch events do not count.
WITH accounts AS MATERIALIZED (
  SELECT e.domid, sum(e.nodes) AS nodes, sum(e.watches) AS watches, sum(e.transactions) AS transactions, sum(e.bytes) AS bytes
  FROM account_entries e WHERE e.image_id = :image_id GROUP BY e.domid
),
limits AS MATERIALIZED (
  SELECT l.domid, l.name, l.allowed FROM domain_limits l WHERE l.image_id = :image_id AND l.domid <> 0 AND l.quota > 0
),
waiting(domid, messages) AS MATERIALIZED (
  SELECT c.domid, count(*)
  FROM messages m JOIN connections c ON c.image_id = m.image_id AND c.record_id = m.record_id
  WHERE m.image_id = :image_id AND c.conn_type = 0 AND m.direction = 'out' AND m.type IS NOT 'WATCH_EVENT'
  GROUP BY c.domid
)
SELECT u.domid,
       (SELECT n.value FROM nodes n WHERE n.image_id = :image_id AND n.conn_id = 0 AND n.path = '/local/domain/' || u.domid || '/name') AS name,
       u.quota, u.used, u.allowed, 100 * u.used / u.allowed AS percent
FROM (
  SELECT l.domid, l.name AS quota, l.allowed,
         CASE l.name WHEN 'nodes' THEN a.nodes WHEN 'watches' THEN a.watches WHEN 'transactions' THEN a.transactions
           WHEN 'memory' THEN a.bytes
           ELSE coalesce((SELECT w.messages FROM waiting w WHERE w.domid = l.domid), 0) END AS used
  FROM limits l
  JOIN accounts a ON a.domid = l.domid
) u
WHERE 100 * u.used >= coalesce(:percent, 80) * u.allowed
ORDER BY percent DESC, u.domid, u.quota;
