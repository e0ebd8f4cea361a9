-- Views on time: what happened to paths and domains over a series. Loaded after views.sql, on which
-- they build.
--
-- The images of a series are in the order of time: of captured_at, or of imported_at if the time of
-- the capture is unknown, then of image_id. An image that is imported late has its place before
-- those that are newer. Each time has a column beside it that is 'capture' or 'import'.

-- Each time at which an image was observed: once for the image itself, and once for each later
-- import that found the newest image of its series unchanged. Text order of instant is time order.
-- columns: image_id integer, series text, name text, seen_at text, seen_from text, instant text
CREATE VIEW observations AS
SELECT i.image_id, i.series, i.name, coalesce(i.captured_at, i.imported_at) AS seen_at,
       CASE WHEN i.captured_at IS NULL THEN 'import' ELSE 'capture' END AS seen_from,
       rtrim(coalesce(i.captured_at, i.imported_at), 'Z') AS instant
FROM image i
UNION ALL
SELECT s.image_id, i.series, i.name, s.at, 'import', rtrim(s.at, 'Z')
FROM sighting s JOIN image i ON i.image_id = s.image_id;

-- Whether an image covers every path, and whether it covers connections: 1 or 0.
-- columns: image_id integer, covers_tree integer, covers_rings integer
CREATE VIEW image_reach AS
SELECT i.image_id,
       EXISTS (SELECT 1 FROM stream_coverage v
               WHERE v.stream_id = i.stream_id AND v.kind = 'nodes' AND v.root = '/' AND v.includes_root = 1 AND v.covered = 1)
       AND NOT EXISTS (SELECT 1 FROM stream_coverage v WHERE v.stream_id = i.stream_id AND v.kind = 'nodes' AND v.root <> '/') AS covers_tree,
       EXISTS (SELECT 1 FROM stream_coverage v WHERE v.stream_id = i.stream_id AND v.kind = 'connections' AND v.root IN ('/', '/local/domain') AND v.covered = 1) AS covers_rings
FROM image i;

-- The table series_step as it follows from the observations.
-- columns: series text, step integer, image_id integer, seen_at text, seen_from text,
--          last_seen text, last_from text, covers_tree integer, trees integer,
--          covers_rings integer, rings integer
CREATE VIEW observed_steps AS
SELECT r.series, row_number() OVER steps AS step, r.image_id, r.seen_at, r.seen_from, r.last_seen, r.last_from,
       r.covers_tree, sum(r.covers_tree) OVER steps AS trees, r.covers_rings, sum(r.covers_rings) OVER steps AS rings
FROM (
  SELECT b.series, b.image_id, b.instant, b.seen_at, b.seen_from,
         -- The last observation before another image's first.
         coalesce(lead(b.previous_at) OVER w, b.final_at) AS last_seen, coalesce(lead(b.previous_from) OVER w, b.final_from) AS last_from,
         c.covers_tree, c.covers_rings
  FROM (
    SELECT o.*, lag(o.image_id) OVER w AS previous_id, lag(o.seen_at) OVER w AS previous_at, lag(o.seen_from) OVER w AS previous_from,
           last_value(o.seen_at) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS final_at,
           last_value(o.seen_from) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS final_from
    FROM observations o
    WINDOW w AS (PARTITION BY o.series ORDER BY o.instant, o.image_id, o.seen_from)
  ) b
  JOIN image_reach c ON c.image_id = b.image_id
  WHERE b.previous_id IS NOT b.image_id
  WINDOW w AS (PARTITION BY b.series ORDER BY b.instant, b.image_id)
) r
WINDOW steps AS (PARTITION BY r.series ORDER BY r.instant, r.image_id);

-- The table series_run as it follows from the steps: a run ends where the next image is in another
-- chain or in an earlier generation, or where images in which a domain has several ring connections
-- begin or end.
-- columns: series text, first_step integer, last_step integer, chain_id integer,
--          first_gen integer, last_gen integer, is_doubled integer
CREATE VIEW observed_runs AS
SELECT r.series, min(r.step) AS first_step, max(r.step) AS last_step, r.chain_id, min(r.gen) AS first_gen, max(r.gen) AS last_gen,
       r.is_doubled
FROM (
  SELECT b.*, sum(b.begins) OVER (PARTITION BY b.series ORDER BY b.step) AS run
  FROM (
    SELECT t.*, t.chain_id IS NOT lag(t.chain_id) OVER w OR t.gen < lag(t.gen) OVER w OR t.is_doubled <> lag(t.is_doubled) OVER w AS begins
    FROM (
      SELECT q.series, q.step, g.chain_id, g.gen, g.is_doubled
      FROM series_step q
      JOIN image_gen g ON g.image_id = q.image_id
    ) t
    WINDOW w AS (PARTITION BY t.series ORDER BY t.step)
  ) b
) r
GROUP BY r.series, r.run;

-- An image at its place in its series; step counts from 1. An image that was seen again after a
-- newer one has two steps.
-- columns: series text, step integer, steps integer, image_id integer, name text, seen_at text,
--          seen_from text, last_seen text, last_from text
CREATE VIEW series_steps AS
SELECT t.series, t.step, (SELECT max(z.step) FROM series_step z WHERE z.series = t.series) AS steps, t.image_id, i.name,
       t.seen_at, t.seen_from, t.last_seen, t.last_from
FROM series_step t JOIN image i ON i.image_id = t.image_id;

-- Committed nodes at each step of their series. Select by path: the view goes from the path to the
-- images that have it, so that its cost is that of its rows.
-- columns: series text, step integer, image_id integer, seen_at text, seen_from text, path octets,
--          value octets, owner integer, perms text, known text, is_listing integer,
--          covers_tree integer, trees integer, rowid integer, has_another integer
CREATE VIEW node_steps AS
SELECT t.series, t.step, t.image_id, t.seen_at, t.seen_from, p.path, CASE k.known WHEN 'unknown' THEN NULL ELSE s.value END AS value,
       m.owner, CASE WHEN m.owner IS NULL AND z.layout IN ('listing', 'tree', 'pairs') THEN NULL ELSE m.perms END AS perms, coalesce(k.known, 'whole') AS known,
       z.layout IN ('listing', 'tree', 'pairs') AS is_listing, t.covers_tree, t.trees, p.path_id AS rowid,
       EXISTS (SELECT 1 FROM node_span d
               WHERE d.chain_id = s.chain_id AND d.path_id = s.path_id AND d.ord > s.ord AND (s.last_gen = 0 OR d.first_gen <= s.last_gen)
                 AND (d.last_gen = 0 OR d.last_gen >= s.first_gen) AND (d.detail_id IS NULL OR d.detail_id IN committed_details)) AS has_another
FROM path p
CROSS JOIN chain c
CROSS JOIN node_span s ON s.chain_id = c.chain_id AND s.path_id = p.path_id AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
CROSS JOIN permset m ON m.permset_id = s.permset_id
CROSS JOIN stream z ON z.chain_id = s.chain_id AND z.gen BETWEEN s.first_gen AND CASE s.last_gen WHEN 0 THEN 9223372036854775807 ELSE s.last_gen END
CROSS JOIN image i ON i.stream_id = z.stream_id
CROSS JOIN series_step t ON t.image_id = i.image_id
LEFT JOIN detail_knowledge k ON k.detail_id = s.detail_id AND z.layout IN ('listing', 'tree', 'pairs')
-- Of a path that an image has twice, a daemon keeps the last.
WHERE NOT EXISTS (
  SELECT 1 FROM node_span d
  WHERE d.chain_id = s.chain_id AND d.path_id = s.path_id AND d.ord > s.ord AND z.gen >= d.first_gen AND (d.last_gen = 0 OR z.gen <= d.last_gen)
    AND (d.detail_id IS NULL OR d.detail_id IN committed_details));

-- The same with one row for all steps of a run in which a span holds, from first_step to last_step.
-- So its cost is that of the spans, not of the images. Where another node of the path hides this
-- one in some images, which has_another of node_steps says, each step has its own row.
-- columns: series text, first_step integer, last_step integer, path octets, value octets,
--          owner integer, perms text, known text, is_listing integer, rowid integer
CREATE VIEW node_runs AS
SELECT x.series, x.first_step, x.last_step, x.path, x.value, x.owner, x.perms, x.known, x.is_listing, x.rowid
FROM (
  SELECT r.series,
         CASE WHEN s.first_gen <= r.first_gen THEN r.first_step
              ELSE (SELECT t.step FROM generation_steps t
                    WHERE t.chain_id = r.chain_id AND t.gen >= s.first_gen AND t.series = r.series AND t.step BETWEEN r.first_step AND r.last_step
                    ORDER BY t.gen, t.step LIMIT 1) END AS first_step,
         CASE WHEN s.last_gen = 0 OR s.last_gen >= r.last_gen THEN r.last_step
              ELSE (SELECT t.step FROM generation_steps t
                    WHERE t.chain_id = r.chain_id AND t.gen <= s.last_gen AND t.series = r.series AND t.step BETWEEN r.first_step AND r.last_step
                    ORDER BY t.gen DESC, t.step DESC LIMIT 1) END AS last_step,
         p.path, CASE k.known WHEN 'unknown' THEN NULL ELSE s.value END AS value, m.owner,
         CASE WHEN m.owner IS NULL AND c.is_listing THEN NULL ELSE m.perms END AS perms, coalesce(k.known, 'whole') AS known,
         c.is_listing, p.path_id AS rowid
  FROM path p
  CROSS JOIN (SELECT h.chain_id, h.layout IN ('listing', 'tree', 'pairs') AS is_listing FROM chain h) c
  CROSS JOIN node_span s ON s.chain_id = c.chain_id AND s.path_id = p.path_id AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
  CROSS JOIN permset m ON m.permset_id = s.permset_id
  CROSS JOIN series_run r ON r.chain_id = s.chain_id AND r.last_gen >= s.first_gen AND (s.last_gen = 0 OR r.first_gen <= s.last_gen)
  LEFT JOIN detail_knowledge k ON k.detail_id = s.detail_id AND c.is_listing
  WHERE NOT EXISTS (
    SELECT 1 FROM node_span d
    WHERE d.chain_id = s.chain_id AND d.path_id = s.path_id AND d.ord > s.ord AND (s.last_gen = 0 OR d.first_gen <= s.last_gen)
      AND (d.last_gen = 0 OR d.last_gen >= s.first_gen) AND (d.detail_id IS NULL OR d.detail_id IN committed_details))
) x
WHERE x.first_step <= x.last_step
UNION ALL
SELECT n.series, n.step, n.step, n.path, n.value, n.owner, n.perms, n.known, n.is_listing, n.rowid
FROM node_steps n
WHERE n.has_another;

-- One row for each stretch of a series in which what is known of a path's value and permissions
-- stays the same. Images that do not cover the path are passed over. began: how the stretch begins,
-- which is 'first' (no image before it says anything of the path), 'added', 'changed', or 'unknown'
-- if only more or less is known than before. is_only: 1 if the path has no other stretch and no
-- image before it lacks the path. until: 'now' (the newest image has it), 'changed',
-- 'removed', or 'unknown' if the images after it do not cover the path, or do not say its value or
-- permissions. Select by path: the view uses windows on windows instead of groups, so that SQLite
-- pushes the path down to the index.
-- columns: series text, path octets, value octets, owner integer, perms text, first_step integer,
--          last_step integer, steps integer, first_image_id integer, first_seen text,
--          first_from text, last_image_id integer, last_seen text, last_from text, images integer,
--          known text, began text, is_only integer, until text, rowid integer
CREATE VIEW node_lifetimes AS
SELECT l.series, l.path, l.value, l.owner, l.perms, l.step AS first_step, l.last_step, z.step AS steps, l.image_id AS first_image_id,
       l.seen_at AS first_seen, l.seen_from AS first_from, e.image_id AS last_image_id, e.last_seen, e.last_from, l.images, l.known,
       l.began, l.next_began IS NULL AND l.began = 'first' AS is_only,
       CASE WHEN l.last_step = z.step THEN 'now'
            WHEN l.next_began = 'added' THEN 'removed'
            WHEN l.next_began IS NOT NULL THEN l.next_began
            WHEN z.trees > e.trees THEN 'removed'
            WHEN EXISTS (
              SELECT 1 FROM series_step t
              WHERE t.series = l.series AND t.step > l.last_step AND NOT t.covers_tree
                AND (SELECT a.covered FROM node_areas a
                     WHERE a.image_id = t.image_id
                       AND (l.path = a.top OR substr(l.path, 1, length(a.below)) = a.below AND l.path <> a.below)
                     ORDER BY length(a.below) DESC LIMIT 1))
            THEN 'removed' ELSE 'unknown' END AS until, l.rowid AS rowid
FROM (
  -- The steps at which a stretch begins; it ends at the last step before the next begins.
  SELECT b.*, coalesce(lead(b.previous) OVER w, b.final) AS last_step, lead(b.began) OVER w AS next_began,
         coalesce(lead(b.place) OVER w, b.places + 1) - b.place AS images
  FROM (
    SELECT n.*,
           -- Added if an image before this one, and after the last that has the path, lacks it.
           CASE WHEN n.trees - n.covers_tree > coalesce(n.old_trees, 0)
                  OR n.step > coalesce(n.previous, 0) + 1 AND EXISTS (
                    SELECT 1 FROM series_step t
                    WHERE t.series = n.series AND t.step < n.step AND t.step > coalesce(n.previous, 0) AND NOT t.covers_tree
                      AND (SELECT a.covered FROM node_areas a
                           WHERE a.image_id = t.image_id
                             AND (n.path = a.top OR substr(n.path, 1, length(a.below)) = a.below AND n.path <> a.below)
                           ORDER BY length(a.below) DESC LIMIT 1))
                THEN 'added'
                WHEN n.previous IS NULL THEN 'first'
                WHEN CASE WHEN n.is_listing OR n.old_is_listing THEN replace(n.perms, ':stale', '') <> replace(n.old_perms, ':stale', '')
                          ELSE n.perms <> n.old_perms END
                  OR n.known = 'whole' AND n.old_known = 'whole' AND n.value IS NOT n.old_value THEN 'changed'
                WHEN n.value IS NOT n.old_value OR n.perms IS NOT n.old_perms OR n.known IS NOT n.old_known THEN 'unknown' END AS began
    FROM (
      SELECT s.series, s.path, s.value, s.owner, s.perms, s.known, s.is_listing, s.rowid, s.first_step AS step,
             t.image_id, t.seen_at, t.seen_from, t.covers_tree, t.trees,
             lag(s.last_step) OVER steps AS previous, lag(s.value) OVER steps AS old_value, lag(s.perms) OVER steps AS old_perms,
             lag(s.known) OVER steps AS old_known, lag(s.is_listing) OVER steps AS old_is_listing, lag(u.trees) OVER steps AS old_trees,
             -- The number of images with the path up to here, and in all.
             sum(s.last_step - s.first_step + 1) OVER steps - (s.last_step - s.first_step) AS place,
             sum(s.last_step - s.first_step + 1) OVER (PARTITION BY s.series, s.path) AS places,
             max(s.last_step) OVER (PARTITION BY s.series, s.path) AS final
      FROM node_runs s
      JOIN series_step t ON t.series = s.series AND t.step = s.first_step
      JOIN series_step u ON u.series = s.series AND u.step = s.last_step
      WINDOW steps AS (PARTITION BY s.series, s.path ORDER BY s.first_step)
    ) n
  ) b
  WHERE b.began IS NOT NULL
  WINDOW w AS (PARTITION BY b.series, b.path ORDER BY b.step)
) l
JOIN series_step e ON e.series = l.series AND e.step = l.last_step
JOIN series_step z ON z.series = l.series AND z.step = (SELECT max(y.step) FROM series_step y WHERE y.series = l.series);

-- One row for each stretch of a series in which a domid has a ring connection with the same target
-- and unique-id. Images that do not cover connections are passed over; began and until as in
-- node_lifetimes.
-- columns: series text, domid integer, unique_id integer, target_domid integer, first_step integer,
--          last_step integer, steps integer, first_image_id integer, first_seen text,
--          first_from text, last_image_id integer, last_seen text, last_from text, images integer,
--          began text, until text
CREATE VIEW domain_lifetimes AS
SELECT l.series, l.domid, l.unique_id, l.target_domid, l.step AS first_step, l.last_step, z.step AS steps, l.image_id AS first_image_id,
       l.seen_at AS first_seen, l.seen_from AS first_from, e.image_id AS last_image_id, e.last_seen, e.last_from, l.images, l.began,
       CASE WHEN l.last_step = z.step THEN 'now'
            WHEN l.next_began = 'added' THEN 'removed'
            WHEN l.next_began IS NOT NULL THEN l.next_began
            WHEN z.rings > e.rings THEN 'removed' ELSE 'unknown' END AS until
FROM (
  SELECT b.*, coalesce(lead(b.previous) OVER w, b.final) AS last_step, lead(b.began) OVER w AS next_began,
         coalesce(lead(b.place) OVER w, b.places + 1) - b.place AS images
  FROM (
    SELECT c.*, CASE WHEN c.rings - c.covers_rings > coalesce(c.old_rings, 0) THEN 'added'
                     WHEN c.previous IS NULL THEN 'first'
                     WHEN c.unique_id IS NOT c.old_unique_id OR c.target_domid IS NOT c.old_target_domid THEN 'changed' END AS began
    FROM (
      SELECT s.series, s.first_step AS step, t.image_id, t.seen_at, t.seen_from, t.covers_rings, t.rings,
             s.domid, s.unique_id, s.target_domid,
             lag(s.last_step) OVER steps AS previous, lag(u.rings) OVER steps AS old_rings,
             lag(s.unique_id) OVER steps AS old_unique_id, lag(s.target_domid) OVER steps AS old_target_domid,
             sum(s.last_step - s.first_step + 1) OVER steps - (s.last_step - s.first_step) AS place,
             sum(s.last_step - s.first_step + 1) OVER (PARTITION BY s.series, s.domid) AS places,
             max(s.last_step) OVER (PARTITION BY s.series, s.domid) AS final
      FROM domain_runs s
      JOIN series_step t ON t.series = s.series AND t.step = s.first_step
      JOIN series_step u ON u.series = s.series AND u.step = s.last_step
      WINDOW steps AS (PARTITION BY s.series, s.domid ORDER BY s.first_step)
    ) c
  ) b
  WHERE b.began IS NOT NULL
  WINDOW w AS (PARTITION BY b.series, b.domid ORDER BY b.step)
) l
JOIN series_step e ON e.series = l.series AND e.step = l.last_step
JOIN series_step z ON z.series = l.series AND z.step = (SELECT max(y.step) FROM series_step y WHERE y.series = l.series);

-- What a listing says of the value of a committed node with a detail.
-- columns: detail_id integer, known text
CREATE VIEW detail_knowledge AS
SELECT d.detail_id, CASE WHEN d.access >= 32768 THEN 'unknown' WHEN d.access >= 16384 THEN 'cut' ELSE 'whole' END AS known
FROM node_detail d;

-- What changed between any two images, node by node: change is added, removed or changed. A node is
-- added or removed only if the image without it covers its path, and changed only in what both
-- images know. Of several nodes with one path the last counts. Select by both ids.
-- columns: before_id integer, after_id integer, change text, path octets, old_value octets,
--          new_value octets, old_owner integer, new_owner integer, old_perms text, new_perms text,
--          rowid integer
CREATE VIEW node_changes AS
SELECT c.before_id, c.after_id, c.change, c.path, c.old_value, c.new_value, c.old_owner, c.new_owner, c.old_perms, c.new_perms, c.path_id AS rowid
FROM (
  SELECT a.image_id AS before_id, b.image_id AS after_id, CASE WHEN o.path_id IS NULL THEN 'added' ELSE 'changed' END AS change,
         p.path,
         CASE WHEN a.is_listing AND (SELECT k.known FROM detail_knowledge k WHERE k.detail_id = o.detail_id) = 'unknown'
              THEN NULL ELSE o.value END AS old_value,
         CASE WHEN b.is_listing AND (SELECT k.known FROM detail_knowledge k WHERE k.detail_id = s.detail_id) = 'unknown'
              THEN NULL ELSE s.value END AS new_value,
         om.owner AS old_owner, m.owner AS new_owner,
         CASE WHEN a.is_listing AND om.perms = '' THEN NULL ELSE om.perms END AS old_perms,
         CASE WHEN b.is_listing AND m.perms = '' THEN NULL ELSE m.perms END AS new_perms, p.path_id
  FROM image_gen a
  CROSS JOIN image_gen b
  CROSS JOIN node_span s ON s.chain_id = b.chain_id AND b.gen >= s.first_gen AND (s.last_gen = 0 OR b.gen <= s.last_gen)
    AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
    AND NOT (a.chain_id = b.chain_id AND a.gen >= s.first_gen AND (s.last_gen = 0 OR a.gen <= s.last_gen)
             AND NOT a.is_repeating)
    AND (NOT b.is_repeating
         OR NOT EXISTS (SELECT 1 FROM node_span l
                        WHERE l.chain_id = s.chain_id AND l.path_id = s.path_id AND l.ord > s.ord
                          AND b.gen >= l.first_gen AND (l.last_gen = 0 OR b.gen <= l.last_gen)
                          AND (l.detail_id IS NULL OR l.detail_id IN committed_details)))
  CROSS JOIN path p ON p.path_id = s.path_id
  CROSS JOIN permset m ON m.permset_id = s.permset_id
  LEFT JOIN node_span o ON o.path_id = s.path_id AND o.chain_id = a.chain_id AND a.gen >= o.first_gen AND (o.last_gen = 0 OR a.gen <= o.last_gen)
    AND (o.detail_id IS NULL OR o.detail_id IN committed_details)
    AND (NOT a.is_repeating
         OR NOT EXISTS (SELECT 1 FROM node_span l
                        WHERE l.chain_id = o.chain_id AND l.path_id = o.path_id AND l.ord > o.ord
                          AND a.gen >= l.first_gen AND (l.last_gen = 0 OR a.gen <= l.last_gen)
                          AND (l.detail_id IS NULL OR l.detail_id IN committed_details)))
  LEFT JOIN permset om ON om.permset_id = o.permset_id
  WHERE CASE
    WHEN o.path_id IS NULL
    THEN NOT a.is_part
      OR (SELECT r.covered FROM node_areas r
          WHERE r.image_id = a.image_id
            AND (CAST(p.path AS TEXT) = r.top OR substr(CAST(p.path AS TEXT), 1, length(r.below)) = r.below AND CAST(p.path AS TEXT) <> r.below)
          ORDER BY length(r.below) DESC LIMIT 1)
    WHEN NOT (a.is_listing OR b.is_listing) THEN o.value IS NOT s.value OR o.permset_id IS NOT s.permset_id
    ELSE
      -- A listing does not show which entries are stale.
      om.perms <> '' AND m.perms <> '' AND replace(om.perms, ':stale', '') <> replace(m.perms, ':stale', '')
      OR CASE coalesce((SELECT k.known FROM detail_knowledge k WHERE a.is_listing AND k.detail_id = o.detail_id), 'whole') || ', '
              || coalesce((SELECT k.known FROM detail_knowledge k WHERE b.is_listing AND k.detail_id = s.detail_id), 'whole')
         WHEN 'whole, whole' THEN o.value IS NOT s.value
         WHEN 'whole, cut' THEN substr(CAST(o.value AS BLOB), 1, length(CAST(s.value AS BLOB))) <> CAST(s.value AS BLOB)
         WHEN 'cut, whole' THEN substr(CAST(s.value AS BLOB), 1, length(CAST(o.value AS BLOB))) <> CAST(o.value AS BLOB)
         WHEN 'cut, cut'
         THEN substr(CAST(o.value AS BLOB), 1, length(CAST(s.value AS BLOB))) <> substr(CAST(s.value AS BLOB), 1, length(CAST(o.value AS BLOB)))
         ELSE 0 END
    END
  UNION ALL
  SELECT a.image_id, b.image_id, 'removed', p.path,
         CASE WHEN a.is_listing AND (SELECT k.known FROM detail_knowledge k WHERE k.detail_id = s.detail_id) = 'unknown'
              THEN NULL ELSE s.value END,
         NULL, m.owner, NULL, CASE WHEN a.is_listing AND m.perms = '' THEN NULL ELSE m.perms END, NULL, p.path_id
  FROM image_gen a
  CROSS JOIN image_gen b
  CROSS JOIN node_span s ON s.chain_id = a.chain_id AND a.gen >= s.first_gen AND (s.last_gen = 0 OR a.gen <= s.last_gen)
    AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
    AND NOT (a.chain_id = b.chain_id AND b.gen >= s.first_gen AND (s.last_gen = 0 OR b.gen <= s.last_gen))
    AND (NOT a.is_repeating
         OR NOT EXISTS (SELECT 1 FROM node_span l
                        WHERE l.chain_id = s.chain_id AND l.path_id = s.path_id AND l.ord > s.ord
                          AND a.gen >= l.first_gen AND (l.last_gen = 0 OR a.gen <= l.last_gen)
                          AND (l.detail_id IS NULL OR l.detail_id IN committed_details)))
  CROSS JOIN path p ON p.path_id = s.path_id
  CROSS JOIN permset m ON m.permset_id = s.permset_id
  WHERE NOT EXISTS (SELECT 1 FROM node_span o WHERE o.path_id = s.path_id AND o.chain_id = b.chain_id
                      AND b.gen >= o.first_gen AND (o.last_gen = 0 OR b.gen <= o.last_gen)
                        AND (o.detail_id IS NULL OR o.detail_id IN committed_details))
    AND (NOT b.is_part
         OR (SELECT r.covered FROM node_areas r
             WHERE r.image_id = b.image_id
               AND (CAST(p.path AS TEXT) = r.top OR substr(CAST(p.path AS TEXT), 1, length(r.below)) = r.below AND CAST(p.path AS TEXT) <> r.below)
             ORDER BY length(r.below) DESC LIMIT 1))
) c;
