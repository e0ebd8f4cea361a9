-- The same answer from a look at every node.
SELECT n.owner, length(CAST(n.path AS BLOB)) - length(CAST(replace(n.path, '/', '') AS BLOB)) AS depth, n.path
FROM nodes n
WHERE n.image_id = :image_id AND n.conn_id = 0
  AND length(CAST(n.path AS BLOB)) - length(CAST(replace(n.path, '/', '') AS BLOB)) >= coalesce(:least, 16)
ORDER BY depth DESC, n.path;
