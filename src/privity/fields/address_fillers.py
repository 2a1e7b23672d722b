"""What people write where an address should be, and words of places that hold people who do not live there.

Turns nothing into anything: tables only. Fillers follow the address strings of the 2025 request that a court quoted, and variants of
them; model addresses (123 ANY STREET, ANYTOWN) and keyboard runs are what forms are tried out with. The words of a real address are in
``address_words``.
"""

from __future__ import annotations

# Words that by themselves mean that there is no address. With a number and a street suffix round them they may be a street.
FILLER_CORE = (
    *(
        "UNKNOWN",
        "UNK",
        "UNKN",
        "UKN",
        "UNKNOW",
        "FAILED",
        "FAIL",
        "FTP",
        "NA",
        "N/A",
        "NONE",
        "NULL",
        "NIL",
        "NAN",
        "HOMELESS",
        "TRANSIENT",
    ),
    *("UNKOWN", "UNKNWON", "UNKNWN", "UNKNON", "HOMLESS", "HOMELES", "DESCONOCIDO", "DESCONOCIDA", "NINGUNO", "NINGUNA"),
    *("REFUSED", "DECLINED", "SAME", "TBD", "TBA", "UNDOMICILED", "DEPORTED", "DETAINED", "CUSTODY", "INCARCERATED", "VARIOUS", "MISSING"),
    *("BLANK", "EMPTY", "INVALID", "WITHHELD", "REDACTED", "CONFIDENTIAL", "UNDISCLOSED", "UNSPECIFIED", "UNAVAILABLE", "DUMMY", "TEST"),
    *("NOWHERE", "SOMEWHERE", "ANYWHERE", "DONT", "NOT", "NO", "PENDING", "NOTLISTED", "UNHOUSED", "VAGRANT", "ADDRESS", "ABSCONDED"),
)
FILLER_AROUND = (
    *(
        "ADDR",
        "TO",
        "PROVIDE",
        "PROVIDED",
        "GIVEN",
        "AVAILABLE",
        "AVAIL",
        "APPLICABLE",
        "LISTED",
        "STATED",
        "KNOWN",
        "KNOW",
        "CARE",
        "DO",
        "AS",
    ),
    *(
        "ABOVE",
        "BELOW",
        "FIXED",
        "PERMANENT",
        "RESIDENCE",
        "RESIDENCY",
        "HOME",
        "CITY",
        "STATE",
        "ZIP",
        "CODE",
        "IN",
        "AT",
        "LARGE",
        "ON",
        "FILE",
    ),
    *(
        "SEE",
        "NOTES",
        "CURRENT",
        "CURRENTLY",
        "PREVIOUS",
        "LAST",
        "N",
        "A",
        "THE",
        "OF",
        "SUBJECT",
        "BY",
        "VALID",
        "ENTERED",
        "RECORD",
        "INFO",
    ),
    *("INFORMATION", "TIME", "THIS", "STREET", "IS", "WAS", "NUMBER", "SHELTER", "LOCAL", "USA", "US", "STREETS"),
)
# Never part of a street's name, whatever stands round them.
FILLER_PHRASES = (
    *(
        "FAILED TO PROVIDE",
        "FAILURE TO PROVIDE",
        "FAILED PROVIDE",
        "NOT PROVIDED",
        "NOT GIVEN",
        "NOT AVAILABLE",
        "NOT KNOWN",
        "NOT APPLICABLE",
    ),
    *(
        "SIN DIRECCION",
        "SIN DOMICILIO",
        "DOMICILIO CONOCIDO",
        "NO TIENE",
        "NO SABE",
        "NO APLICA",
        "SE DESCONOCE",
        "FAILEDTOPROVIDE",
        "NOADDRESS",
    ),
    *("AS ABOVE", "AS BELOW", "SEE ABOVE", "SEE BELOW", "SEE FILE", "SEE NOTES", "SEE ATTACHED"),
    *("NOT LISTED", "NO KNOWN ADDRESS", "NO ADDRESS", "NO FIXED", "NO PERMANENT", "DONT CARE", "DO NOT CARE", "DONT KNOW", "DO NOT KNOW"),
    *("DOES NOT KNOW", "SAME AS", "IN CUSTODY", "UNKNOWN ADDRESS", "ADDRESS UNKNOWN", "UNKNOWN STREET", "STREET UNKNOWN", "UNABLE TO"),
    *("REFUSED TO", "DECLINED TO", "UNKNOWN ADDR", "ADDRESS NOT", "NO STREET", "WHEREABOUTS"),
)
# Strong enough to refuse a line that could not be read otherwise.
FILLER_ANYWHERE = (
    "UNKNOWN",
    "UNK",
    "HOMELESS",
    "TRANSIENT",
    "UNDOMICILED",
    "REFUSED",
    "DEPORTED",
    "INCARCERATED",
    "DETAINED",
    "CUSTODY",
    "N/A",
)
# The whole name of a street in an address that nobody lives at: 1 TBD ST, 123 ANY STREET. A street with another word beside it stays one
# (NONE SUCH RD, UNKNOWN SOLDIER WAY), and so do words that name real streets (BLANK, MISSING, NAN, SAMPLE).
FILLER_STREET = (
    *(word for word in FILLER_CORE if word not in ("BLANK", "MISSING", "NAN", "NOWHERE", "SOMEWHERE", "ANYWHERE")),
    *("UNDISCL", "ANY", "ANYSTREET", "FAKE", "BOGUS", "YOUR", "YOURSTREET", "EXAMPLE", "SOME", "SOMESTREET", "TESTING", "TESTER"),
    *("PLACEHOLDER", "STREETNAME", "LOREM", "FOO", "FOOBAR"),
)
FILLER_STREET_AROUND = (*FILLER_AROUND, "ST", "MY", "NEED", "UPDATE", "VERIFY")
FILLER_TOWN_STREET = ("NOWHERE", "SOMEWHERE", "ANYWHERE", "SAMPLE", "MY")  # with ST or AVE nobody's; Nowhere Road and Sample Road are real
KEYBOARD_RUNS = (
    *("ASDF", "SDFG", "DFGH", "FGHJ", "GHJK", "HJKL", "JKL", "LKJH", "FDSA"),
    *("QWER", "ERTY", "RTYU", "TYUI", "YUIO", "UIOP", "POIU"),
    *("ZXCV", "XCVB", "CVBN", "VBNM", "MNBV", "QAZW", "QAZQ", "WSXE"),
)
NOTHING = ("NA", "N/A", "N A", "NONE", "NULL", "NIL", "-", "UNKNOWN", "UNK", "NAN", "NO")

NO_CITY = (
    "",
    "NA",
    "N A",
    "NONE",
    "NULL",
    "UNKNOWN",
    "UNK",
    "X",
    "XX",
    "XXX",
    "XXXX",
    "TBD",
    "CITY",
    "UNKNOWN CITY",
    "NO CITY",
    "SAME",
    *(
        "ANYTOWN",
        "ANYCITY",
        "ANY TOWN",
        "ANY CITY",
        "ANYWHERE",
        "SOMEWHERE",
        "SOMETOWN",
        "SOMECITY",
        "YOUR CITY",
        "YOURTOWN",
        "CITY NAME",
        "CITYVILLE",
        "TEST",
        "TESTCITY",
    ),
)
NO_BOX = ("X", "XX", "NA", "NO")  # where the number of a box should be

INSTITUTION = (
    *("JAIL", "PRISON", "PENITENTIARY", "DETENTION", "CORRECTIONAL", "CORRECTIONS", "CORRECTION", "PROCESSING", "SHERIFF", "SHERIFFS"),
    *("INMATE", "ICE", "ERO", "FCI", "USP", "MDC", "REFORMATORY", "HOLDING", "STAGING", "DETAINEE", "CCA", "GEO", "DHS", "USCIS", "CBP"),
    *("COURTHOUSE", "IMMIGRATION"),
)
