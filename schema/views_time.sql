-- Views on time: what happened to paths and domains over a series. Loaded after views.sql, on which
-- they build.
--
-- The images of a series are in the order of image_id, which is the order of import; step counts
-- them from 1. seen_at is captured_at, or imported_at if the time of the capture is unknown.

-- An image at its place in its series.
CREATE VIEW series_steps AS
SELECT i.series, row_number() OVER (PARTITION BY i.series ORDER BY i.image_id) AS step,
       count(*) OVER (PARTITION BY i.series) AS steps,
       i.image_id, i.name, coalesce(i.captured_at, i.imported_at) AS seen_at
FROM image i;

-- Committed nodes at each step of their series.
CREATE VIEW node_steps AS
SELECT t.series, t.step, t.steps, t.image_id, t.seen_at, n.path, n.value, n.owner, n.perms, n.known
FROM series_steps t
JOIN nodes n ON n.image_id = t.image_id AND n.conn_id = 0;

-- One row for each stretch of a series in which what is known of a path's value and permissions
-- stays the same. The image after a stretch may not cover the path. Select by path: the view uses
-- windows on windows instead of groups, so that SQLite pushes the path down to the index.
CREATE VIEW node_lifetimes AS
SELECT b.series, b.path, b.value, b.owner, b.perms, b.step AS first_step, b.last_step, b.steps, b.image_id AS first_image_id,
       b.seen_at AS first_seen, e.image_id AS last_image_id, e.seen_at AS last_seen, b.last_step - b.step + 1 AS images, b.known
FROM (
  -- The steps at which a stretch begins; it ends at the last step before the next begins.
  SELECT n.*, coalesce(lead(n.previous) OVER (PARTITION BY n.series, n.path ORDER BY n.step), n.final) AS last_step
  FROM (
    SELECT s.*, lag(s.step) OVER steps AS previous, lag(s.value) OVER steps AS old_value, lag(s.perms) OVER steps AS old_perms,
           lag(s.known) OVER steps AS old_known,
           max(s.step) OVER (PARTITION BY s.series, s.path) AS final
    FROM node_steps s
    WINDOW steps AS (PARTITION BY s.series, s.path ORDER BY s.step)
  ) n
  WHERE n.previous IS NOT n.step - 1 OR n.value IS NOT n.old_value OR n.perms IS NOT n.old_perms OR n.known IS NOT n.old_known
) b
JOIN series_steps e ON e.series = b.series AND e.step = b.last_step;

-- One row for each stretch of a series in which a domid has a ring connection with the same target
-- and unique-id.
CREATE VIEW domain_lifetimes AS
SELECT b.series, b.domid, b.unique_id, b.target_domid, b.step AS first_step, b.last_step, b.steps, b.image_id AS first_image_id,
       b.seen_at AS first_seen, e.image_id AS last_image_id, e.seen_at AS last_seen, b.last_step - b.step + 1 AS images
FROM (
  SELECT c.*, coalesce(lead(c.previous) OVER (PARTITION BY c.series, c.domid ORDER BY c.step), c.final) AS last_step
  FROM (
    SELECT t.series, t.step, t.steps, t.image_id, t.seen_at, r.domid, r.unique_id, r.target_domid, lag(t.step) OVER steps AS previous,
           lag(r.unique_id) OVER steps AS old_unique_id, lag(r.target_domid) OVER steps AS old_target_domid,
           max(t.step) OVER (PARTITION BY t.series, r.domid) AS final
    FROM series_steps t
    JOIN connections r ON r.image_id = t.image_id AND r.conn_type = 0
    WINDOW steps AS (PARTITION BY t.series, r.domid ORDER BY t.step)
  ) c
  WHERE c.previous IS NOT c.step - 1 OR c.unique_id IS NOT c.old_unique_id OR c.target_domid IS NOT c.old_target_domid
) b
JOIN series_steps e ON e.series = b.series AND e.step = b.last_step;

-- What a listing says of the value of a committed node with a detail.
CREATE VIEW detail_knowledge AS
SELECT d.detail_id, CASE WHEN d.access >= 32768 THEN 'unknown' WHEN d.access >= 16384 THEN 'cut' ELSE 'whole' END AS known
FROM node_detail d;

-- What changed between any two images, node by node: change is added, removed or changed. A node is
-- added or removed only if the image without it covers its path, and changed only in what both
-- images know. Of several nodes with one path the last counts. Select by both ids.
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
