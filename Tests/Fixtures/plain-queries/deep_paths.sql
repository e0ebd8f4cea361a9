-- The same answer from a look at every node.
SELECT n.owner, length(n.path) - length(replace(n.path, '/', '')) AS depth, n.path
FROM nodes n
WHERE n.image_id = :image_id AND n.conn_id = 0 AND length(n.path) >= 2 * coalesce(:least, 16)
  AND length(n.path) - length(replace(n.path, '/', '')) >= coalesce(:least, 16)
ORDER BY depth DESC, n.path;
