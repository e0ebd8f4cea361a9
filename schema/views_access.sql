-- What a domain may do with a node, and why. Loaded after views.sql, on which it builds.
--
-- Daemons differ in their rules. daemon_rules has a row for each set of rules, writers says which
-- daemon wrote an image, and permset_access applies every set of rules to every list of
-- permissions. Everything else here, the command access and the named queries ask permset_access.
--
-- The rules that all daemons share: domain 0 may do anything. So may the owner, which the first
-- entry names, and a domain whose target is the owner; whether the first entry is marked stale does
-- not matter. For any other domain, the first later entry that names it applies, a stale entry
-- excepted; if there is none, the first entry's letter applies. Reading, listing and reading the
-- permissions need r; writing, making a child and removing need w; setting permissions needs the
-- owner. Removing a node removes everything below it, whatever its permissions.

-- The sets of rules. C xenstored, by the first version that has them: c-4.17 (4.15 to 4.17), c-4.18
-- (4.18 to 4.21), c-4.22.
-- unites 0: an entry for the domain and one for its target are one list, of which the first counts.
-- 1: the domain has what it and its target have, and if the target is domain 0, it may do anything.
-- any_domid: the domid that names every domain. root_opens 1: a special node can be watched by a
-- domain that may read `/`. restore_marks 1: a restore also marks entries of special nodes.
-- root_perms 1: setting the permissions of `/` needs only w.
--
-- Accounts and limits: node_bytes: what a node is accounted in addition to its parts.
-- counts_special 1: special nodes are accounted. The largest node has
-- node-size plus size_end bytes, of which size_is_value 1 counts the value alone; the last watch
-- and the last transaction are those of the quota plus quota_end. has_memory 1: there are quotas of
-- memory, outstanding requests and permissions; watches: the built-in quota.
-- columns: daemon text, unites integer, any_domid integer, root_opens integer,
--          restore_marks integer, root_perms integer, node_bytes integer, counts_special integer,
--          size_end integer, size_is_value integer, quota_end integer, has_memory integer,
--          watches integer
CREATE VIEW daemon_rules AS
SELECT v.column1 AS daemon, v.column2 AS unites, v.column3 AS any_domid, v.column4 AS root_opens, v.column5 AS restore_marks,
       v.column6 AS root_perms, v.column7 AS node_bytes, v.column8 AS counts_special, v.column9 AS size_end, v.column10 AS size_is_value,
       v.column11 AS quota_end, v.column12 AS has_memory, v.column13 AS watches
FROM (VALUES ('c-4.17', 0, NULL, 0, 1, 0, 24, 0, -1, 0, 1, 1, 128),
             ('c-4.18', 0, NULL, 1, 2, 0, 16, 1, 0, 0, 1, 1, 128),
             ('c-4.22', 0, 32757, 1, 2, 0, 16, 1, -1, 0, -1, 1, 128),
             ('oxenstored', 1, NULL, 1, 0, 1, 16, 1, 0, 1, 1, 0, 100)) v;

-- How the layout shows which daemon wrote an image. versions: of Xen; NULL: not known.
-- columns: sign text, daemon text, versions text, evidence text
CREATE VIEW writer_signs AS
SELECT v.column1 AS sign, v.column2 AS daemon, v.column3 AS versions, v.column4 AS evidence
FROM (VALUES ('oxenstored', 'oxenstored', NULL, 'the layout is that of oxenstored'),
             ('database', 'c-4.17', '4.17 or earlier', 'a TDB file'),
             ('special first', 'c-4.17', '4.15 to 4.17', 'the special nodes come before /'),
             ('special last', 'c-4.18', '4.18 to 4.20', 'version 1, and the special nodes come after /'),
             ('version 1', 'c-4.18', '4.15 to 4.20', 'version 1, without special nodes'),
             ('features of 4.21', 'c-4.18', '4.21', 'version 2, and the features of its domains'),
             ('features of 4.22', 'c-4.22', '4.22 or later', 'version 2, and the features of its domains'),
             ('version 2', 'c-4.22', '4.21 or later', 'version 2'),
             ('draft', 'c-4.18', NULL, 'the draft layout, which no released daemon writes'),
             ('listing', 'c-4.18', NULL, 'a listing does not show the daemon')) v;

-- The daemon that wrote each image, as far as its layout shows.
-- columns: image_id integer, daemon text, versions text, evidence text, sign text
CREATE VIEW writers AS
SELECT x.image_id, w.daemon, w.versions, w.evidence, w.sign
FROM (
  SELECT i.image_id,
         CASE WHEN s.layout IN ('oxenstored', 'oxenstored-debug') THEN 'oxenstored'
              WHEN s.layout IN ('tdb', 'tdbdump') THEN 'database'
              WHEN s.layout IN ('listing', 'tree', 'pairs') THEN 'listing'
              WHEN s.layout = 'v2' THEN
                CASE (SELECT max(d.features > 3) FROM domain_span d
                      WHERE d.chain_id = s.chain_id AND s.gen >= d.first_gen AND (d.last_gen = 0 OR s.gen <= d.last_gen))
                  WHEN 1 THEN 'features of 4.22' WHEN 0 THEN 'features of 4.21' ELSE 'version 2' END
              ELSE
                CASE (SELECT min(n.ord) FROM path p JOIN node_span n ON n.path_id = p.path_id AND n.chain_id = s.chain_id
                        AND s.gen >= n.first_gen AND (n.last_gen = 0 OR s.gen <= n.last_gen)
                        AND (n.detail_id IS NULL OR n.detail_id IN committed_details)
                      WHERE p.path IN ('@introduceDomain', '@releaseDomain'))
                   < (SELECT min(n.ord) FROM path p JOIN node_span n ON n.path_id = p.path_id AND n.chain_id = s.chain_id
                        AND s.gen >= n.first_gen AND (n.last_gen = 0 OR s.gen <= n.last_gen)
                        AND (n.detail_id IS NULL OR n.detail_id IN committed_details)
                      WHERE p.path = '/')
                  WHEN 1 THEN 'special first'
                  ELSE CASE WHEN s.layout = 'draft' THEN 'draft'
                            WHEN EXISTS (SELECT 1 FROM path p JOIN node_span n ON n.path_id = p.path_id AND n.chain_id = s.chain_id
                                           AND s.gen >= n.first_gen AND (n.last_gen = 0 OR s.gen <= n.last_gen)
                                         WHERE p.path IN ('@introduceDomain', '@releaseDomain')) THEN 'special last'
                            ELSE 'version 1' END END END AS sign
  FROM image i JOIN stream s ON s.stream_id = i.stream_id
) x
JOIN writer_signs w ON w.sign = x.sign;

-- The images whose layout holds targets.
-- columns: image_id integer
CREATE VIEW target_images AS
SELECT i.image_id FROM image i JOIN stream s ON s.stream_id = i.stream_id WHERE s.layout IN ('draft', 'v1', 'v2');

-- Every domid that an image or a permission of the archive names, and one row without a domid that
-- applies to all other domains. ring_record: the domain's connection, by which it is introduced;
-- NULL: it has none. late_target 1: a restore drops the target, as its connection comes later.
-- target_known 0: the layout has no targets, and the home of the domain says that it has one.
-- columns: image_id integer, domid integer, target_domid integer, ring_record integer,
--          late_target integer, target_known integer
CREATE VIEW subjects AS
SELECT u.image_id, u.domid, u.target_domid, u.ring_record,
       CASE WHEN u.target_domid IS NULL THEN 0
            ELSE NOT EXISTS (
              SELECT 1 FROM connections t
              WHERE t.image_id = u.image_id AND t.conn_type = 0 AND t.domid = u.target_domid AND t.record_id <= u.ring_record) END
         AS late_target,
       CASE WHEN u.domid IS NULL OR u.image_id IN target_images THEN 1
            ELSE NOT EXISTS (
              SELECT 1 FROM nodes n
              WHERE n.image_id = u.image_id AND n.path = '/local/domain/' || u.domid || '/target' AND n.conn_id = 0) END
         AS target_known
FROM (
  -- The first connection of each domain, otherwise its row without one.
  SELECT d.*, row_number() OVER (PARTITION BY d.image_id, d.domid ORDER BY d.ring_record IS NULL, d.ring_record) AS number
  FROM (
    SELECT c.image_id, c.domid, c.target_domid, c.record_id AS ring_record FROM connections c WHERE c.conn_type = 0
    UNION ALL
    SELECT i.image_id, e.domid, NULL, NULL
    FROM image i
    JOIN (SELECT domid FROM permset_entry UNION SELECT domid FROM connection_span WHERE conn_type = 0 UNION SELECT 0 UNION SELECT NULL) e
  ) d
) u
WHERE u.number = 1;

-- The cases to which permset_access applies the rules. kind 'subject': a subject and all lists of
-- permissions. kind 'grant': a domain with a connection, and a list that names it or its target.
-- kind 'absent': a domain without a connection, and a list that names it.
-- restored 1: as after a restore, which drops late targets. named 0: as if the entries for the
-- domain itself were stale, as a restore makes those of a domain without an earlier connection.
-- columns: kind text, image_id integer, restored integer, named integer, domid integer,
--          target_domid integer, target_known integer, ring_record integer, first_permset integer,
--          last_permset integer
CREATE VIEW access_cases AS
SELECT 'subject' AS kind, u.image_id, v.restored, v.named, u.domid,
       CASE WHEN v.restored AND u.late_target THEN NULL ELSE u.target_domid END AS target_domid,
       v.restored OR u.target_known AS target_known, u.ring_record, 0 AS first_permset, 9223372036854775807 AS last_permset
FROM subjects u
CROSS JOIN (SELECT 0 AS restored, 1 AS named UNION ALL SELECT 1, 1 UNION ALL SELECT 1, 0) v
UNION ALL
SELECT DISTINCT 'grant', c.image_id, 0, 1, c.domid, c.target_domid, 1, c.record_id, e.permset_id, e.permset_id
FROM connections c
JOIN permset_entry e ON e.domid IN (c.domid, c.target_domid) AND (e.position = 0 OR e.flags & 1 = 0)
WHERE c.conn_type = 0 AND c.domid <> 0
UNION ALL
SELECT 'grant', c.image_id, 0, 1, c.domid, c.target_domid, 1, c.record_id, 0, 9223372036854775807
FROM connections c
JOIN writers w ON w.image_id = c.image_id
JOIN daemon_rules r ON r.daemon = w.daemon AND r.unites
WHERE c.conn_type = 0 AND c.domid <> 0 AND c.target_domid = 0
UNION ALL
SELECT DISTINCT 'absent', u.image_id, 0, 1, u.domid, NULL, 1, NULL, e.permset_id, e.permset_id
FROM subjects u
JOIN permset_entry e ON e.domid = u.domid AND (e.position = 0 OR e.flags & 1 = 0)
WHERE u.ring_record IS NULL AND u.domid BETWEEN 1 AND 32751;

-- The permissions of `/`.
-- columns: image_id integer, permset_id integer
CREATE VIEW root_permsets AS
SELECT g.image_id, s.permset_id
FROM image_gen g
JOIN path p ON p.path = '/'
JOIN node_span s ON s.path_id = p.path_id AND s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
  AND (s.detail_id IS NULL OR s.detail_id IN committed_details);

-- The rules applied: what each daemon gives a domain by each list of permissions, and the reason,
-- for each place that a node with the list may have: 'tree', 'root' (it is `/`), 'special'. The
-- answer is for nodes from first_record to last_record. rights adds up 1 for r, 2 for w and 4 for
-- the owner; NULL if the permissions are unknown. complete 0: a target that the image does not show
-- may add to them; access (r, w, both, none) and set_perms (1, 0) are NULL if that matters.
-- columns: kind text, image_id integer, daemon text, restored integer, place text, domid integer,
--          target_domid integer, first_record integer, last_record integer, permset_id integer,
--          owner integer, perms text, rights integer, complete integer, access text,
--          set_perms integer, reason text
CREATE VIEW permset_access AS
SELECT x.kind, x.image_id, x.daemon, x.restored, x.place, x.domid, x.target_domid, x.first_record, x.last_record, x.permset_id, x.owner, x.perms,
       x.rights, x.target_known OR x.rights & 4 OR (x.unites AND x.rights & 3 = 3) AS complete,
       CASE WHEN x.place = 'special'
            THEN CASE WHEN x.rights & 1 OR x.reads_root THEN 'r' WHEN x.target_known THEN CASE WHEN x.rights IS NOT NULL THEN 'none' END END
            WHEN x.target_known OR x.rights & 4 OR (x.unites AND x.rights & 3 = 3)
            THEN CASE x.rights & 3 WHEN 0 THEN 'none' WHEN 1 THEN 'r' WHEN 2 THEN 'w' WHEN 3 THEN 'both' END END AS access,
       CASE WHEN x.target_known OR x.rights & 4
            THEN x.rights & 4 <> 0 OR (x.root_perms AND x.place = 'root' AND x.rights & 2 <> 0) END AS set_perms,
       CASE WHEN x.place = 'special' AND x.rights & 1 = 0 AND x.reads_root THEN 'may read /; ' ELSE '' END || x.reason
         || CASE WHEN x.target_known OR x.rights & 4 OR (x.unites AND x.rights & 3 = 3) THEN '' ELSE '; the image does not show its target' END
         AS reason
FROM (
  SELECT k.kind, k.image_id, r.daemon, k.restored, y.place, k.domid, k.target_domid, k.target_known, m.permset_id, m.owner,
         CASE WHEN k.named AND k.restored AND k.domid <> 0 AND (r.restore_marks = 2 OR (r.restore_marks = 1 AND y.place <> 'special'))
              THEN ifnull(k.ring_record, 9223372036854775807) ELSE 0 END AS first_record,
         CASE WHEN k.named THEN 9223372036854775807 ELSE ifnull(k.ring_record, 9223372036854775807) END AS last_record,
         CASE WHEN o.permset_id IS NULL AND g.is_listing THEN NULL ELSE m.perms END AS perms,
         CASE WHEN k.domid = 0 OR (r.unites AND k.target_domid = 0) THEN 7
              WHEN o.permset_id IS NULL THEN CASE WHEN g.is_listing THEN NULL ELSE 0 END
              WHEN o.domid IN (k.domid, k.target_domid) THEN 7
              ELSE CASE coalesce(e.perm, o.perm) WHEN 'r' THEN 1 WHEN 'w' THEN 2 WHEN 'b' THEN 3 ELSE 0 END
                | CASE WHEN NOT r.unites OR k.target_domid IS NULL THEN 0
                       ELSE CASE coalesce(t.perm, o.perm) WHEN 'r' THEN 1 WHEN 'w' THEN 2 WHEN 'b' THEN 3 ELSE 0 END END END AS rights,
         CASE WHEN k.domid = 0 THEN 'domain 0'
              WHEN r.unites AND k.target_domid = 0 THEN 'its target is domain 0'
              WHEN o.permset_id IS NULL THEN CASE WHEN g.is_listing THEN 'unknown permissions' ELSE 'no permissions' END
              WHEN o.domid = k.domid THEN CASE WHEN o.flags & 1 THEN 'owner, though marked stale' ELSE 'owner' END
              WHEN o.domid = k.target_domid
              THEN 'owner is its target, ' || o.domid || CASE WHEN o.flags & 1 THEN ', though marked stale' ELSE '' END
              ELSE CASE WHEN e.domid = k.domid THEN 'entry ' || e.perm || e.domid
                        WHEN e.domid = k.target_domid THEN 'entry of its target, ' || e.perm || e.domid
                        WHEN e.domid = r.any_domid THEN 'entry for every domain, ' || e.perm || e.domid
                        ELSE 'default ' || o.perm || o.domid END
                || CASE WHEN t.permset_id IS NULL THEN '' ELSE ', and entry of its target, ' || t.perm || t.domid END
                || coalesce((SELECT '; stale ' || s.perm || s.domid || ' ignored' FROM permset_entry s
                             WHERE s.permset_id = m.permset_id AND s.position > 0 AND s.flags & 1 = 1
                               AND s.domid IN (k.domid, k.target_domid, r.any_domid) LIMIT 1), '')
                || coalesce((SELECT '; ' || s.perm || s.domid || ' becomes stale' FROM permset_entry s
                             WHERE NOT k.named AND s.permset_id = m.permset_id AND s.position > 0 AND s.flags & 1 = 0
                               AND s.domid = k.domid LIMIT 1), '')
         END AS reason,
         CASE WHEN NOT r.root_opens OR y.place <> 'special' THEN 0
              ELSE coalesce((
                SELECT ro.domid IN (k.domid, k.target_domid) OR coalesce(re.perm, ro.perm) IN ('r', 'b')
                  OR (r.unites AND k.target_domid IS NOT NULL AND coalesce(rt.perm, ro.perm) IN ('r', 'b'))
                FROM root_permsets root
                JOIN permset_entry ro ON ro.permset_id = root.permset_id AND ro.position = 0
                LEFT JOIN permset_entry re ON re.permset_id = ro.permset_id AND re.position =
                  (SELECT min(s.position) FROM permset_entry s
                   WHERE s.permset_id = ro.permset_id AND s.position > 0 AND s.flags & 1 = 0
                     AND ((k.named AND s.domid = k.domid) OR (NOT r.unites AND s.domid = k.target_domid) OR s.domid = r.any_domid))
                LEFT JOIN permset_entry rt ON rt.permset_id = ro.permset_id AND rt.position =
                  (SELECT min(s.position) FROM permset_entry s
                   WHERE r.unites AND s.permset_id = ro.permset_id AND s.position > 0 AND s.flags & 1 = 0 AND s.domid = k.target_domid)
                WHERE root.image_id = k.image_id), 0) END AS reads_root,
         r.unites, r.root_perms
  FROM access_cases k
  JOIN image_gen g ON g.image_id = k.image_id
  CROSS JOIN daemon_rules r
  CROSS JOIN (SELECT 'tree' AS place UNION ALL SELECT 'root' UNION ALL SELECT 'special') y
  CROSS JOIN permset m ON m.permset_id BETWEEN k.first_permset AND k.last_permset
  LEFT JOIN permset_entry o ON o.permset_id = m.permset_id AND o.position = 0
  LEFT JOIN permset_entry e ON e.permset_id = m.permset_id AND e.position =
    (SELECT min(s.position) FROM permset_entry s
     WHERE s.permset_id = m.permset_id AND s.position > 0 AND s.flags & 1 = 0
       AND ((k.named AND s.domid = k.domid) OR (NOT r.unites AND s.domid = k.target_domid) OR s.domid = r.any_domid))
  LEFT JOIN permset_entry t ON t.permset_id = m.permset_id AND t.position =
    (SELECT min(s.position) FROM permset_entry s
     WHERE r.unites AND s.permset_id = m.permset_id AND s.position > 0 AND s.flags & 1 = 0 AND s.domid = k.target_domid)
  -- Of the two cases of a restore, the second is for entries that it marks.
  WHERE k.named OR (k.restored AND k.domid <> 0 AND (r.restore_marks = 2 OR (r.restore_marks = 1 AND y.place <> 'special')))
) x;

-- The nodes of an image, each with its place: 'root' (it is `/`), 'special', 'tree'. A daemon holds
-- those with is_committed 1. A restore by a C xenstored makes pending nodes committed ones, and of
-- the records of one path the last one counts: those with is_last 1.
-- columns: image_id integer, record_id integer, path octets, permset_id integer, place text,
--          is_committed integer, is_last integer, value octets, path_id integer
CREATE VIEW node_places AS
SELECT g.image_id, s.ord AS record_id, p.path, s.permset_id,
       CASE WHEN p.path = '/' THEN 'root'
            WHEN p.path >= '@' AND p.path < 'A' OR (g.is_oxenstored AND p.path IN ('/@introduceDomain', '/@releaseDomain'))
            THEN 'special' ELSE 'tree' END AS place,
       s.detail_id IS NULL OR s.detail_id IN committed_details AS is_committed,
       NOT EXISTS (SELECT 1 FROM node_span x
                   WHERE x.chain_id = s.chain_id AND x.path_id = s.path_id AND x.ord > s.ord
                     AND g.gen >= x.first_gen AND (x.last_gen = 0 OR g.gen <= x.last_gen)) AS is_last,
       CASE WHEN d.access >= 32768 AND d.conn_id = 0 AND g.is_listing THEN NULL ELSE s.value END AS value,
       s.path_id
FROM image_gen g
JOIN node_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
JOIN path p ON p.path_id = s.path_id
LEFT JOIN node_detail d ON d.detail_id = s.detail_id;

-- The lists of permissions that the committed nodes of each home have. home is a domid; -1: the
-- nodes are in no home; -2: they are below /local/domain, in something that is not named like a
-- domid. To find the nodes that a list makes interesting, look at the homes that have it.
-- columns: image_id integer, home integer, permset_id integer
CREATE VIEW placements AS
SELECT g.image_id, s.home, s.permset_id
FROM image_gen g
JOIN placement_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen);

-- What each domain may do with each node, by the rules of each daemon, before and after a restore.
-- Special nodes can be watched, not written. Select by image_id, daemon and restored, and by domid
-- or path: the whole view is every node times every domain.
-- columns: image_id integer, daemon text, restored integer, record_id integer, path octets,
--          domid integer, access text, set_perms integer, reason text, target_domid integer,
--          owner integer, perms text
CREATE VIEW access_by_daemon AS
SELECT n.image_id, a.daemon, a.restored, n.record_id, n.path, a.domid, a.access, a.set_perms, a.reason, a.target_domid, a.owner, a.perms
FROM node_places n
JOIN permset_access a ON a.image_id = n.image_id AND a.permset_id = n.permset_id AND a.place = n.place
  AND n.record_id BETWEEN a.first_record AND a.last_record
WHERE a.kind = 'subject' AND CASE WHEN a.restored THEN n.is_last ELSE n.is_committed END;

-- The same for the daemon that wrote each image, as it was when it did.
-- columns: image_id integer, record_id integer, path octets, domid integer, access text,
--          set_perms integer, reason text, target_domid integer, owner integer, perms text,
--          daemon text
CREATE VIEW access AS
SELECT a.image_id, a.record_id, a.path, a.domid, a.access, a.set_perms, a.reason, a.target_domid, a.owner, a.perms, a.daemon
FROM writers w
JOIN access_by_daemon a ON a.image_id = w.image_id AND a.daemon = w.daemon
WHERE a.restored = 0;

-- The rights that each list of permissions gives to the live guests of an image: one row for an
-- owner, an entry, a domain whose target is either, and one without a domid for every domain that
-- the list does not name. access answers the same for one domain; this view lists the rights
-- without a pass over every domain.
-- columns: image_id integer, permset_id integer, domid integer, target_domid integer, access text,
--          set_perms integer, reason text
CREATE VIEW grants AS
SELECT a.image_id, a.permset_id, a.domid, a.target_domid, CASE a.rights & 3 WHEN 1 THEN 'r' WHEN 2 THEN 'w' ELSE 'both' END AS access,
       a.set_perms, a.reason
FROM writers w
JOIN permset_access a ON a.image_id = w.image_id AND a.daemon = w.daemon
WHERE a.restored = 0 AND a.place = 'tree' AND a.rights & 3 AND (a.kind = 'grant' OR (a.kind = 'subject' AND a.domid IS NULL));

-- The lists of permissions that name a domain without a connection, and let it write.
-- columns: image_id integer, permset_id integer
CREATE VIEW absent_writable AS
SELECT a.image_id, a.permset_id
FROM writers w
JOIN permset_access a ON a.image_id = w.image_id AND a.daemon = w.daemon
WHERE a.restored = 0 AND a.place = 'tree' AND a.rights & 2 AND a.kind = 'absent';

-- The lists of permissions by which a guest may write: a live one, one that the list does not name,
-- or one that has no connection (yet).
-- columns: image_id integer, permset_id integer
CREATE VIEW guest_writable AS
SELECT t.image_id, t.permset_id FROM grants t WHERE t.access IN ('w', 'both')
UNION ALL
SELECT a.image_id, a.permset_id FROM absent_writable a;
