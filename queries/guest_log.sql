-- title: What happened to a guest over a series, by its UUID
-- group: time
-- severity: none
-- why: a guest gets another domid when it reboots or moves to another host; its UUID stays
-- param: uuid (required) the guest's UUID, with or without /vm/ before it
-- param: series (default all) the series to look at
-- keywords: guest, history, reboot, migration, uuid
-- columns: series text, what text, domid integer, path octets, value octets, perms text,
--          first_image_id integer, first_seen text, last_image_id integer, last_seen text,
--          until text, times text
-- Nodes under two domids are one node if they have the same path below the home. What differs only
-- by the guest's domid counts as unchanged: in a value that names the home or a backend, in the
-- node domid, and in permissions. Images that do not cover a path are passed over there. until: now
-- (the newest image has it), changed, removed, or unknown if the images after it do not cover the
-- path, or do not say its value or permissions. times: whether first_seen and last_seen are times
-- of a capture or of an import.
WITH steps AS MATERIALIZED (
  SELECT t.series, t.step, (SELECT max(z.step) FROM series_step z WHERE z.series = t.series) AS steps, t.image_id,
         t.seen_at, t.seen_from, t.last_seen, t.last_from, t.covers_tree, i.stream_id, g.chain_id, g.gen, g.is_listing
  FROM series_step t JOIN image i ON i.image_id = t.image_id JOIN image_gen g ON g.image_id = t.image_id
  WHERE t.series = coalesce(:series, t.series)
),
-- The steps at which a home has the UUID.
found AS (
  SELECT DISTINCT t.series, t.step, t.steps, t.stream_id, t.image_id, t.chain_id, t.gen, t.is_listing, t.covers_tree, h.domid, h.path
  FROM (SELECT p.path_id, CAST(substr(p.path, 15, length(p.path) - 17) AS INTEGER) AS domid, p.path
        FROM path p
        WHERE p.path >= '/local/domain/' AND p.path < '/local/domain0' AND p.path GLOB '/local/domain/*/vm') h
  CROSS JOIN (SELECT DISTINCT chain_id FROM steps) c
  CROSS JOIN node_span s ON s.path_id = h.path_id AND s.chain_id = c.chain_id AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
    AND s.value = CASE WHEN :uuid GLOB '/vm/*' THEN :uuid ELSE '/vm/' || :uuid END
  CROSS JOIN stream z ON z.chain_id = s.chain_id AND z.gen BETWEEN s.first_gen AND CASE s.last_gen WHEN 0 THEN 9223372036854775807 ELSE s.last_gen END
  CROSS JOIN steps t ON t.stream_id = z.stream_id
  WHERE h.domid BETWEEN 0 AND 65535 AND h.path = '/local/domain/' || h.domid || '/vm'
),
-- One run for each stretch of steps at which the guest has a domid. If two runs overlap, as while a
-- guest moves within a host, all of the earlier comes first: place counts the guest's steps so.
runs AS (
  SELECT r.*, min(r.step) OVER run AS first_step, max(r.step) OVER run AS last_step
  FROM (
    SELECT f.*, sum(f.begins) OVER (PARTITION BY f.series, f.domid ORDER BY f.step) AS run
    FROM (
      SELECT l.*, l.previous IS NULL OR l.previous < l.step - 1 AND EXISTS (
               SELECT 1 FROM steps t
               WHERE t.series = l.series AND t.step > l.previous AND t.step < l.step
                 AND (t.covers_tree
                      OR (SELECT a.covered FROM node_areas a
                          WHERE a.image_id = t.image_id
                            AND (l.path = a.top OR substr(l.path, 1, length(a.below)) = a.below AND l.path <> a.below)
                          ORDER BY length(a.below) DESC LIMIT 1))) AS begins
      FROM (SELECT a.*, lag(a.step) OVER (PARTITION BY a.series, a.domid ORDER BY a.step) AS previous FROM found a) l
    ) f
  ) r
  WINDOW run AS (PARTITION BY r.series, r.domid, r.run)
),
guest AS MATERIALIZED (
  SELECT r.*, row_number() OVER (PARTITION BY r.series ORDER BY r.first_step, r.domid, r.step) AS place,
         count(*) OVER (PARTITION BY r.series) AS places, '/local/domain/' || r.domid AS home
  FROM runs r
),
-- The nodes of the guest's home at each of its places. The join starts at the paths, so that it
-- does not read the thousands of nodes of each image.
nodes_at AS (
  SELECT g.series, g.place, g.places, g.domid, g.home, p.path, substr(p.path, length(g.home) + 1) AS below,
         CASE WHEN k.known = 'unknown' THEN NULL ELSE s.value END AS value,
         CASE WHEN g.is_listing AND m.perms = '' THEN NULL ELSE m.perms END AS perms, coalesce(k.known, 'whole') AS known
  FROM (SELECT DISTINCT chain_id, domid, home FROM guest) c
  CROSS JOIN path p ON p.path >= c.home AND p.path < c.home || '0' AND (p.path = c.home OR p.path > c.home || '/')
  CROSS JOIN node_span s ON s.path_id = p.path_id AND s.chain_id = c.chain_id AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
  CROSS JOIN stream z ON z.chain_id = s.chain_id AND z.gen BETWEEN s.first_gen AND CASE s.last_gen WHEN 0 THEN 9223372036854775807 ELSE s.last_gen END
  CROSS JOIN guest g ON g.stream_id = z.stream_id AND g.domid = c.domid
  CROSS JOIN permset m ON m.permset_id = s.permset_id
  LEFT JOIN detail_knowledge k ON k.detail_id = s.detail_id AND g.is_listing
),
-- What is the same under every domid: form says what a value names, and rest what remains of it.
forms AS (
  SELECT f.*,
         CASE f.form WHEN 1 THEN substr(f.value, length(f.home) + 1) WHEN 2 THEN f.before || '/' || substr(f.after, length(f.domid) + 1)
                     WHEN 3 THEN '' ELSE f.value END AS rest,
         replace(replace(replace(replace(',' || replace(f.perms, ',', ',,') || ',', ',n' || f.domid || ',', ',n#,'),
                                 ',r' || f.domid || ',', ',r#,'), ',w' || f.domid || ',', ',w#,'), ',b' || f.domid || ',', ',b#,') AS entries
  FROM (
    SELECT b.*,
           CASE WHEN b.value = b.home OR substr(b.value, 1, length(b.home) + 1) = b.home || '/' THEN 1
                WHEN b.after = CAST(b.domid AS TEXT) OR substr(b.after, 1, length(b.domid) + 1) = b.domid || '/' THEN 2
                WHEN b.below = '/domid' AND b.value = CAST(b.domid AS TEXT) THEN 3 ELSE 0 END AS form
    FROM (
      -- A backend is /local/domain/DOMID/backend/TYPE/, then the guest's domid.
      SELECT k.*, substr(k.value, 1, k.named + instr(substr(k.value, k.named + 1), '/')) AS before,
             substr(k.value, k.named + instr(substr(k.value, k.named + 1), '/') + 1) AS after
      FROM (
        SELECT n.*, CASE WHEN n.value GLOB '/local/domain/[0-9]*/backend/*/*' AND instr(substr(n.value, 15), '/') = instr(substr(n.value, 15), '/backend/')
                         THEN 14 + instr(substr(n.value, 15), '/backend/') + 8 END AS named
        FROM nodes_at n
      ) k
    ) b
  ) f
),
compared AS (
  SELECT n.*, lag(n.place) OVER w AS previous, lag(n.form) OVER w AS old_form, lag(n.rest) OVER w AS old_rest, lag(n.entries) OVER w AS old_entries,
         lag(n.known) OVER w AS old_known,
         max(n.place) OVER (PARTITION BY n.series, n.below) AS final
  FROM forms n WINDOW w AS (PARTITION BY n.series, n.below ORDER BY n.place)
),
-- Whether an image that has the guest, before this one and after the last that has the node, lacks
-- it.
gaps AS MATERIALIZED (
  SELECT n.*, n.place > coalesce(n.previous, 0) + 1 AND EXISTS (
           SELECT 1 FROM guest t
           WHERE t.series = n.series AND t.place > coalesce(n.previous, 0) AND t.place < n.place
             AND (t.covers_tree
                  OR (SELECT a.covered FROM node_areas a
                      WHERE a.image_id = t.image_id
                        AND (t.home || n.below = a.top
                             OR substr(t.home || n.below, 1, length(a.below)) = a.below AND t.home || n.below <> a.below)
                      ORDER BY length(a.below) DESC LIMIT 1))) AS is_after
  FROM compared n
),
stretches AS (
  SELECT b.series, b.domid, b.path, b.value, b.perms, b.place AS first_place, b.places,
         coalesce(lead(b.previous) OVER w, b.final) AS last_place, lead(b.place) OVER w AS next_place, lead(b.is_after) OVER w AS is_left,
         b.previous IS NULL AND NOT b.is_after AND lead(b.place) OVER w IS NULL AS is_only,
         b.entries <> lead(b.entries) OVER w
         OR b.known = 'whole' AND lead(b.known) OVER w = 'whole'
            AND (b.form IS NOT lead(b.form) OVER w OR b.rest IS NOT lead(b.rest) OVER w) AS differs
  FROM gaps b
  WHERE b.previous IS NULL OR b.is_after OR b.form IS NOT b.old_form OR b.rest IS NOT b.old_rest OR b.entries IS NOT b.old_entries
    OR b.known IS NOT b.old_known
  WINDOW w AS (PARTITION BY b.series, b.below ORDER BY b.place)
)
SELECT r.series, r.what, r.domid, r.path, r.value, r.perms, f.image_id AS first_image_id, f.seen_at AS first_seen, e.image_id AS last_image_id,
       e.last_seen, r.until, CASE f.seen_from WHEN e.last_from THEN f.seen_from ELSE f.seen_from || ', ' || e.last_from END AS times
FROM (
  SELECT d.*,
         CASE WHEN d.last_step = d.steps THEN 'now'
              WHEN d.is_followed THEN CASE WHEN d.differs THEN 'changed' ELSE 'unknown' END
              WHEN EXISTS (
                SELECT 1 FROM steps t
                WHERE t.series = d.series AND t.step > d.last_step
                  AND (d.next_step IS NULL OR d.next_step <= d.last_step + 1 OR t.step < d.next_step)
                  AND (t.covers_tree
                       OR (SELECT a.covered FROM node_areas a
                           WHERE a.image_id = t.image_id
                             AND (d.path = a.top OR substr(d.path, 1, length(a.below)) = a.below AND d.path <> a.below)
                           ORDER BY length(a.below) DESC LIMIT 1)))
              THEN 'removed' ELSE 'unknown' END AS until
  FROM (
    SELECT g.series, 'guest' AS what, g.domid, g.home AS path,
           (SELECT s.value FROM path p
            JOIN node_span s ON s.path_id = p.path_id AND s.chain_id = g.chain_id AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
              AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
            WHERE p.path = g.home || '/name' LIMIT 1) AS value,
           NULL AS perms, g.first_step, g.last_step, g.steps,
           EXISTS (SELECT 1 FROM guest o WHERE o.series = g.series AND o.first_step <= g.last_step + 1 AND o.last_step > g.last_step) AS is_followed,
           1 AS differs, (SELECT min(o.first_step) FROM guest o WHERE o.series = g.series AND o.first_step > g.last_step) AS next_step,
           0 AS is_only, 0 AS is_last
    FROM guest g
    WHERE g.step = g.first_step
    UNION ALL
    SELECT s.series, 'node', s.domid, s.path, s.value, s.perms, a.step, z.step, z.steps, s.next_place IS NOT NULL AND NOT s.is_left,
           s.differs, x.step, s.is_only, s.last_place = s.places
    FROM stretches s
    JOIN guest a ON a.series = s.series AND a.place = s.first_place
    JOIN guest z ON z.series = s.series AND z.place = s.last_place
    LEFT JOIN guest x ON x.series = s.series AND x.place = s.next_place
  ) d
) r
JOIN steps f ON f.series = r.series AND f.step = r.first_step
JOIN steps e ON e.series = r.series AND e.step = r.last_step
-- Only nodes that are not the same in all images that have the guest.
WHERE NOT (r.is_only AND (r.is_last OR r.until <> 'removed'))
ORDER BY r.series, r.first_step, r.what, r.domid, r.path;
