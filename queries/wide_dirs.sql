-- title: Directories whose list of children does not fit in one message
-- group: memory
-- severity: warning
-- why: a reply holds 4096 bytes; longer lists fail with E2BIG unless the client can ask for parts
-- refs: XSA-72; qubes-issues 1390
-- param: image_id integer (required) the image to look at
-- param: least integer (default 4096) show only lists of more than this many bytes
-- keywords: many children, XS_DIRECTORY, too big
-- sentence: {path} has {children} children, whose names take {list_bytes} bytes
-- subject: path
-- columns: path octets, owner integer, children integer, list_bytes integer
SELECT d.path,
       (SELECT n.owner FROM nodes n WHERE n.image_id = :image_id AND n.conn_id = 0 AND n.path = d.path
        ORDER BY n.record_id DESC LIMIT 1) AS owner,
       d.children, d.list_bytes
FROM (
  SELECT w.path, w.children, w.list_bytes
  FROM wide_directories w
  WHERE w.image_id = :image_id AND w.list_bytes > coalesce(:least, 4096)
  UNION ALL
  -- Shorter lists are in no table. A child's name and NUL are as long as what follows the last
  -- slash of its path, plus 1.
  SELECT coalesce(nullif(rtrim(d.dir, '/'), ''), '/'), d.children, d.list_bytes
  FROM (
    SELECT rtrim(k.path, replace(k.path, '/', '')) AS dir, count(*) AS children,
           sum(length(CAST(k.path AS BLOB))) - count(*) * (length(CAST(rtrim(k.path, replace(k.path, '/', '')) AS BLOB)) - 1) AS list_bytes
    FROM (SELECT 1 WHERE coalesce(:least, 4096) < 2047) asked
    CROSS JOIN nodes k
    WHERE k.image_id = :image_id AND k.conn_id = 0 AND k.path GLOB '/?*'
    GROUP BY rtrim(k.path, replace(k.path, '/', ''))
  ) d
  WHERE d.list_bytes > coalesce(:least, 4096) AND d.list_bytes < 2048
) d
ORDER BY d.list_bytes DESC, d.path;
