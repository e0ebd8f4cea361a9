-- title: Special nodes that others than domain 0 may watch
-- group: access
-- severity: warning
-- why: a guest that may read @introduceDomain or @releaseDomain learns of every domain that comes and goes
-- refs: XSA-115; the nodes are shipped with n0
-- param: image_id integer (required) the image to look at
-- columns: path, perms, verdict
SELECT n.path, n.perms, CASE WHEN n.perms LIKE '%:stale%' THEN 'stale entry' ELSE 'changed' END AS verdict
FROM nodes n
WHERE n.image_id = :image_id AND n.conn_id = 0 AND n.path IN ('@introduceDomain', '@releaseDomain') AND n.perms <> 'n0'
ORDER BY n.path;
