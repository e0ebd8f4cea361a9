-- title: Special nodes that domains other than domain 0 may watch
-- group: access
-- severity: warning
-- needs: permissions, special nodes
-- why: a guest that may read one of them learns of every domain that comes and goes
-- refs: XSA-115
-- param: image_id integer (required) the image to look at
-- keywords: introduceDomain, releaseDomain
-- subject: path, verdict
-- columns: path, perms, verdict
-- @introduceDomain and @releaseDomain are shipped with n0. Newer daemons add r32757, an entry for
-- no particular domain, to @releaseDomain.
SELECT n.path, n.perms, CASE WHEN n.perms LIKE '%:stale%' THEN 'stale entry' ELSE 'changed' END AS verdict
FROM nodes n
WHERE n.image_id = :image_id AND n.conn_id = 0 AND n.path IN ('@introduceDomain', '@releaseDomain') AND n.perms NOT IN ('n0', 'n0,r32757')
ORDER BY n.path;
