-- title: Special nodes and who may watch them
-- group: access
-- why: a guest that may read @introduceDomain or @releaseDomain learns of every domain that comes and goes
-- refs: XSA-115
-- param: image_id integer (required) the image to look at
-- columns: path, perms, verdict
SELECT n.path, n.perms, CASE n.perms WHEN 'n0' THEN 'as shipped' ELSE 'changed' END AS verdict
FROM nodes n
WHERE n.image_id = :image_id AND n.conn_id = 0 AND n.path IN ('@introduceDomain', '@releaseDomain')
ORDER BY n.path;
