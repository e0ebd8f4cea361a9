-- title: Growth between two images, by subtree and by owner
-- group: time
-- severity: none
-- why: shows what is growing, under which path, and who owns it
-- refs: zookeeper 1219
-- param: before_id integer (required) the older image
-- param: after_id integer (required) the newer image
-- keywords: difference, compare, increase
-- columns: kind text, name octets, nodes integer, bytes integer
-- bytes: of paths and values. A subtree is /local/domain/DOMID, or the first two levels of a path.
-- Only what both images cover is compared; what one of them does not say counts as unchanged.
WITH changes AS MATERIALIZED (
  -- GLOB matches a BLOB in some builds of SQLite only.
  SELECT c.change, CAST(c.path AS TEXT) AS path, CASE WHEN c.old_perms IS NULL THEN c.new_owner ELSE c.old_owner END AS old_owner,
         CASE WHEN c.new_perms IS NULL THEN c.old_owner ELSE c.new_owner END AS new_owner, length(CAST(c.path AS BLOB)) AS path_bytes,
         length(CAST(coalesce(c.old_value, c.new_value, '') AS BLOB)) AS old_bytes,
         length(CAST(coalesce(c.new_value, c.old_value, '') AS BLOB)) AS new_bytes
  FROM node_changes c
  WHERE c.before_id = :before_id AND c.after_id = :after_id
),
deltas(path, owner, nodes, bytes) AS (
  SELECT path, new_owner, 1, path_bytes + new_bytes FROM changes WHERE change <> 'removed'
  UNION ALL
  SELECT path, old_owner, -1, -path_bytes - old_bytes FROM changes WHERE change <> 'added'
),
-- /local/domain/N, otherwise the first two levels.
named(kind, name, nodes, bytes) AS (
  SELECT 'subtree',
         CASE WHEN path GLOB '/local/domain/*' THEN '/local/domain/' || substr(substr(path, 15), 1, instr(substr(path, 15) || '/', '/') - 1)
              WHEN path GLOB '/*/*' THEN substr(path, 1, instr(substr(path, 2), '/') + instr(substr(path, instr(substr(path, 2), '/') + 2) || '/', '/'))
              ELSE path END,
         nodes, bytes
  FROM deltas
  UNION ALL
  SELECT 'owner', CAST(owner AS TEXT), nodes, bytes FROM deltas
)
SELECT kind, name, sum(nodes) AS nodes, sum(bytes) AS bytes
FROM named
GROUP BY kind, name
HAVING sum(nodes) <> 0 OR sum(bytes) <> 0
ORDER BY kind DESC, abs(sum(bytes)) DESC, name;
