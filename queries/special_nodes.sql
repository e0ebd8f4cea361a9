-- title: Special nodes that domains other than domain 0 may watch
-- group: access
-- severity: warning
-- needs: permissions, special nodes
-- why: a guest that may read one of them learns of every domain that comes and goes
-- refs: XSA-115
-- param: image_id integer (required) the image to look at
-- keywords: introduceDomain, releaseDomain
-- sentence: {path}: [verdict] (permissions [perms])
-- subject: path, verdict
-- columns: path octets, perms text, verdict text
-- @introduceDomain and @releaseDomain are shipped with n0; oxenstored's text has a slash before
-- them. Daemons from 4.22 on add r32757, which names every domain, to @releaseDomain: that is how
-- they are shipped, and lets every domain watch it. From 4.18 on, and in oxenstored, the
-- permissions of `/` count too: a domain that may read `/` may watch all special nodes.
-- verdict: what differs from that, such as an extra reader.
SELECT n.path, m.perms,
       CASE WHEN n.place = 'root' THEN 'opens the special nodes'
            ELSE coalesce((SELECT group_concat(x.what, '; ')
                  FROM (SELECT CASE WHEN e.position > 0 AND e.flags & 1 THEN 'stale entry: domain ' || e.domid
                                    WHEN e.position = 0 AND e.perm IN ('r', 'b') THEN 'every domain is a reader'
                                    WHEN e.position = 0 THEN 'owner: domain ' || e.domid
                                    WHEN e.perm NOT IN ('r', 'b') THEN 'extra entry: domain ' || e.domid
                                    WHEN e.domid = 32757 THEN 'entry for every domain'
                                    ELSE 'extra reader: domain ' || e.domid END AS what
                        FROM permset_entry e
                        WHERE e.permset_id = n.permset_id AND NOT (e.position = 0 AND e.domid = 0 AND e.perm NOT IN ('r', 'b'))
                        ORDER BY e.position) x), 'changed') END AS verdict
FROM node_places n
CROSS JOIN permset m ON m.permset_id = n.permset_id
WHERE n.image_id = :image_id AND n.is_committed
  AND n.path IN ('@introduceDomain', '@releaseDomain', '/@introduceDomain', '/@releaseDomain', '/')
  AND CASE n.place WHEN 'special' THEN m.perms NOT IN ('n0', 'n0,r32757')
                   WHEN 'root' THEN EXISTS (SELECT 1 FROM writers w JOIN daemon_rules r ON r.daemon = w.daemon AND r.root_opens
                                            WHERE w.image_id = :image_id)
                     AND EXISTS (SELECT 1 FROM grants t
                                 WHERE t.image_id = :image_id AND t.permset_id = n.permset_id AND t.access IN ('r', 'both')) END
ORDER BY n.path;
