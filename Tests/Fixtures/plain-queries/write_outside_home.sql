-- The same answer from a look at every node.
WITH writers AS MATERIALIZED (
  SELECT t.permset_id, t.domid, t.access, t.reason, '/local/domain/' || t.domid AS home, '/local/domain/' || t.target_domid AS target_home
  FROM grants t
  WHERE t.image_id = :image_id AND t.access IN ('w', 'both')
)
SELECT w.domid, w.access, w.reason, n.path, m.perms
FROM node_places n
CROSS JOIN writers w ON w.permset_id = n.permset_id
CROSS JOIN permset m ON m.permset_id = n.permset_id
WHERE n.image_id = :image_id AND n.is_committed AND n.place <> 'special'
  AND (w.domid IS NULL
       OR (substr(n.path, 1, length(w.home) + 1) <> w.home || '/' AND n.path <> w.home
           AND (w.target_home IS NULL OR (substr(n.path, 1, length(w.target_home) + 1) <> w.target_home || '/' AND n.path <> w.target_home))))
ORDER BY w.domid, n.path;
