-- Whom does each request mean? Two queries, equi-joins and edit distance only: DuckDB's dialect, transpiled as it stands.
--
-- asks      probe, decoy's or request's: tin, tin_given, fn, ln, mi, sfx, dob, dy, dm, dd, key, building
-- asked     probe, tax_period: the periods that the probe asks about
-- register  a row for each person and period, prepared the same way; record_id is the person
--
-- Candidates are looked for more widely than they are accepted: a person who might be meant stands in the way of the one who seems to be.

-- query: judged
WITH candidates AS (
  SELECT a.probe, r.record_id FROM asks AS a JOIN register AS r ON a.tin = r.tin
  UNION SELECT a.probe, r.record_id FROM asks AS a JOIN register AS r ON a.ln = r.ln AND a.dob = r.dob
  UNION SELECT a.probe, r.record_id FROM asks AS a JOIN register AS r
    ON a.fn = r.fn AND a.dob = r.dob AND SUBSTR(a.ln, 1, 2) = SUBSTR(r.ln, 1, 2)
  UNION SELECT a.probe, r.record_id FROM asks AS a JOIN register AS r ON a.fn = r.ln AND a.ln = r.fn AND a.dob = r.dob
  UNION SELECT a.probe, r.record_id FROM asks AS a JOIN register AS r ON a.fn = r.fn AND a.ln = r.ln AND a.dy = r.dy AND a.dm = r.dm
  UNION SELECT a.probe, r.record_id FROM asks AS a JOIN register AS r ON a.fn = r.fn AND a.ln = r.ln AND a.dy = r.dy AND a.dd = r.dd
  UNION SELECT a.probe, r.record_id FROM asks AS a JOIN register AS r ON a.fn = r.fn AND a.ln = r.ln AND a.dm = r.dm AND a.dd = r.dd
  UNION SELECT a.probe, r.record_id FROM asks AS a JOIN register AS r
    ON a.fn = r.fn AND a.ln = r.ln AND a.dy = r.dy AND a.dm = r.dd AND a.dd = r.dm
  UNION SELECT a.probe, r.record_id FROM asks AS a JOIN register AS r ON a.building = r.building AND a.fn = r.fn
  UNION SELECT a.probe, r.record_id FROM asks AS a JOIN register AS r ON a.fn = r.fn AND a.ln = r.ln AND r.dob IS NULL
),
compared AS ( -- each period of each candidate with the probe
  SELECT
    c.probe,
    c.record_id,
    a.tin_given,
    CASE WHEN a.tin = r.tin THEN 1 ELSE 0 END AS tin,
    CASE WHEN r.tin IS NULL THEN 0 ELSE 1 END AS tin_held,
    CASE
      WHEN a.fn = r.fn THEN 3
      WHEN a.fn = r.ln AND a.ln = r.fn THEN 3 -- written in the other's place: the one slip is counted with the last name
      WHEN LENGTH(a.fn) >= 4 AND LENGTH(r.fn) >= 4 AND LEVENSHTEIN(a.fn, r.fn) <= 1 THEN 2
      WHEN SUBSTR(a.fn, 1, 1) = SUBSTR(r.fn, 1, 1) OR LEVENSHTEIN(a.fn, r.fn) <= 1 THEN 1
      ELSE 0
    END AS first_name,
    CASE
      WHEN a.ln = r.ln THEN 3
      WHEN a.fn = r.ln AND a.ln = r.fn THEN 2
      WHEN LENGTH(a.ln) >= 4 AND LENGTH(r.ln) >= 4 AND LEVENSHTEIN(a.ln, r.ln) <= 1 THEN 2
      WHEN LEVENSHTEIN(a.ln, r.ln) <= 1 THEN 1
      ELSE 0
    END AS last_name,
    CASE
      WHEN a.dob = r.dob THEN 3
      WHEN a.dy = r.dy AND a.dm = r.dd AND a.dd = r.dm THEN 2
      WHEN a.dy = r.dy AND (a.dm = r.dm OR a.dd = r.dd) THEN 2
      WHEN a.dm = r.dm AND a.dd = r.dd AND ABS(a.dy - r.dy) <= 10 AND NOT (a.dm = 1 AND a.dd = 1) THEN 2
      WHEN a.dm = r.dm AND a.dd = r.dd THEN 1 -- a generation apart, or 1 January, which many registers put where only a year is known
      ELSE 0
    END AS birth,
    CASE WHEN r.dob IS NULL THEN 0 ELSE 1 END AS dated,
    CASE WHEN a.mi = r.mi THEN 1 ELSE 0 END AS middle_same,
    CASE WHEN a.mi <> r.mi THEN 1 ELSE 0 END AS middle_other,
    CASE WHEN a.sfx = r.sfx THEN 1 ELSE 0 END AS suffix_same,
    CASE WHEN a.sfx <> r.sfx THEN 1 ELSE 0 END AS suffix_other,
    CASE WHEN a.key = r.key AND k.tax_period IS NOT NULL THEN 1 ELSE 0 END AS address
  FROM candidates AS c
  JOIN asks AS a ON c.probe = a.probe
  JOIN register AS r ON c.record_id = r.record_id
  LEFT JOIN asked AS k ON k.probe = c.probe AND k.tax_period = r.tax_period
),
people AS ( -- a person is all their periods together
  SELECT
    probe,
    record_id,
    MAX(tin_given) AS tin_given,
    MAX(tin) AS tin,
    MAX(tin_held) AS tin_held,
    MAX(first_name) AS first_name,
    MAX(last_name) AS last_name,
    MAX(birth) AS birth,
    MAX(dated) AS dated,
    CASE WHEN MAX(middle_same) = 1 THEN 1 WHEN MAX(middle_other) = 1 THEN -1 ELSE 0 END AS middle,
    CASE WHEN MAX(suffix_same) = 1 THEN 1 WHEN MAX(suffix_other) = 1 THEN -1 ELSE 0 END AS suffix,
    MAX(address) AS address
  FROM compared
  GROUP BY probe, record_id
),
ruled AS (
  SELECT
    *,
    CASE
      WHEN suffix = -1 OR first_name < 2 OR last_name < 2 OR birth < 2 THEN NULL
      WHEN tin = 1
        AND first_name + last_name + birth >= 8 -- one slip at most: a number may be borrowed from the same house
        AND (first_name = 3 OR middle = 1)
        THEN 'R1'
      WHEN tin_given = 0 AND address = 1 AND middle >= 0
        AND first_name + last_name + birth >= 8 -- one slip at most
        AND (birth = 3 OR middle = 1) -- a father and a son share name and house
        AND (first_name = 3 OR middle = 1) -- Mario is not Maria's typing error unless something else says so
        THEN 'R2'
    END AS rule,
    CASE
      WHEN first_name = 0 OR last_name = 0 THEN 0
      WHEN birth >= 1 THEN 1
      WHEN dated = 0 AND first_name = 3 AND last_name = 3 AND NOT (tin_given = 1 AND tin_held = 1 AND tin = 0) THEN 1
      ELSE 0
    END AS possible
  FROM people
)
SELECT
  probe,
  SUM(possible) AS possible,
  SUM(CASE WHEN rule IS NULL THEN 0 ELSE 1 END) AS accepted,
  MAX(CASE WHEN rule IS NOT NULL THEN record_id END) AS record_id,
  MAX(rule) AS rule,
  MAX(CASE WHEN rule IS NOT NULL THEN tin END) AS tin,
  MAX(CASE WHEN rule IS NOT NULL THEN first_name END) AS first_name,
  MAX(CASE WHEN rule IS NOT NULL THEN last_name END) AS last_name,
  MAX(CASE WHEN rule IS NOT NULL THEN birth END) AS birth,
  MAX(CASE WHEN rule IS NOT NULL THEN middle END) AS middle,
  MAX(CASE WHEN rule IS NOT NULL THEN suffix END) AS suffix,
  MAX(CASE WHEN rule IS NOT NULL THEN address END) AS address
FROM ruled
GROUP BY probe
HAVING SUM(possible) > 0

-- query: held
-- What is held of each person that was identified, a row for each period; `asked` marks the periods of the request.
SELECT
  i.ordinal,
  CASE WHEN k.tax_period IS NULL THEN 0 ELSE 1 END AS asked,
  r.key,
  r.place,
  r.data_class,
  r.bars
FROM identified AS i
JOIN register AS r ON i.record_id = r.record_id
LEFT JOIN asked AS k ON k.probe = i.ordinal AND k.tax_period = r.tax_period

-- query: names
SELECT fn, ln, COUNT(DISTINCT record_id) AS people FROM register WHERE fn IS NOT NULL AND ln IS NOT NULL GROUP BY fn, ln

-- query: births
SELECT dob, COUNT(DISTINCT record_id) AS people FROM register WHERE dob IS NOT NULL GROUP BY dob

-- query: namesakes
-- How many people of each answered name, and of each answered birth date, the register holds.
SELECT a.ordinal, n.people AS of_name, b.people AS of_birth
FROM answered AS a
LEFT JOIN names AS n ON a.fn = n.fn AND a.ln = n.ln
LEFT JOIN births AS b ON a.dob = b.dob
