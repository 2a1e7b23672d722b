-- Whom does each request mean? Equi-joins, edit distance and counting only: DuckDB's dialect, transpiled as it stands.
--
-- asks        probe, a decoy's or a request's: tin, tin_given, fn, f1, fs, ln, la, lz, ls, mi, sfx, dob, dy, dm, dd, building, door (prepare.py)
-- asked       probe, tax_period: the periods that the probe asks about
-- alike       called, name: a short name and the first name that it stands for, both ways round; only: 1 if it stands for that name alone
-- known       fn: first names, as written, that people of the register bear
-- register    a row for each person and period, prepared the same way; record_id is the person
-- candidates  probe, record_id: what the queries of that name found, each in its own file, a pair perhaps more than once
--
-- Candidates are looked for more widely than they are accepted: a person who might be meant stands in the way of the one who seems to be.
-- An agreement counts 3, a slip (typing error, same sound, short name, part of a double surname, day and month swapped) 2, what may be
-- the same 1. The rules are told in docs/matching.md; their names there are the names here.

-- query: candidates_number
SELECT a.probe, r.record_id FROM asks AS a JOIN register AS r ON a.tin = r.tin

-- query: candidates_surname_birth
SELECT a.probe, r.record_id FROM asks AS a JOIN register AS r ON a.ln = r.ln AND a.dob = r.dob
LEFT JOIN alike AS n ON n.called = a.fn AND n.name = r.fn
WHERE SUBSTR(a.fn, 1, 1) = SUBSTR(r.fn, 1, 1) OR n.name IS NOT NULL OR a.fs = r.fs OR LEVENSHTEIN(a.fn, r.fn) <= 2

-- query: candidates_first_name_birth
SELECT a.probe, r.record_id FROM asks AS a JOIN register AS r ON a.fn = r.fn AND a.dob = r.dob
WHERE SUBSTR(a.ln, 1, 2) = SUBSTR(r.ln, 1, 2) OR a.ln = r.lz OR a.lz = r.ln OR a.la = r.lz OR a.lz = r.la OR a.ls = r.ls

-- query: candidates_swapped_names
SELECT a.probe, r.record_id FROM asks AS a JOIN register AS r ON a.fn = r.ln AND a.ln = r.fn AND a.dob = r.dob

-- query: candidates_name_year
SELECT a.probe, r.record_id FROM asks AS a JOIN register AS r ON a.fn = r.fn AND a.ln = r.ln AND a.dy = r.dy
WHERE a.dm = r.dm OR a.dd = r.dd OR (a.dm = r.dd AND a.dd = r.dm)

-- query: candidates_name_day
SELECT a.probe, r.record_id FROM asks AS a JOIN register AS r ON a.fn = r.fn AND a.ln = r.ln AND a.dm = r.dm AND a.dd = r.dd
WHERE ABS(a.dy - r.dy) <= 10

-- query: candidates_building
SELECT a.probe, r.record_id FROM asks AS a JOIN register AS r ON a.building = r.building AND a.fn = r.fn

-- query: candidates_undated
SELECT a.probe, r.record_id FROM asks AS a JOIN register AS r ON a.fn = r.fn AND a.ln = r.ln
WHERE r.dob IS NULL AND a.tin_given = 0 AND a.mi IS NOT NULL AND COALESCE(r.mi, a.mi) = a.mi

-- query: near
-- Every row of every candidate: what is left of the register to be looked at.
SELECT r.* FROM register AS r WHERE r.record_id IN (SELECT record_id FROM candidates)

-- query: judged
WITH compared AS ( -- each period of each candidate with the probe
  SELECT
    c.probe,
    c.record_id,
    a.tin_given,
    CASE WHEN w.fn IS NULL THEN 0 ELSE 1 END AS known,
    r.tin AS number_held,
    r.dob AS birth_held,
    CASE WHEN a.tin = r.tin THEN 1 ELSE 0 END AS tin,
    CASE WHEN a.tin <> r.tin AND LEVENSHTEIN(a.tin, r.tin) <= 2 THEN 1 ELSE 0 END AS tin_near, -- a digit wrong, or two swapped
    CASE
      WHEN a.fn = r.fn THEN 3
      WHEN a.fn = r.ln AND a.ln = r.fn THEN 3 -- written in the other's place: the one slip is counted with the last name
      WHEN n.name IS NOT NULL OR a.fs = r.fs OR a.f1 = r.fn OR a.fn = r.f1 THEN 2
      WHEN LENGTH(a.fn) >= 4 AND LENGTH(r.fn) >= 4 AND LEVENSHTEIN(a.fn, r.fn) <= 1 THEN 2
      WHEN LENGTH(a.fn) >= 6 AND LENGTH(r.fn) >= 6 AND LEVENSHTEIN(a.fn, r.fn) <= 2 THEN 2
      WHEN SUBSTR(a.fn, 1, 1) = SUBSTR(r.fn, 1, 1) OR LEVENSHTEIN(a.fn, r.fn) <= 1 THEN 1
      ELSE 0
    END AS first_name,
    CASE WHEN n.name IS NOT NULL AND LEVENSHTEIN(a.fn, r.fn) > 2 THEN 1 ELSE 0 END AS short_name, -- Therese is no short name of Theresa
    CASE WHEN n.only = 1 AND LEVENSHTEIN(a.fn, r.fn) > 2 THEN 1 ELSE 0 END AS own_short_name, -- Chris is Christopher's and Christine's
    CASE
      WHEN a.ln = r.ln THEN 3
      WHEN a.fn = r.ln AND a.ln = r.fn THEN 2
      WHEN a.ln = r.la OR a.ln = r.lz OR a.la = r.ln OR a.lz = r.ln OR (a.la = r.lz AND a.lz = r.la) OR (a.la = r.la AND a.lz = r.lz) THEN 2
      WHEN a.ls = r.ls THEN 2
      WHEN LENGTH(a.ln) >= 4 AND LENGTH(r.ln) >= 4 AND LEVENSHTEIN(a.ln, r.ln) <= 1 THEN 2
      WHEN LENGTH(a.ln) >= 6 AND LENGTH(r.ln) >= 6 AND LEVENSHTEIN(a.ln, r.ln) <= 2 THEN 2
      WHEN a.la = r.la OR a.lz = r.lz OR a.la = r.lz OR a.lz = r.la OR LEVENSHTEIN(a.ln, r.ln) <= 1 THEN 1
      ELSE 0
    END AS last_name,
    CASE
      WHEN a.dob = r.dob THEN 3
      WHEN a.dy = r.dy AND a.dm = r.dd AND a.dd = r.dm THEN 2
      WHEN a.dy = r.dy AND (a.dm = r.dm OR a.dd = r.dd) THEN 2
      WHEN a.dm = r.dm AND a.dd = r.dd AND ABS(a.dy - r.dy) <= 10 AND NOT (a.dm = 1 AND a.dd = 1) THEN 2
      WHEN a.dm = r.dm AND a.dd = r.dd THEN 1 -- a generation apart, or 1 January, which many registers put where only a year is known
      WHEN a.dy = r.dy AND ((a.dm = 1 AND a.dd = 1) OR (r.dm = 1 AND r.dd = 1)) THEN 1
      ELSE 0
    END AS birth,
    CASE WHEN a.dob = r.dob OR (a.dy = r.dy AND a.dm = r.dd AND a.dd = r.dm) THEN 1 ELSE 0 END AS digits, -- of the birth date
    CASE WHEN a.mi = r.mi THEN 1 WHEN a.mi <> r.mi THEN -1 ELSE 0 END AS middle,
    CASE WHEN a.sfx = r.sfx THEN 1 WHEN a.sfx <> r.sfx THEN -1 ELSE 0 END AS suffix,
    CASE WHEN a.building = r.building AND a.door = r.door AND k.tax_period IS NOT NULL THEN 1 ELSE 0 END AS address,
    CASE WHEN a.building = r.building AND k.tax_period IS NOT NULL THEN 1 ELSE 0 END AS building,
    CASE WHEN a.building = r.building THEN 1 ELSE 0 END AS dwelling -- in any period
  FROM (SELECT DISTINCT probe, record_id FROM candidates) AS c
  JOIN asks AS a ON c.probe = a.probe
  JOIN register AS r ON c.record_id = r.record_id
  LEFT JOIN known AS w ON w.fn = a.fn
  LEFT JOIN alike AS n ON n.called = a.fn AND n.name = r.fn
  LEFT JOIN asked AS k ON k.probe = c.probe AND k.tax_period = r.tax_period
),
weighed AS ( -- what one row says by itself: name, birth date and number must agree in the same row, not here one and there another
  SELECT
    *,
    CASE
      WHEN suffix = -1 OR first_name < 2 OR last_name < 2 OR birth < 2 THEN 0
      WHEN first_name + last_name + birth < 8 THEN 0 -- one slip at most
      ELSE first_name + last_name + birth
    END AS strength,
    CASE WHEN first_name = 3 OR short_name = 1 THEN 1 ELSE 0 END AS called, -- Mario is not Maria's typing error: he may be her twin
    CASE WHEN first_name = 3 OR own_short_name = 1 THEN 1 ELSE 0 END AS surely_called,
    CASE WHEN suffix >= 0 AND middle >= 0 AND first_name = 3 AND birth = 3 THEN 1 ELSE 0 END AS but_surname
  FROM compared
),
people AS ( -- a person is all their periods together
  SELECT
    probe,
    record_id,
    MAX(tin) AS tin,
    MAX(CASE WHEN number_held IS NULL THEN 0 ELSE 1 END) AS numbered,
    MAX(CASE WHEN birth_held IS NULL THEN 0 ELSE 1 END) AS dated,
    CASE WHEN MIN(number_held) <> MAX(number_held) AND MIN(birth_held) <> MAX(birth_held) THEN 1 ELSE 0 END AS torn, -- two people under one id
    MAX(tin_given) AS tin_given,
    MAX(first_name) AS first_name,
    MAX(last_name) AS last_name,
    MAX(birth) AS birth,
    MAX(middle) AS middle,
    MAX(suffix) AS suffix,
    MAX(address) AS address,
    MAX(building) AS building,
    MAX(strength) AS strength,
    MAX(CASE WHEN tin = 1 OR tin_near = 1 OR dwelling = 1 THEN 1 ELSE 0 END) AS tied,
    MAX(CASE WHEN strength >= 8 AND called = 1 AND tin = 1 THEN 1 ELSE 0 END) AS by_number,
    -- cousins share name and house: some days apart is a slip only if the middle name agrees, day and month swapped is one by itself
    MAX(CASE WHEN strength >= 8 AND surely_called = 1 AND middle >= 0 AND (digits = 1 OR middle = 1) THEN 1 ELSE 0 END) AS by_house,
    MAX(CASE WHEN strength = 9 AND tin_near = 1 AND middle >= 0 THEN 1 ELSE 0 END) AS by_near_number,
    MAX(CASE WHEN strength = 9 AND middle >= 0 THEN 1 ELSE 0 END) AS by_name,
    MAX(CASE WHEN strength = 9 AND middle = 1 THEN 1 ELSE 0 END) AS by_full_name,
    MAX(CASE WHEN but_surname = 1 AND tin = 1 THEN 1 ELSE 0 END) AS renamed_by_number,
    MAX(CASE WHEN but_surname = 1 AND middle = 1 THEN 1 ELSE 0 END) AS renamed_by_middle,
    MAX(CASE WHEN strength >= 8 AND known = 0 AND tin = 1 AND middle >= 0 THEN 1 ELSE 0 END) AS misspelt_by_number,
    MAX(CASE WHEN strength >= 8 AND known = 0 AND middle = 1 THEN 1 ELSE 0 END) AS misspelt_by_house
  FROM weighed
  GROUP BY probe, record_id
),
ruled AS (
  SELECT
    *,
    CASE
      WHEN torn = 1 THEN NULL
      WHEN by_number = 1 THEN 'R1'
      WHEN renamed_by_number = 1 AND address = 1 THEN 'R5'
      WHEN by_near_number = 1 THEN 'R3'
      WHEN misspelt_by_number = 1 THEN 'R7'
      WHEN tin_given = 1 AND numbered = 1 THEN NULL -- another number
      WHEN by_house = 1 AND address = 1 THEN 'R2'
      WHEN by_name = 1 AND building = 1 THEN 'R4'
      WHEN tin_given = 1 THEN NULL
      WHEN renamed_by_middle = 1 AND address = 1 THEN 'R5'
      WHEN misspelt_by_house = 1 AND address = 1 THEN 'R7'
      WHEN by_full_name = 1 THEN 'R6'
    END AS rule,
    CASE
      WHEN first_name = 0 OR last_name = 0 THEN 0
      WHEN birth >= 1 THEN 1
      WHEN dated = 0 AND first_name = 3 AND last_name = 3 AND NOT (tin_given = 1 AND numbered = 1 AND tin = 0) THEN 1
      ELSE 0
    END AS likely
  FROM people
)
SELECT
  probe,
  SUM(CASE WHEN rule IS NULL THEN 0 ELSE 1 END) AS accepted,
  SUM(CASE WHEN rule IS NULL THEN likely ELSE 0 END) AS others, -- who may be meant at all
  SUM(CASE WHEN rule IS NULL AND tied = 1 THEN likely ELSE 0 END) AS others_tied, -- and has the number, nearly the number, or lives there
  SUM(CASE WHEN rule IS NULL AND strength = 9 THEN 1 ELSE 0 END) AS others_exact, -- name and birth date without a slip
  SUM(CASE WHEN rule IS NULL AND strength >= 8 THEN 1 ELSE 0 END) AS others_near, -- with one at most
  SUM(CASE WHEN rule IS NULL AND dated = 0 THEN likely ELSE 0 END) AS others_undated,
  SUM(tin) AS bearers, -- of the number written
  MAX(CASE WHEN rule IS NOT NULL THEN record_id END) AS record_id,
  MAX(rule) AS rule,
  MAX(CASE WHEN rule IS NOT NULL THEN strength END) AS strength,
  MAX(CASE WHEN rule IS NOT NULL THEN tin END) AS tin,
  MAX(CASE WHEN rule IS NOT NULL THEN first_name END) AS first_name,
  MAX(CASE WHEN rule IS NOT NULL THEN last_name END) AS last_name,
  MAX(CASE WHEN rule IS NOT NULL THEN birth END) AS birth,
  MAX(CASE WHEN rule IS NOT NULL THEN middle END) AS middle,
  MAX(CASE WHEN rule IS NOT NULL THEN suffix END) AS suffix,
  MAX(CASE WHEN rule IS NOT NULL THEN address END) AS address
FROM ruled
GROUP BY probe
HAVING SUM(CASE WHEN rule IS NULL THEN likely ELSE 1 END) > 0

-- query: held
-- What is held of each person that was identified, a row for each period; `asked` marks the periods of the request.
SELECT
  i.ordinal,
  CASE WHEN k.tax_period IS NULL THEN 0 ELSE 1 END AS asked,
  r.building,
  r.written,
  r.data_class,
  r.bars
FROM identified AS i
JOIN register AS r ON i.record_id = r.record_id
LEFT JOIN asked AS k ON k.probe = i.ordinal AND k.tax_period = r.tax_period

-- query: names
SELECT fn, ln, COUNT(DISTINCT record_id) AS people FROM register WHERE fn IS NOT NULL AND ln IS NOT NULL GROUP BY fn, ln

-- query: births
SELECT dob, COUNT(DISTINCT record_id) AS people FROM register WHERE dob IS NOT NULL GROUP BY dob

-- query: people
-- How many dated people the register holds.
SELECT COALESCE(SUM(people), 0) AS people FROM births

-- query: known
-- Which of the first names as written are borne by more than `few` people of the register.
SELECT fn FROM names WHERE fn IN (SELECT fn FROM asks) GROUP BY fn HAVING SUM(people) > (SELECT MAX(few) FROM limits)

-- query: written
SELECT DISTINCT fn FROM asks WHERE fn IS NOT NULL

-- query: namesakes
-- How many people of each name, of each surname and of each birth date the register holds.
SELECT a.probe, n.people AS of_name, b.people AS of_birth, s.people AS of_surname
FROM asks AS a
LEFT JOIN names AS n ON a.fn = n.fn AND a.ln = n.ln
LEFT JOIN births AS b ON a.dob = b.dob
LEFT JOIN (SELECT ln, SUM(people) AS people FROM names GROUP BY ln) AS s ON a.ln = s.ln
