-- What a domain may do with a node, and why. Loaded after views.sql, on which it builds.
--
-- xenstored's rules: domain 0 may do anything. So may the owner, which the first entry names, and a
-- domain whose target is the owner. For any other domain, the first later entry that names the
-- domain or its target applies; if there is none, the first entry's letter applies. A stale entry
-- names no domain; the letter of a stale first entry is still the default.

-- Every domid that an image or a permission of the archive names, with its target, and one row
-- without a domid that applies to all other domains.
CREATE VIEW subjects AS
SELECT i.image_id, d.domid,
       (SELECT c.target_domid FROM connections c WHERE c.image_id = i.image_id AND c.conn_type = 0 AND c.domid = d.domid) AS target_domid
FROM image i
JOIN (SELECT domid FROM permset_entry UNION SELECT domid FROM connection_span WHERE conn_type = 0 UNION SELECT 0) d
UNION ALL
SELECT i.image_id, NULL, NULL FROM image i;

-- For each subject and each list of permissions: access (r, w, both or none) and the reason. If the
-- image does not say the permissions, access is NULL for every domain except 0.
CREATE VIEW permset_access AS
SELECT u.image_id, u.domid, u.target_domid, m.permset_id, m.owner,
       CASE WHEN o.permset_id IS NULL AND (SELECT g.is_listing FROM image_gen g WHERE g.image_id = u.image_id)
            THEN NULL ELSE m.perms END AS perms,
       CASE WHEN u.domid = 0 THEN 'both'
            WHEN o.permset_id IS NULL AND (SELECT g.is_listing FROM image_gen g WHERE g.image_id = u.image_id) THEN NULL
            WHEN o.flags & 1 = 0 AND o.domid IN (u.domid, u.target_domid) THEN 'both'
            ELSE CASE coalesce(e.perm, o.perm) WHEN 'r' THEN 'r' WHEN 'w' THEN 'w' WHEN 'b' THEN 'both' ELSE 'none' END END AS access,
       CASE WHEN u.domid = 0 THEN 'domain 0'
            WHEN o.permset_id IS NULL
            THEN CASE WHEN (SELECT g.is_listing FROM image_gen g WHERE g.image_id = u.image_id) THEN 'unknown permissions'
                   ELSE 'no permissions' END
            WHEN o.flags & 1 = 0 AND o.domid = u.domid THEN 'owner'
            WHEN o.flags & 1 = 0 AND o.domid = u.target_domid THEN 'owner is its target, ' || o.domid
            WHEN e.domid = u.domid THEN 'entry ' || e.perm || e.domid
            WHEN e.domid = u.target_domid THEN 'entry of its target, ' || e.perm || e.domid
            ELSE 'default ' || o.perm || o.domid END
         || coalesce((SELECT '; stale ' || x.perm || x.domid || ' ignored' FROM permset_entry x
                      WHERE u.domid <> 0 AND x.permset_id = m.permset_id AND x.flags & 1 = 1
                        AND x.domid IN (u.domid, u.target_domid) LIMIT 1), '') AS reason
FROM subjects u
CROSS JOIN permset m
LEFT JOIN permset_entry o ON o.permset_id = m.permset_id AND o.position = 0
LEFT JOIN permset_entry e ON e.permset_id = m.permset_id AND e.position =
  (SELECT min(x.position) FROM permset_entry x
   WHERE x.permset_id = m.permset_id AND x.position > 0 AND x.flags & 1 = 0 AND x.domid IN (u.domid, u.target_domid));

-- For each subject and each committed node. Select by image_id and by domid or path: the whole view
-- is every node times every domain.
CREATE VIEW access AS
SELECT g.image_id, s.ord AS record_id, p.path, a.domid, a.access, a.reason, a.target_domid, a.owner, a.perms
FROM image_gen g
JOIN node_span s ON s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
  AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
JOIN path p ON p.path_id = s.path_id
JOIN permset_access a ON a.image_id = g.image_id AND a.permset_id = s.permset_id;

-- The rights that each list of permissions gives to the live guests of an image: one row for an
-- owner, an entry, a domain whose target is either, and one without a domid for every domain that
-- the list does not name. access answers the same for one domain; this view lists the rights
-- without a pass over every domain.
CREATE VIEW grants AS
SELECT c.image_id, e.permset_id, c.domid, c.target_domid, CASE WHEN e.position = 0 OR e.perm = 'b' THEN 'both' ELSE e.perm END AS access,
       CASE WHEN e.position = 0 THEN 'owner' ELSE 'entry' END || CASE WHEN e.domid <> c.domid THEN ' of its target, ' ELSE ' ' END
         || e.perm || e.domid AS reason
FROM connections c
JOIN permset_entry e ON e.domid IN (c.domid, c.target_domid)
WHERE c.conn_type = 0 AND c.domid <> 0 AND e.flags & 1 = 0 AND (e.position = 0 OR e.perm IN ('r', 'w', 'b'))
  -- Neither an entry that comes first nor being the owner makes this one void.
  AND NOT EXISTS (SELECT 1 FROM permset_entry x WHERE x.permset_id = e.permset_id AND x.position < e.position AND x.flags & 1 = 0
                    AND x.domid IN (c.domid, c.target_domid))
UNION ALL
SELECT i.image_id, e.permset_id, NULL, NULL, CASE e.perm WHEN 'b' THEN 'both' ELSE e.perm END, 'default ' || e.perm || e.domid
FROM image i
JOIN permset_entry e ON e.position = 0 AND e.perm IN ('r', 'w', 'b');
