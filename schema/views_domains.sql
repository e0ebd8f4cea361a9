-- Views on domains: which images hold a whole host, which domains are alive, what each domain uses.
-- Loaded after views.sql, on which they build.

-- scope 'host': the image holds the state of a whole host, as every image does that covers all
-- rings and has the ring connection of domain 0, and every one without connections that covers all
-- nodes. scope 'part': it does not, like the stream of one migrating domain, a selection from an
-- image or the listing of one subtree; a domain that is not in it may be alive elsewhere.
-- columns: image_id integer, scope text
CREATE VIEW scopes AS
SELECT i.image_id,
       CASE WHEN EXISTS (SELECT 1 FROM connections c WHERE c.image_id = i.image_id AND c.conn_type = 0 AND c.domid = 0)
              AND EXISTS (SELECT 1 FROM stream_coverage v
                          WHERE v.stream_id = i.stream_id AND v.kind = 'connections' AND v.root IN ('/', '/local/domain') AND v.covered = 1)
            THEN 'host'
            WHEN EXISTS (SELECT 1 FROM stream_coverage v
                         WHERE v.stream_id = i.stream_id AND v.kind = 'nodes' AND v.root = '/' AND v.covered = 1)
              AND NOT EXISTS (SELECT 1 FROM stream_coverage v
                              WHERE v.stream_id = i.stream_id AND v.kind = 'connections' AND v.covered = 1)
            THEN 'host' ELSE 'part' END AS scope
FROM image i;

-- The steps at which each generation of a chain was observed. It goes from the generation to its
-- steps.
-- columns: chain_id integer, gen integer, series text, step integer
CREATE VIEW generation_steps AS
SELECT z.chain_id, z.gen, t.series, t.step
FROM stream z
CROSS JOIN image i ON i.stream_id = z.stream_id
CROSS JOIN series_step t ON t.image_id = i.image_id;

-- The ring connections of domains in each series: a row for all steps of a run (series_run) in
-- which a span holds. Where a domain has several, each step has its own row, with the last one of
-- the image. Select by domid.
-- columns: series text, first_step integer, last_step integer, domid integer, unique_id integer,
--          target_domid integer
CREATE VIEW domain_runs AS
SELECT x.series, x.first_step, x.last_step, x.domid, x.unique_id, x.target_domid
FROM (
  SELECT r.series,
         CASE WHEN s.first_gen <= r.first_gen THEN r.first_step
              ELSE (SELECT t.step FROM generation_steps t
                    WHERE t.chain_id = r.chain_id AND t.gen >= s.first_gen AND t.series = r.series AND t.step BETWEEN r.first_step AND r.last_step
                    ORDER BY t.gen, t.step LIMIT 1) END AS first_step,
         CASE WHEN s.last_gen = 0 OR s.last_gen >= r.last_gen THEN r.last_step
              ELSE (SELECT t.step FROM generation_steps t
                    WHERE t.chain_id = r.chain_id AND t.gen <= s.last_gen AND t.series = r.series AND t.step BETWEEN r.first_step AND r.last_step
                    ORDER BY t.gen DESC, t.step DESC LIMIT 1) END AS last_step,
         s.domid, s.unique_id, nullif(s.tdomid, 32756) AS target_domid
  FROM connection_span s
  CROSS JOIN series_run r ON r.chain_id = s.chain_id AND r.last_gen >= s.first_gen AND (s.last_gen = 0 OR r.first_gen <= s.last_gen)
  WHERE s.conn_type = 0 AND NOT r.is_doubled
) x
WHERE x.first_step <= x.last_step
UNION ALL
SELECT r.series, t.step, t.step, s.domid, s.unique_id, nullif(s.tdomid, 32756)
FROM connection_span s
CROSS JOIN series_run r ON r.chain_id = s.chain_id AND r.last_gen >= s.first_gen AND (s.last_gen = 0 OR r.first_gen <= s.last_gen)
CROSS JOIN generation_steps t ON t.chain_id = s.chain_id AND t.gen >= s.first_gen AND (s.last_gen = 0 OR t.gen <= s.last_gen)
  AND t.series = r.series AND t.step BETWEEN r.first_step AND r.last_step
WHERE s.conn_type = 0 AND r.is_doubled
  AND NOT EXISTS (
    SELECT 1 FROM connection_span d
    WHERE d.chain_id = s.chain_id AND d.domid = s.domid AND d.conn_type = 0 AND d.ord > s.ord
      AND t.gen >= d.first_gen AND (d.last_gen = 0 OR t.gen <= d.last_gen));

-- The domids that the archive names and that have no connection in an image of a whole host: such a
-- domain is not introduced, or not yet. known: what the images say of it.
-- columns: image_id integer, domid integer, known text
CREATE VIEW absent_domains AS
SELECT u.image_id, u.domid,
       CASE WHEN EXISTS (SELECT 1 FROM nodes n WHERE n.image_id = u.image_id AND n.conn_id = 0 AND n.path = '/local/domain/' || u.domid)
            THEN 'has a home' ELSE 'has no home' END
       || coalesce(', ' || (SELECT 'was connected in @' || o.image_id
                            FROM series_step i
                            CROSS JOIN domain_runs c ON c.domid = u.domid AND c.series = i.series AND c.first_step < i.step
                            CROSS JOIN series_step o ON o.series = i.series AND o.step = min(c.last_step, i.step - 1)
                            WHERE i.image_id = u.image_id
                            ORDER BY o.step DESC LIMIT 1), '') AS known
FROM subjects u
JOIN scopes x ON x.image_id = u.image_id AND x.scope = 'host'
JOIN covered_kinds k ON k.image_id = u.image_id AND k.connections
WHERE u.ring_record IS NULL AND u.domid BETWEEN 1 AND 32751;

-- The details of nodes that are committed although they have a detail: a node_span is committed if
-- it has no detail or one of these.
-- columns: detail_id integer
CREATE VIEW committed_details AS
SELECT d.detail_id FROM node_detail d WHERE d.conn_id = 0;

-- The domains that have a ring connection: they are introduced. If the image holds a whole host,
-- any other domain except 0 is not: it is being built, or has never been introduced. A C xenstored
-- removes the nodes of a domain that ends, and marks its entries stale; oxenstored removes both.
-- columns: image_id integer, domid integer
CREATE VIEW live_domains AS
SELECT c.image_id, c.domid FROM connections c WHERE c.conn_type = 0;

-- The homes that the paths of an archive are in: /local/domain/5, of any image. It reads one path
-- of each: '0' follows '/', so each step skips what is below a home. Join the nodes of an image.
-- columns: path text
CREATE VIEW home_paths AS
WITH RECURSIVE children(path) AS (
  SELECT (SELECT p.path FROM path p WHERE p.path > '/local/domain/' AND p.path < '/local/domain0' ORDER BY p.path LIMIT 1)
  UNION ALL
  SELECT (SELECT p.path FROM path p
          WHERE p.path >= substr(c.path, 1, 13 + instr(substr(c.path, 15) || '/', '/')) || '0' AND p.path < '/local/domain0'
          ORDER BY p.path LIMIT 1)
  FROM children c WHERE c.path IS NOT NULL
)
SELECT substr(c.path, 1, 13 + instr(substr(c.path, 15) || '/', '/')) AS path
FROM children c
WHERE substr(c.path, 15, instr(substr(c.path, 15) || '/', '/') - 1) NOT GLOB '*[^0-9]*' AND substr(c.path, 15, 1) <> '/';

-- The ends of devices in homes that name the other end: side 'frontend' by the node `backend` of
-- /local/domain/5/device/vif/0, 'backend' by the node `frontend` of
-- /local/domain/0/backend/vif/5/0. path is the end, other_end the value, known as in nodes.
-- columns: image_id integer, side text, path octets, other_end octets, known text
CREATE VIEW device_ends AS
SELECT n.image_id, 'frontend' AS side, substr(n.path, 1, length(n.path) - length('/backend')) AS path, n.value AS other_end, n.known
FROM home_paths h
CROSS JOIN path p ON p.path > h.path || '/device/' AND p.path < h.path || '/device0' AND substr(CAST(p.path AS BLOB), -8) = CAST('/backend' AS BLOB)
CROSS JOIN nodes n ON n.path = p.path
WHERE n.conn_id = 0 AND +p.path GLOB '/local/domain/*/device/*/*/backend'
UNION ALL
SELECT n.image_id, 'backend', substr(n.path, 1, length(n.path) - length('/frontend')), n.value, n.known
FROM home_paths h
CROSS JOIN path p ON p.path > h.path || '/backend/' AND p.path < h.path || '/backend0' AND substr(CAST(p.path AS BLOB), -9) = CAST('/frontend' AS BLOB)
CROSS JOIN nodes n ON n.path = p.path
WHERE n.conn_id = 0 AND +p.path GLOB '/local/domain/*/backend/*/*/*/frontend';

-- The rules of the daemon that wrote each image.
-- columns: image_id integer, daemon text, unites integer, any_domid integer, root_opens integer,
--          restore_marks integer, root_perms integer, node_bytes integer, counts_special integer,
--          size_end integer, size_is_value integer, quota_end integer, has_memory integer,
--          watches integer
CREATE VIEW image_rules AS
SELECT w.image_id, r.* FROM writers w JOIN daemon_rules r ON r.daemon = w.daemon;

-- What xenstored accounts to a domain, entry by entry; domain_accounts sums it up. Sockets belong
-- to domain 0. oxenstored accounts no bytes: for it they are those of a C xenstored. ring_record:
-- the record of the domain's connection, in the entry of a ring connection.
-- columns: image_id integer, domid integer, nodes integer, bytes integer, watches integer,
--          transactions integer, in_bytes integer, out_bytes integer, ring_record integer
CREATE VIEW account_entries AS
-- The committed nodes of an owner: 16 bytes each, or 24 to 4.17, 8 for each permission, the path
-- and the value. A node's name and its NUL are in its parent's list of children.
SELECT g.image_id, a.domid, a.nodes + CASE WHEN r.counts_special THEN a.special_nodes ELSE 0 END AS nodes,
       r.node_bytes * a.nodes + a.bytes + a.child_bytes
       + CASE WHEN r.counts_special THEN r.node_bytes * a.special_nodes + a.special_bytes ELSE 0 END AS bytes,
       0 AS watches, 0 AS transactions, 0 AS in_bytes, 0 AS out_bytes, NULL AS ring_record
FROM image_gen g
CROSS JOIN image_rules r ON r.image_id = g.image_id
CROSS JOIN account_span a ON a.chain_id = g.chain_id AND g.gen >= a.first_gen AND (a.last_gen = 0 OR g.gen <= a.last_gen)
WHERE a.nodes > 0 OR r.counts_special
UNION ALL
-- A watch: its path, made absolute, and its token. Daemons to 4.17 account the bytes of those of
-- sockets, but not their number; here they are counted.
SELECT g.image_id, coalesce(c.domid, 0), 0,
       length(CAST(p.path AS BLOB)) + length(CAST(s.token AS BLOB))
       + CASE WHEN substr(p.path, 1, 1) IN ('/', '@') THEN 0 ELSE length('/local/domain/' || coalesce(c.domid, 0) || '/') END,
       1, 0, 0, 0, NULL
FROM image_gen g
CROSS JOIN watch_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
JOIN connection_span c ON c.chain_id = g.chain_id AND g.gen >= c.first_gen AND (c.last_gen = 0 OR g.gen <= c.last_gen) AND c.conn_id = s.conn_id
JOIN path p ON p.path_id = s.path_id
UNION ALL
SELECT g.image_id, coalesce(c.domid, 0), 0,
       length(CAST(p.path AS BLOB)) + length(CAST(s.token AS BLOB))
       + CASE WHEN substr(p.path, 1, 1) IN ('/', '@') THEN 0 ELSE length('/local/domain/' || coalesce(c.domid, 0) || '/') END,
       1, 0, 0, 0, NULL
FROM image_gen g
CROSS JOIN watch_extended_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
JOIN connection_span c ON c.chain_id = g.chain_id AND g.gen >= c.first_gen AND (c.last_gen = 0 OR g.gen <= c.last_gen) AND c.conn_id = s.conn_id
JOIN path p ON p.path_id = s.path_id
UNION ALL
SELECT t.image_id, coalesce(c.domid, 0), 0, 0, 0, 1, 0, 0, NULL
FROM transactions t
JOIN connections c ON c.image_id = t.image_id AND c.conn_id = t.conn_id
UNION ALL
-- A connection: the bytes that wait for its client. Its input is not accounted.
SELECT c.image_id, coalesce(c.domid, 0), 0, coalesce(length(c.out_data), 0), 0, 0,
       coalesce(length(c.in_data), 0), coalesce(length(c.out_data), 0), CASE c.conn_type WHEN 0 THEN c.record_id END
FROM connections c
UNION ALL
SELECT d.image_id, d.domid, 0, 0, 0, 0, 0, 0, NULL FROM domain_records d
UNION ALL
SELECT d.image_id, d.domid, 0, 0, 0, 0, 0, 0, NULL FROM tree_domains d;

-- What xenstored accounts to each domain that an image names, as an owner of nodes or by a
-- connection. The view uses windows instead of GROUP BY: through GROUP BY, SQLite would not push
-- image_id down to the tables, and would sum up the whole archive.
-- columns: image_id integer, domid integer, nodes integer, bytes integer, watches integer,
--          transactions integer, in_bytes integer, out_bytes integer, ring_record integer
CREATE VIEW domain_accounts AS
SELECT e.image_id, e.domid, e.nodes, e.bytes, e.watches, e.transactions, e.in_bytes, e.out_bytes, e.ring_record
FROM (
  SELECT a.image_id, a.domid, row_number() OVER domain AS number, sum(a.nodes) OVER domain AS nodes, sum(a.bytes) OVER domain AS bytes,
         sum(a.watches) OVER domain AS watches, sum(a.transactions) OVER domain AS transactions,
         sum(a.in_bytes) OVER domain AS in_bytes, sum(a.out_bytes) OVER domain AS out_bytes,
         min(a.ring_record) OVER domain AS ring_record
  FROM account_entries a
  WHERE a.domid IS NOT NULL
  WINDOW domain AS (PARTITION BY a.image_id, a.domid)
) e
WHERE e.number = 1;

-- The quotas that apply to a domain: its own from DOMAIN_DATA, otherwise the host's defaults from
-- GLOBAL_QUOTA_DATA, otherwise those built into the daemon that wrote the image. 0: unlimited.
-- allowed: the last number that the daemon accepts.
-- columns: image_id integer, domid integer, name octets, quota integer, allowed integer
CREATE VIEW domain_limits AS
SELECT q.image_id, q.domid, q.name, q.quota,
       CASE WHEN q.name IN ('watches', 'transactions') AND q.quota > 0 THEN max(q.quota + q.quota_end, 1) ELSE q.quota END AS allowed
FROM (
  SELECT d.image_id, d.domid, b.name, d.quota_end,
         coalesce(
           (SELECT e.value FROM quotaset_entry e WHERE e.quotaset_id = d.quotaset_id AND e.name = b.name),
           (SELECT e.value FROM global_quota_span q
            JOIN quotaset_entry e ON e.quotaset_id = q.quotaset_id AND e.position < q.n_dom_quota AND e.name = b.name
            WHERE q.chain_id = d.chain_id AND d.gen >= q.first_gen AND (q.last_gen = 0 OR d.gen <= q.last_gen) LIMIT 1),
           CASE WHEN b.name = 'watches' THEN d.watches ELSE b.value END) AS quota
  FROM (
    SELECT g.image_id, g.chain_id, g.gen, r.domid, r.quotaset_id, x.has_memory, x.watches, x.quota_end
    FROM image_gen g
    JOIN image_rules x ON x.image_id = g.image_id
    JOIN domain_span r ON r.chain_id = g.chain_id AND g.gen >= r.first_gen AND (r.last_gen = 0 OR g.gen <= r.last_gen)
    UNION ALL
    SELECT g.image_id, g.chain_id, g.gen, c.domid, NULL, x.has_memory, x.watches, x.quota_end
    FROM image_gen g
    JOIN image_rules x ON x.image_id = g.image_id
    JOIN connection_span c ON c.chain_id = g.chain_id AND g.gen >= c.first_gen AND (c.last_gen = 0 OR g.gen <= c.last_gen) AND c.conn_type = 0
    WHERE NOT EXISTS (SELECT 1 FROM domain_span r WHERE r.chain_id = g.chain_id AND g.gen >= r.first_gen AND (r.last_gen = 0 OR g.gen <= r.last_gen)
                        AND r.domid = c.domid)
  ) d
  CROSS JOIN (SELECT 'nodes' AS name, 1000 AS value UNION ALL SELECT 'watches', 128 UNION ALL SELECT 'transactions', 10
              UNION ALL SELECT 'outstanding', 20 UNION ALL SELECT 'memory', 2621440) b
  WHERE d.has_memory OR b.name NOT IN ('outstanding', 'memory')
) q;

-- Every domain that an image names, and what it uses. state: live (it has a ring connection),
-- absent (it has none in an image of a whole host: it is not introduced, or not yet), unknown (it
-- has none, in a part of a host, or the image does not cover connections). What the image does not
-- cover is NULL. unique_id: 64 bits, shown signed.
-- columns: image_id integer, domid integer, state text, name octets, uuid octets, conn_id integer,
--          target_domid integer, unique_id integer, nodes integer, bytes integer, watches integer,
--          transactions integer, in_bytes integer, out_bytes integer
CREATE VIEW domain_usage AS
SELECT a.image_id, a.domid,
       CASE WHEN a.domid = 0 OR c.conn_id IS NOT NULL THEN 'live' WHEN x.scope = 'host' AND k.connections THEN 'absent' ELSE 'unknown' END AS state,
       (SELECT n.value FROM nodes n WHERE n.image_id = a.image_id AND n.path = '/local/domain/' || a.domid || '/name'
          AND n.conn_id = 0) AS name,
       (SELECT substr(n.value, length('/vm/') + 1) FROM nodes n
        WHERE n.image_id = a.image_id AND n.path = '/local/domain/' || a.domid || '/vm' AND n.conn_id = 0
          AND substr(n.value, 1, 4) = '/vm/') AS uuid,
       c.conn_id, nullif(c.tdomid, 32756) AS target_domid, c.unique_id, CASE WHEN k.permissions THEN a.nodes END AS nodes,
       CASE WHEN k.permissions THEN a.bytes END AS bytes, CASE WHEN k.watches THEN a.watches END AS watches,
       CASE WHEN k.transactions THEN a.transactions END AS transactions,
       CASE WHEN k.pending THEN a.in_bytes END AS in_bytes, CASE WHEN k.pending THEN a.out_bytes END AS out_bytes
FROM domain_accounts a
JOIN image_gen g ON g.image_id = a.image_id
JOIN scopes x ON x.image_id = a.image_id
JOIN covered_kinds k ON k.image_id = a.image_id
LEFT JOIN connection_span c ON c.chain_id = g.chain_id AND c.ord = a.ring_record
  AND g.gen >= c.first_gen AND (c.last_gen = 0 OR g.gen <= c.last_gen);
