-- title: What happened to a domain over a series
-- group: time
-- severity: none
-- why: shows when a domain came and went, and what changed in its home in between
-- param: domid integer (required) the domid
-- param: series (default all) the series to look at
-- keywords: guest, history, when
-- columns: series text, what text, path octets, value octets, perms text, first_image_id integer,
--          first_seen text, last_image_id integer, last_seen text, until text, times text
-- Images that do not cover a path or connections are passed over there. until: now (the newest
-- image has it), changed, removed, or unknown if the images after it do not cover it, or do not say
-- the value or the permissions. times: whether first_seen and last_seen are times of a capture or
-- of an import.
SELECT d.series, d.what, d.path, d.value, d.perms, d.first_image_id, d.first_seen, d.last_image_id, d.last_seen, d.until,
       CASE d.first_from WHEN d.last_from THEN d.first_from ELSE d.first_from || ', ' || d.last_from END AS times
FROM (
  SELECT l.series, 'connection' AS what, NULL AS path,
         CASE WHEN l.unique_id IS NOT NULL THEN 'unique-id ' || l.unique_id ELSE '' END
         || CASE WHEN l.target_domid IS NOT NULL THEN ' target ' || l.target_domid ELSE '' END AS value, NULL AS perms,
         l.first_step, l.first_image_id, l.first_seen, l.first_from, l.last_image_id, l.last_seen, l.last_from, l.until
  FROM domain_lifetimes l
  WHERE l.domid = :domid AND l.series = coalesce(:series, l.series)
  UNION ALL
  SELECT n.series, 'node', n.path, n.value, n.perms,
         n.first_step, n.first_image_id, n.first_seen, n.first_from, n.last_image_id, n.last_seen, n.last_from, n.until
  FROM node_lifetimes n
  WHERE n.path >= '/local/domain/' || :domid AND n.path < '/local/domain/' || :domid || '0'
    AND (n.path = '/local/domain/' || :domid OR n.path > '/local/domain/' || :domid || '/')
    AND n.series = coalesce(:series, n.series)
    -- Only nodes that are not the same in all images that say something about them.
    AND NOT (n.is_only AND n.until <> 'removed')
) d
ORDER BY d.series, d.first_step, d.what, d.path;
