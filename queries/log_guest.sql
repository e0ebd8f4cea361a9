-- title: The life of a guest in the logs, under all domids that it had
-- group: logs
-- severity: none
-- needs: a log
-- why: a guest gets another domid when it reboots; this shows each one in its span of time
-- param: uuid (required) the guest's UUID, with or without /vm/ before it
-- param: series (default all) the series of the images and logs
-- keywords: guest, reboot, migration, uuid, introduce, release, when, crash
-- columns: series text, domid integer, since text, until text, time text, source text,
--          operation text, connection text, by_domid integer, value octets, outcome text
-- Which guest a domid is, the node vm in its home says: a write of it in a log, or an image; of
-- images in a row the first and the last. Rows of a domid are the guest's from what leads to the
-- first such row to its end: release, the end of its connection, or the removal of its home. since,
-- until: the first and the last row under this domid; until is NULL if its end is not there.
-- source: the image, or log and position. Times without Z are the host's local times, and sorted as
-- if they were UTC.
WITH homes AS MATERIALIZED (
  SELECT h.path_id, h.path, h.domid
  FROM (SELECT p.path_id, p.path, CAST(substr(p.path, 15, length(p.path) - 17) AS INTEGER) AS domid
        FROM path p
        WHERE p.path >= '/local/domain/' AND p.path < '/local/domain0' AND p.path GLOB '/local/domain/*/vm') h
  WHERE h.path = '/local/domain/' || h.domid || '/vm'
),
-- What logs and images say about which guest a domid is.
named AS MATERIALIZED (
  SELECT l.series, h.domid, g.start + e.at AS instant, e.event_id, NULL AS image_id, NULL AS seen_at,
         e.value = CASE WHEN :uuid GLOB '/vm/*' THEN :uuid ELSE '/vm/' || :uuid END AS is_guest
  FROM homes h
  CROSS JOIN event e ON e.path_id = h.path_id AND e.operation = 2
  CROSS JOIN log_segment g ON g.segment_id = e.segment_id
  CROSS JOIN log l ON l.log_id = g.log_id
  LEFT JOIN log_transaction t ON t.transaction_id = e.transaction_id
  WHERE (e.outcome = 0 OR e.outcome IS NULL) AND (t.result = 'commit' OR t.result IS NULL) AND e.at IS NOT NULL
    AND l.series = coalesce(:series, l.series)
  UNION ALL
  SELECT n.series, h.domid, CAST(strftime('%s', n.seen_at) AS INTEGER) * 1000, 0, n.image_id, n.seen_at,
         n.value = CASE WHEN :uuid GLOB '/vm/*' THEN :uuid ELSE '/vm/' || :uuid END
  FROM homes h JOIN node_steps n ON n.path = h.path
  WHERE n.value IS NOT NULL AND n.series = coalesce(:series, n.series)
),
guests AS MATERIALIZED (
  SELECT DISTINCT n.series, n.domid FROM named n WHERE n.is_guest
),
life AS MATERIALIZED (
  SELECT l.series, s.domid, g.start + e.at AS instant, e.event_id, s.is_end AND (e.outcome = 0 OR e.outcome IS NULL) AS is_end
  FROM (
    SELECT e.event_id, CAST(d.string AS INTEGER) AS domid, e.operation = 15 AS is_end
    FROM event e JOIN log_string d ON d.string_id = e.detail_id
    WHERE e.operation IN (14, 15, 18, 19)
    UNION ALL
    -- The sockets of domain 0 are those of its processes.
    SELECT c.opened, c.domid, 0 FROM log_connection c WHERE c.opened IS NOT NULL AND c.name NOT GLOB 'A[0-9]*'
    UNION ALL
    SELECT c.closed, c.domid, 1 FROM log_connection c WHERE c.closed IS NOT NULL AND c.name NOT GLOB 'A[0-9]*'
    UNION ALL
    SELECT e.event_id, h.domid, 1
    FROM homes h
    CROSS JOIN path p ON p.path = '/local/domain/' || h.domid
    CROSS JOIN event e ON e.path_id = p.path_id AND e.operation = 4
  ) s
  JOIN event e ON e.event_id = s.event_id
  JOIN log_segment g ON g.segment_id = e.segment_id
  JOIN log l ON l.log_id = g.log_id
  JOIN guests z ON z.series = l.series AND z.domid = s.domid
  WHERE e.at IS NOT NULL
),
-- named_before counts what names a guest up to here; nexts, from the other side, also ends.
marks AS (
  SELECT k.*, sum(k.is_named) OVER w AS named_before, sum(k.is_named AND NOT k.is_guest) OVER w AS run,
         sum(k.is_named OR k.is_end) OVER (PARTITION BY k.series, k.domid ORDER BY k.instant DESC, k.event_id DESC) AS nexts
  FROM (
    SELECT n.series, n.domid, n.instant, n.event_id, n.image_id, n.seen_at, 1 AS is_named, n.is_guest, 0 AS is_end
    FROM named n JOIN guests z ON z.series = n.series AND z.domid = n.domid
    UNION ALL
    SELECT f.series, f.domid, f.instant, f.event_id, NULL, NULL, 0, 0, f.is_end FROM life f
  ) k
  WINDOW w AS (PARTITION BY k.series, k.domid ORDER BY k.instant, k.event_id)
),
judged AS (
  SELECT k.*, k.named_before > 0 AND first_value(k.is_guest) OVER since_name AS was_guest,
         sum(k.is_end) OVER since_name - k.is_end AS ends_before,
         first_value(k.is_named AND k.is_guest) OVER (PARTITION BY k.series, k.domid, k.nexts ORDER BY k.instant DESC, k.event_id DESC) AS becomes_guest
  FROM marks k
  WINDOW since_name AS (PARTITION BY k.series, k.domid, k.named_before ORDER BY k.instant, k.event_id)
),
rows_of_guest AS (
  SELECT j.*, lag(j.image_id) OVER w AS image_before, lead(j.image_id) OVER w AS image_after,
         coalesce(j.seen_at, v.time) AS time, v.log_id, v.position, v.operation, v.connection, v.domid AS by_domid, v.value, v.outcome
  FROM judged j LEFT JOIN events v ON v.event_id = j.event_id
  WHERE CASE WHEN j.is_named THEN j.is_guest
             ELSE j.was_guest AND (j.is_end OR j.ends_before = 0) OR NOT j.is_end AND j.becomes_guest END
  WINDOW w AS (PARTITION BY j.series, j.domid, j.run ORDER BY j.instant, j.event_id)
)
SELECT r.series, r.domid, first_value(r.time) OVER w AS since,
       CASE WHEN last_value(r.is_end) OVER w THEN last_value(r.time) OVER w END AS until,
       r.time, CASE WHEN r.image_id IS NOT NULL THEN '@' || r.image_id ELSE 'log:' || r.log_id || ', ' || r.position END AS source,
       r.operation, r.connection,
       -- newconn and endconn are not requests of another domain.
       CASE WHEN r.operation NOT IN ('newconn', 'endconn') THEN r.by_domid END AS by_domid, r.value, r.outcome
FROM rows_of_guest r
WHERE r.image_id IS NULL OR r.image_before IS NULL OR r.image_after IS NULL
WINDOW w AS (PARTITION BY r.series, r.domid, r.run ORDER BY r.instant, r.event_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
ORDER BY r.series, r.instant, r.event_id, r.domid;
