-- The views, which analysts read. record_id identifies a record within its image and follows the
-- stream's order. Every schema version drops and recreates the views, so this file always holds the
-- current ones.
--
-- If a view has values that may be BLOBs, its last column is rowid: the record_id again, or in
-- node_changes, node_steps and node_lifetimes the path's id. Datasette uses the rowid of a row to
-- link its BLOBs, and fails on a view without one.

-- The chain and the generation of each image; most views below are built on it. is_listing 1: what
-- a tool printed about nodes, in which an empty list of permissions means that they are unknown,
-- and the bits 14 and 15 of access say how much of a value is known. is_part 1: the image does not
-- cover every node that there was, so that only node_areas says whether a node was missing.
-- is_repeating 1: several committed nodes have one path. A daemon keeps the last of them, the one
-- with the highest record_id. is_oxenstored 1: special nodes are named like `/@releaseDomain`.
-- is_doubled 1: a domain has several ring connections; a daemon keeps the last of them.
-- columns: image_id integer, chain_id integer, gen integer, is_listing integer, is_part integer,
--          is_repeating integer, is_oxenstored integer, is_doubled integer
CREATE VIEW image_gen AS
SELECT i.image_id, s.chain_id, s.gen, (s.layout = 'listing' OR s.layout = 'tree' OR s.layout = 'pairs') AS is_listing,
       NOT EXISTS (SELECT 1 FROM stream_coverage v
                   WHERE v.stream_id = s.stream_id AND v.kind = 'nodes' AND v.root = '/' AND v.includes_root = 1 AND v.covered = 1)
       OR EXISTS (SELECT 1 FROM stream_coverage v
                  WHERE v.stream_id = s.stream_id AND v.kind = 'nodes' AND v.covered = 0) AS is_part,
       EXISTS (SELECT 1 FROM finding f WHERE f.stream_id = s.stream_id AND f.rule = 'duplicate-node') AS is_repeating,
       (s.layout = 'oxenstored' OR s.layout = 'oxenstored-debug') AS is_oxenstored,
       EXISTS (SELECT 1 FROM finding f WHERE f.stream_id = s.stream_id AND f.rule = 'duplicate-domain') AS is_doubled
FROM image i JOIN stream s ON s.stream_id = i.stream_id;

-- An image: a file's bytes as they were observed, under a name, in a series, at a time (UTC).
-- captured_at is NULL if the time of the capture is unknown, last_seen if the image was not
-- imported again unchanged as the newest of its series, modified_at if the time at which its file
-- was last written is unknown.
-- columns: image_id integer, name text, series text, sha256 text, size integer, layout text,
--          version integer, captured_at text, imported_at text, byte_order text, length_rule text,
--          flags integer, certainty text, layout_reason text, record_count integer,
--          node_count integer, verbatim_bytes integer, salvaged integer, reordered integer,
--          partial integer, root octets, root_source text, stream_id integer, chain_id integer,
--          gen integer, modified_at text, last_seen text
CREATE VIEW images AS
SELECT i.image_id, i.name, i.series, s.sha256, s.size, s.layout, s.version, i.captured_at, i.imported_at,
       c.byte_order, c.length_rule, s.flags, s.certainty, s.layout_reason, s.record_count, s.node_count, s.verbatim_bytes, s.salvaged,
       s.item_order IS NOT NULL AS reordered, s.layout IN ('listing', 'tree', 'pairs') AS partial, s.root, s.root_source,
       i.stream_id, s.chain_id, s.gen, i.modified_at,
       (SELECT max(t.at) FROM sighting t WHERE t.image_id = i.image_id) AS last_seen
FROM image i JOIN stream s ON s.stream_id = i.stream_id JOIN chain c ON c.chain_id = s.chain_id;

-- What an image covers: the kinds of things that it would hold if they existed, and from which path
-- on. What it does not cover is unknown. The longest root at or above a path decides; covered 0 is
-- an exception. A connection, what belongs to it and a domain's quotas are at the home of the
-- domain, everything else that has no path is at '/'.
-- columns: image_id integer, kind text, root octets, includes_root integer, covered integer
CREATE VIEW coverage AS
SELECT i.image_id, v.kind, v.root, v.includes_root, v.covered
FROM image i JOIN stream_coverage v ON v.stream_id = i.stream_id;

-- Which kinds an image covers at least in part: 1 or 0 for each kind.
-- columns: image_id integer, nodes integer, permissions integer, stale integer, special integer,
--          connections integer, watches integer, transactions integer, pending integer,
--          quotas integer
CREATE VIEW covered_kinds AS
SELECT i.image_id,
       EXISTS (SELECT 1 FROM stream_coverage v WHERE v.stream_id = i.stream_id AND v.kind = 'nodes' AND v.covered = 1) AS nodes,
       EXISTS (SELECT 1 FROM stream_coverage v WHERE v.stream_id = i.stream_id AND v.kind = 'permissions' AND v.covered = 1) AS permissions,
       EXISTS (SELECT 1 FROM stream_coverage v WHERE v.stream_id = i.stream_id AND v.kind = 'stale' AND v.covered = 1) AS stale,
       EXISTS (SELECT 1 FROM stream_coverage v WHERE v.stream_id = i.stream_id AND v.kind = 'special' AND v.covered = 1) AS special,
       EXISTS (SELECT 1 FROM stream_coverage v WHERE v.stream_id = i.stream_id AND v.kind = 'connections' AND v.covered = 1) AS connections,
       EXISTS (SELECT 1 FROM stream_coverage v WHERE v.stream_id = i.stream_id AND v.kind = 'watches' AND v.covered = 1) AS watches,
       EXISTS (SELECT 1 FROM stream_coverage v WHERE v.stream_id = i.stream_id AND v.kind = 'transactions' AND v.covered = 1) AS transactions,
       EXISTS (SELECT 1 FROM stream_coverage v WHERE v.stream_id = i.stream_id AND v.kind = 'pending' AND v.covered = 1) AS pending,
       EXISTS (SELECT 1 FROM stream_coverage v WHERE v.stream_id = i.stream_id AND v.kind = 'quotas' AND v.covered = 1) AS quotas
FROM image i;

-- The parts of the tree in which an image covers nodes, to look up an absolute path x: of the rows
-- with x = top OR substr(x, 1, length(below)) = below AND x <> below, the one with the longest
-- below decides. No row: not covered.
-- columns: image_id integer, top octets, below octets, covered integer
CREATE VIEW node_areas AS
SELECT i.image_id, CASE WHEN v.includes_root = 1 THEN CAST(v.root AS TEXT) END AS top,
       CASE v.root WHEN '/' THEN '/' ELSE CAST(v.root AS TEXT) || '/' END AS below, v.covered
FROM image i JOIN stream_coverage v ON v.stream_id = i.stream_id
WHERE v.kind = 'nodes' AND substr(CAST(v.root AS BLOB), 1, 1) = x'2F';

-- A node. conn_id is 0 for a committed node; otherwise the node is pending in transaction tx_id,
-- and access shows how it was used: bit 0 read, bit 1 written, 0 deleted. In a TDB file the
-- connection of a transaction is unknown, and conn_id is 4294967295; a node with 4294967294 is in a
-- freed record, and tx_id is 0 if it was a committed one. owner and perms are NULL if the image
-- does not say them. known: whole; cut if value is only its beginning; unknown if the image does
-- not say the value, which is NULL then. Only listings say less than all.
-- columns: image_id integer, record_id integer, path octets, value octets, owner integer,
--          perms text, conn_id integer, tx_id integer, access integer, known text, rowid integer
CREATE VIEW nodes AS
SELECT g.image_id, s.ord AS record_id, p.path,
       CASE WHEN d.access >= 32768 AND d.conn_id = 0 AND g.is_listing THEN NULL ELSE s.value END AS value, m.owner,
       CASE WHEN m.owner IS NULL AND g.is_listing THEN NULL ELSE m.perms END AS perms,
       ifnull(d.conn_id, 0) AS conn_id, ifnull(d.tx_id, 0) AS tx_id,
       CASE WHEN d.access >= 8192 AND d.conn_id = 0 AND g.is_listing THEN d.access & 8191 ELSE ifnull(d.access, 0) END AS access,
       CASE WHEN d.access >= 16384 AND d.conn_id = 0 AND g.is_listing
            THEN CASE WHEN d.access >= 32768 THEN 'unknown' ELSE 'cut' END
            ELSE 'whole' END AS known,
       s.ord AS rowid
FROM image_gen g
JOIN node_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
JOIN path p ON p.path_id = s.path_id
-- By LEFT JOIN, a question that leaves out the permissions does not read them.
LEFT JOIN permset m ON m.permset_id = s.permset_id
LEFT JOIN node_detail d ON d.detail_id = s.detail_id;

-- The nodes that are pending in transactions, with the columns of nodes; an index finds them.
-- columns: image_id integer, record_id integer, path octets, value octets, owner integer,
--          perms text, conn_id integer, tx_id integer, access integer, known text, rowid integer
CREATE VIEW pending_nodes AS
SELECT g.image_id, s.ord AS record_id, p.path, s.value, m.owner, CASE WHEN m.owner IS NULL AND g.is_listing THEN NULL ELSE m.perms END AS perms,
       d.conn_id, d.tx_id, d.access, 'whole' AS known, s.ord AS rowid
FROM image_gen g
CROSS JOIN node_detail d ON d.conn_id <> 0
CROSS JOIN node_span s ON s.detail_id = d.detail_id AND s.chain_id = g.chain_id
  AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
CROSS JOIN path p ON p.path_id = s.path_id
CROSS JOIN permset m ON m.permset_id = s.permset_id;

-- One entry of a node's permissions. position counts from 0; entry 0 names the owner. stale 1: the
-- daemon ignores the entry; NULL in a listing, which does not show that. A node whose permissions
-- are unknown has no row here.
-- columns: image_id integer, record_id integer, path octets, position integer, perm text,
--          domid integer, stale integer, flags integer, conn_id integer, tx_id integer
CREATE VIEW perms AS
SELECT g.image_id, s.ord AS record_id, p.path, e.position, e.perm, e.domid,
       CASE WHEN e.flags & 1 = 1 THEN 1 WHEN g.is_listing THEN NULL ELSE 0 END AS stale, e.flags,
       ifnull(d.conn_id, 0) AS conn_id, ifnull(d.tx_id, 0) AS tx_id
FROM image_gen g
JOIN node_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
JOIN path p ON p.path_id = s.path_id
JOIN permset_entry e ON e.permset_id = s.permset_id
LEFT JOIN node_detail d ON d.detail_id = s.detail_id;

-- The directories whose list of children takes 2048 bytes or more: the names of the children, each
-- with a NUL.
-- columns: image_id integer, path octets, children integer, list_bytes integer
CREATE VIEW wide_directories AS
SELECT g.image_id, s.path, s.children, s.list_bytes
FROM image_gen g
JOIN directory_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen);

-- The largest of what the committed nodes have: a question about limits looks here first. depth:
-- the most slashes in a path. numbered: the nodes with an empty value and a number for a name that
-- have no child. guest_path, guest_value: bytes of the longest path and of the largest value of a
-- node that is not owned by domain 0; guest_perms: entries of its longest list of permissions.
-- columns: image_id integer, depth integer, numbered integer, guest_path integer,
--          guest_value integer, guest_perms integer
CREATE VIEW extents AS
SELECT g.image_id, s.depth, s.numbered, s.guest_path, s.guest_value, s.guest_perms
FROM image_gen g
JOIN extent_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen);

-- A watch. depth is NULL if the record has none; 65535 is unlimited.
-- columns: image_id integer, record_id integer, conn_id integer, path octets, token octets,
--          depth integer, rowid integer
CREATE VIEW watches AS
SELECT g.image_id, s.ord AS record_id, s.conn_id, p.path, s.token, NULL AS depth, s.ord AS rowid
FROM image_gen g
JOIN watch_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
JOIN path p ON p.path_id = s.path_id
UNION ALL
SELECT g.image_id, s.ord, s.conn_id, p.path, s.token, s.depth, s.ord
FROM image_gen g
JOIN watch_extended_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
JOIN path p ON p.path_id = s.path_id;

-- A connection: a ring (domid) or a socket (socket_fd), with the bytes that wait in each direction.
-- unique_id and mfn are 64-bit numbers, shown signed.
-- columns: image_id integer, record_id integer, conn_id integer, type text, domid integer,
--          target_domid integer, evtchn integer, socket_fd integer, unique_id integer,
--          in_data octets, out_data octets, out_resp_len integer, conn_type integer,
--          fields integer, tdomid integer, flags integer, revtchn integer, levtchn integer,
--          mfn integer, conn_pad integer, socket_pad integer, conn_spec octets, rowid integer
CREATE VIEW connections AS
SELECT g.image_id, s.ord AS record_id, s.conn_id,
       CASE s.conn_type WHEN 0 THEN 'ring' WHEN 1 THEN 'socket' ELSE CAST(s.conn_type AS TEXT) END AS type,
       s.domid, nullif(s.tdomid, 32756) AS target_domid, coalesce(s.evtchn, s.levtchn) AS evtchn, s.socket_fd,
       s.unique_id, s.in_data, s.out_data, s.out_resp_len,
       s.conn_type, s.fields, s.tdomid, s.flags, s.revtchn, s.levtchn, s.mfn, s.conn_pad, s.socket_pad, s.conn_spec, s.ord AS rowid
FROM image_gen g
JOIN connection_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen);

-- An open transaction of a connection.
-- columns: image_id integer, record_id integer, conn_id integer, tx_id integer
CREATE VIEW transactions AS
SELECT g.image_id, s.ord AS record_id, s.conn_id, s.tx_id
FROM image_gen g
JOIN transaction_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen);

-- A quota. scope: 'host' for the host's own quotas, 'default' for the defaults of a domain,
-- 'domain' for the quotas of one domain.
-- columns: image_id integer, record_id integer, scope text, domid integer, position integer,
--          name octets, value integer
CREATE VIEW quotas AS
SELECT g.image_id, s.ord AS record_id, CASE WHEN e.position < s.n_dom_quota THEN 'default' ELSE 'host' END AS scope,
       NULL AS domid, e.position, e.name, e.value
FROM image_gen g
JOIN global_quota_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
JOIN quotaset_entry e ON e.quotaset_id = s.quotaset_id
UNION ALL
SELECT g.image_id, s.ord, 'domain', s.domid, e.position, e.name, e.value
FROM image_gen g
JOIN domain_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
JOIN quotaset_entry e ON e.quotaset_id = s.quotaset_id;

-- The DOMAIN_DATA records.
-- columns: image_id integer, record_id integer, domid integer, features integer
CREATE VIEW domain_records AS
SELECT g.image_id, s.ord AS record_id, s.domid, s.features
FROM image_gen g
JOIN domain_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen);

-- The domains with a node at or below /local/domain/DOMID, in an image that does not cover
-- connections.
-- columns: image_id integer, domid integer
CREATE VIEW tree_domains AS
SELECT h.image_id, h.domid
FROM (
  -- GLOB matches a BLOB in some builds of SQLite only.
  SELECT DISTINCT g.image_id, CAST(substr(p.path, 15) AS INTEGER) AS domid
  FROM image_gen g
  JOIN covered_kinds k ON k.image_id = g.image_id AND NOT k.connections
  CROSS JOIN node_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
  CROSS JOIN path p ON p.path_id = s.path_id AND CAST(p.path AS TEXT) GLOB '/local/domain/[0-9]*'
  WHERE substr(CAST(p.path AS TEXT), 15, instr(substr(CAST(p.path AS TEXT), 15) || '/', '/') - 1) NOT GLOB '*[^0-9]*'
    AND CAST(substr(p.path, 15) AS INTEGER) BETWEEN 0 AND 65535
) h;

-- Every domain that has a ring connection or a DOMAIN_DATA record, with its name from the tree. In
-- an image that does not cover connections: every domain that the tree names; the rest is NULL.
-- columns: image_id integer, domid integer, name octets, conn_id integer, target_domid integer,
--          unique_id integer, features integer
CREATE VIEW domains AS
SELECT d.image_id, d.domid,
       (SELECT n.value FROM nodes n
        WHERE n.image_id = d.image_id AND n.path = '/local/domain/' || d.domid || '/name' AND n.conn_id = 0) AS name,
       d.conn_id, d.target_domid, d.unique_id, d.features
FROM (
  SELECT g.image_id, s.domid, s.conn_id, nullif(s.tdomid, 32756) AS target_domid, s.unique_id,
         (SELECT r.features FROM domain_span r
          WHERE r.chain_id = g.chain_id AND g.gen >= r.first_gen AND (r.last_gen = 0 OR g.gen <= r.last_gen) AND r.domid = s.domid) AS features
  FROM image_gen g
  JOIN connection_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
  WHERE s.conn_type = 0
  UNION ALL
  SELECT g.image_id, s.domid, NULL, NULL, NULL, s.features
  FROM image_gen g
  JOIN domain_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
  WHERE NOT EXISTS (
    SELECT 1 FROM connection_span c
    WHERE c.chain_id = g.chain_id AND g.gen >= c.first_gen AND (c.last_gen = 0 OR g.gen <= c.last_gen) AND c.conn_type = 0 AND c.domid = s.domid)
  UNION ALL
  SELECT t.image_id, t.domid, NULL, NULL, NULL, NULL FROM tree_domains t
  WHERE NOT EXISTS (SELECT 1 FROM image_gen g
                    JOIN connection_span c ON c.chain_id = g.chain_id AND g.gen >= c.first_gen AND (c.last_gen = 0 OR g.gen <= c.last_gen)
                    WHERE g.image_id = t.image_id AND c.conn_type = 0 AND c.domid = t.domid)
    AND NOT EXISTS (SELECT 1 FROM image_gen g
                    JOIN domain_span r ON r.chain_id = g.chain_id AND g.gen >= r.first_gen AND (r.last_gen = 0 OR g.gen <= r.last_gen)
                    WHERE g.image_id = t.image_id AND r.domid = t.domid)
) d;

-- The daemon's own file descriptors.
-- columns: image_id integer, record_id integer, rw_socket_fd integer, ro_socket_fd integer,
--          evtchn_fd integer, virq_port integer
CREATE VIEW globals AS
SELECT g.image_id, s.ord AS record_id, s.rw_socket_fd, s.ro_socket_fd, s.evtchn_fd, s.virq_port
FROM image_gen g
JOIN global_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen);

-- Every record; record_id gives the order, and `type` is the number in the stream.
-- columns: image_id integer, record_id integer, type integer, name text, residue_id integer
CREATE VIEW records AS
SELECT r.image_id, r.record_id, r.type,
       CASE r.type WHEN 0 THEN 'END' WHEN 1 THEN 'GLOBAL_DATA' WHEN 2 THEN 'CONNECTION_DATA' WHEN 3 THEN 'WATCH_DATA'
         WHEN 4 THEN 'TRANSACTION_DATA' WHEN 5 THEN 'NODE_DATA' WHEN 6 THEN 'GLOBAL_QUOTA_DATA' WHEN 7 THEN 'DOMAIN_DATA'
         WHEN 8 THEN 'WATCH_DATA_EXTENDED' WHEN 1279872581 THEN 'TEXT_LINE' ELSE 'UNKNOWN' END AS name,
       r.residue_id
FROM (
  SELECT g.image_id, s.ord AS record_id, 1 AS type, s.residue_id
  FROM image_gen g JOIN global_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
  UNION ALL SELECT g.image_id, s.ord, 2, s.residue_id
  FROM image_gen g JOIN connection_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
  UNION ALL SELECT g.image_id, s.ord, 3, s.residue_id
  FROM image_gen g JOIN watch_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
  UNION ALL SELECT g.image_id, s.ord, 4, s.residue_id
  FROM image_gen g JOIN transaction_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
  UNION ALL SELECT g.image_id, s.ord, 5, d.residue_id
  FROM image_gen g JOIN node_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
  LEFT JOIN node_detail d ON d.detail_id = s.detail_id
  UNION ALL SELECT g.image_id, s.ord, 6, s.residue_id
  FROM image_gen g JOIN global_quota_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
  UNION ALL SELECT g.image_id, s.ord, 7, s.residue_id
  FROM image_gen g JOIN domain_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
  UNION ALL SELECT g.image_id, s.ord, 8, s.residue_id
  FROM image_gen g JOIN watch_extended_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
  UNION ALL SELECT g.image_id, s.ord, s.type, s.residue_id
  FROM image_gen g JOIN opaque_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
) r;

-- The residue of each record: bytes that its fields do not explain, kept verbatim.
-- columns: image_id integer, record_id integer, type integer, name text, len integer,
--          alignment octets, tail octets, rowid integer
CREATE VIEW residues AS
SELECT r.image_id, r.record_id, r.type, r.name, x.len, x.alignment, x.tail, r.record_id AS rowid
FROM records r JOIN residue x ON x.residue_id = r.residue_id;

-- What import found in an image. record counts from 1; offset is in bytes from the start of the
-- file.
-- columns: image_id integer, rule text, severity text, record integer, offset integer,
--          message text, expected text
CREATE VIEW findings AS
SELECT i.image_id, f.rule, f.severity, f.record, f."offset", f.message, f.expected
FROM image i JOIN finding f ON f.stream_id = i.stream_id;

-- The damaged spans of an image: bytes in which no record can be recognized.
-- columns: image_id integer, record_id integer, offset integer, length integer, bytes octets,
--          rowid integer
CREATE VIEW damages AS
SELECT g.image_id, s.ord AS record_id, s."offset", length(s.bytes) AS length, s.bytes, s.ord AS rowid
FROM image_gen g
JOIN damage_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen);

-- The images that were made from others. parent is the source as it was named: a file, or an image
-- such as @3, which has since been removed if parent_image_id is not an image. steps is JSON: what
-- was selected and changed, and how much was lost by it.
-- columns: image_id integer, name text, parent text, parent_image_id integer, steps text, at text,
--          user text
CREATE VIEW derivations AS
SELECT i.image_id, i.name, c.source AS parent, CASE WHEN c.source GLOB '@[0-9]*' THEN CAST(substr(c.source, 2) AS INTEGER) END AS parent_image_id,
       c.note AS steps, c.at, c.user
FROM image i JOIN custody c ON c.image_id = i.image_id AND c.action = 'rebuild';
