-- title: Faults in the tree's structure
-- group: structure
-- severity: none
-- why: a missing parent or a duplicate path makes a daemon that restores the image give up
-- refs: XSA-415; docs/findings.md
-- param: image_id integer (required) the image to look at
-- keywords: corrupt, damage, broken
-- columns: rule text, severity text, record integer, message text
-- From the findings that import keeps: the first 100 of each rule.
SELECT f.rule, f.severity, f.record, f.message
FROM findings f
WHERE f.image_id = :image_id
  AND f.rule IN ('missing-parent', 'late-parent', 'duplicate-node', 'no-perms', 'path-form', 'path-characters', 'path-length',
                 'inner-nul', 'unterminated', 'not-utf8')
ORDER BY f.record, f.rule;
