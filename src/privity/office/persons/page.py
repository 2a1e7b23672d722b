"""An account as a page to print. Plain HTML, no script, nothing loaded from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import Environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from privity.ledger.entry import Json
    from privity.subject import PersonsAccount

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Account of disclosures</title>
<style>body{font:14px/1.5 sans-serif;max-width:48em;margin:2em auto;padding:0 1em}td,th{text-align:left;vertical-align:top;padding:.3em .6em .3em 0;border-bottom:1px solid #bbb}</style>
</head><body>
<h1>Account of disclosures about you</h1>
<p>{{ about.custodian }}, {{ about.asked }}. Record {{ about.record }}. Identity proved: {{ about.identity_proved }}.</p>
{% if account.lines %}<table><thead><tr><th>Day</th><th>To</th><th>Under</th><th>What</th><th>Shown under</th><th>Entry</th></tr></thead><tbody>
{% for line in account.lines %}<tr><td>{{ line.day }}</td><td>{{ line.agency }}: {{ line.to }}</td><td>{{ line.basis }}</td><td>{{ line.fields | join("; ") }}</td>
<td>{{ line.shown_under.cite }} ({{ line.shown_under.source }})</td><td>{{ line.entry }}</td></tr>
{% endfor %}</tbody></table>{% else %}<p><strong>No disclosure that may be shown in this account.</strong></p>{% endif %}
<h2>How far this goes</h2>
<p>{{ account.extent }}</p>
<p>The law excludes some disclosures from such an account, and lets the office delay others. This page looks the same whether there are such disclosures
about you or not. Nobody may conclude from it that there are, or that there are none.</p>
<p>The file <code>proofs.json</code> beside this page lets anyone check it without this office. If something here is wrong, you may contest it.</p>
</body></html>
"""


def html(account: PersonsAccount, about: Mapping[str, Json]) -> str:
    """The page."""
    return Environment(autoescape=True).from_string(_PAGE).render(account=account, about=about)
