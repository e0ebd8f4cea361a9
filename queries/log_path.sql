-- title: What happened to a path, in images and logs, on one line of time
-- group: logs
-- severity: none
-- needs: a log
-- why: between two images that differ, the log says who changed the path, and when
-- param: path (required) the node's path
-- param: series (default all) the series of the images and logs
-- keywords: who, when, changed, timeline, history
-- columns: time text, what text, source text, domid integer, connection text, operation text,
--          path octets, value octets, perms text, outcome text, took_effect integer, tid integer,
--          result text, seen_in integer
-- what: event (a write, mkdir, rm or setperms of the path, or an rm above it), or image (the first
-- one that has this value and these permissions). source: the image, or log and position. seen_in:
-- the next image. Times without Z are the host's local times, and sorted as if they were UTC.
WITH RECURSIVE above (path) AS (
  SELECT rtrim(:path, '/')
  UNION ALL
  SELECT rtrim(rtrim(a.path, replace(a.path, '/', '')), '/') FROM above a WHERE a.path <> ''
)
SELECT r.time, r.what, r.source, r.domid, r.connection, r.operation, r.path, r.value, r.perms, r.outcome, r.took_effect, r.tid,
       r.result, r.seen_in
FROM (
  SELECT v.time, 'event' AS what, 'log:' || v.log_id || ', ' || v.position AS source, v.domid, v.connection, v.operation, v.path,
         v.value, v.perms, v.outcome, v.took_effect, v.tid, v.result,
         (SELECT s.image_id FROM series_step s
          WHERE s.series = v.series AND rtrim(s.seen_at, 'Z') >= rtrim(v.time, 'Z') ORDER BY s.step LIMIT 1) AS seen_in,
         v.position AS place
  FROM above a
  CROSS JOIN path p ON p.path = a.path
  CROSS JOIN event e ON e.path_id = p.path_id AND (e.operation = 4 OR e.operation BETWEEN 2 AND 5 AND p.path = rtrim(:path, '/'))
  CROSS JOIN events v ON v.event_id = e.event_id
  WHERE v.series = coalesce(:series, v.series)
  UNION ALL
  SELECT l.first_seen, 'image', '@' || l.first_image_id, NULL, NULL, NULL, l.path, l.value, l.perms, NULL, NULL, NULL, NULL,
         l.first_image_id, 0
  FROM node_lifetimes l
  WHERE l.path = rtrim(:path, '/') AND l.series = coalesce(:series, l.series)
) r
ORDER BY rtrim(r.time, 'Z'), r.what, r.place;
