-- The same answer from a look at every node.
SELECT CAST(substr(n.path, length(rtrim(n.path, '0123456789')) + 1) AS INTEGER) AS domid, n.path, n.perms
FROM nodes n
WHERE n.image_id = :image_id AND n.conn_id = 0 AND n.value = '' AND substr(n.path, -1) BETWEEN '0' AND '9' AND n.path GLOB '/*/[1-9]*'
  AND substr(rtrim(n.path, '0123456789'), -1) = '/' AND rtrim(n.path, '0123456789') <> n.path
  AND CAST(substr(n.path, length(rtrim(n.path, '0123456789')) + 1) AS INTEGER) BETWEEN 1 AND 32751
  AND CAST(substr(n.path, length(rtrim(n.path, '0123456789')) + 1) AS INTEGER) NOT IN (SELECT l.domid FROM live_domains l WHERE l.image_id = :image_id)
  AND NOT EXISTS (SELECT 1 FROM nodes k WHERE k.image_id = :image_id AND k.conn_id = 0
                    AND k.path > n.path || '/' AND k.path < n.path || '0')
  AND EXISTS (SELECT 1 FROM scopes x JOIN covered_kinds k ON k.image_id = x.image_id AND k.connections
              WHERE x.image_id = :image_id AND x.scope = 'host')
ORDER BY domid, n.path;
