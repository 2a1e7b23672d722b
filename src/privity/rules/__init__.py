"""Law as data, turned into decisions about tables of facts.

``facts`` reads the vocabulary, ``book`` the law that stands and what of it is in force on a day, ``fold`` walks one rule once for
any purpose, ``frame`` decides whole tables with it, ``engine`` decides single rows with Cedar itself. No statute is named here.
"""
