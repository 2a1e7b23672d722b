"""The vocabulary: what is read from a folder of law, and what stops it from being read."""

from __future__ import annotations

import cedarpy
import polars as pl
import pytest

from privity.errors import LawError
from privity.rules.facts import SHIPPED, cedar_schema, facts_schema, load_folder, load_vocabulary
from privity.terms import Duty, Fact, Stage
from rules import toy


def test_the_shipped_vocabulary_says_what_facts_toml_says():
    vocabulary = load_vocabulary(SHIPPED, "us/26-usc-6103")
    assert vocabulary.bases["i-2"].duty is Duty.SHALL
    assert vocabulary.facts["purpose"].aliases["prosecution"] == "preparation-for-criminal-proceeding"
    assert vocabulary.facts["supplied_address_must_be_the_taxpayers"].stricter is True
    assert vocabulary.provisions["8 USC 1325(b)"] == "civil"
    names = [column.name for column in vocabulary.columns]
    assert names.index("last_name") < names.index("tin")
    assert str(vocabulary.general_rule.cite) == "26 USC 6103(a)"


def test_a_folder_by_itself_is_a_regime_with_the_shipped_core_columns(tmp_path):
    vocabulary = load_folder(toy.write(tmp_path / "toy"))
    assert {"card", "last_name"} <= {column.name for column in vocabulary.columns}
    assert vocabulary.provisions == {}


def test_a_column_of_the_regime_takes_the_place_of_the_core_one(tmp_path):
    text = toy.FACTS.replace('name = "card"', 'name = "case_id"').replace('"present card"', '"present case_id"')
    columns = [column for column in load_folder(toy.write(tmp_path / "toy", text)).columns if column.name == "case_id"]
    assert [column.plain for column in columns] == ["number of the card"]


def test_a_table_of_facts_has_only_what_is_known_at_its_stage(tmp_path):
    vocabulary = load_folder(toy.write(tmp_path / "toy"))
    schema = facts_schema(vocabulary, Stage.REQUEST)
    assert "found" not in schema
    assert "found" in facts_schema(vocabulary, Stage.RECORD)
    assert schema["shelf"] == pl.Enum(["open", "closed", "rare"])
    assert schema["ordinal"] == pl.UInt32


def test_no_fact_can_hold_text():
    kinds = {str(fact.dtype.base_type()) for fact in load_vocabulary(SHIPPED).facts.values()}
    assert kinds <= {"Boolean", "Int64", "Date", "Enum"}


@pytest.mark.invariant
def test_law_is_data_the_cedar_schema_is_made_from_the_vocabulary(tmp_path):
    schema = cedar_schema(load_folder(toy.write(tmp_path / "toy")))
    cedarpy.Schema.from_str(schema)
    assert 'entity Shelf enum ["open", "closed", "rare"];' in schema
    assert '"late"?: Long' in schema
    assert " in [Action" not in schema, "actions are flat"


WRONG = [
    ("unknown key", 'plain = "a loan"', 'plane = "a loan"\nplain = "a loan"', "basis: unknown key `plane`"),
    ("missing key", 'duty = "may"\n', "", "basis: `duty` is missing"),
    ("another duty", 'duty = "may"', 'duty = "must"', "basis `lend`"),
    ("a fact twice", 'name = "late"', 'name = "books"', "fact `books`: given twice"),
    ("no values", 'values = ["open", "closed", "rare"]\nfrom = "element books.shelf"', 'from = "element books.shelf"', "fact `shelf`"),
    ("values twice", '"closed", "rare"]\nfrom = "element books.shelf"', '"open"]\nfrom = "element books.shelf"', "fact `shelf`"),
    ("an enum in two ways", '"closed", "rare"]\nfrom = "element books.shelf"', '"shut"]\nfrom = "element books.shelf"', "fact `wanted`"),
    ("an unknown origin", '"present card"', '"guess card"', "fact `card_given`"),
    ("an unknown column", '"present card"', '"present cart"', "`cart`"),
    ("a column of another kind", '"column due"', '"column card"', "fact `due`"),
    ("a later fact from the request", '"register found"', '"present card"', "fact `found`"),
    ("a record's fact at the request", 'stage = "record"\n', "", "fact `found`"),
    ("text as a fact", 'type = "boolean"\nfrom = "present card"', 'type = "text"\nfrom = "present card"', "fact `card_given`"),
    ("a reserved enum", 'enum = "Shelf"', 'enum = "Office"', "fact `shelf`"),
    ("a switch without a stricter value", '"present card"', '"reading card"', "fact `card_given`"),
    ("a citation no one can follow", 'cite = "1 USC 1"', 'cite = "the usual law"', "regime.general_rule"),
    ("a default basis there is not", 'default_basis = "lend"', 'default_basis = "give"', "default_basis"),
    ("text where a Boolean stands", "optional = true", 'optional = "yes"', "`optional` is not a Boolean"),
    ("not TOML", "[regime]", "[regime", "not TOML"),
]


@pytest.mark.parametrize(("_name", "old", "new", "said"), WRONG, ids=[one[0] for one in WRONG])
def test_what_is_not_well_formed_is_named_with_its_file_and_entry(tmp_path, _name, old, new, said):
    assert old in toy.FACTS
    with pytest.raises(LawError) as error:
        load_folder(toy.write(tmp_path / "toy", toy.FACTS.replace(old, new, 1)))
    assert str(error.value).startswith("facts.toml: ")
    assert said in str(error.value)
    assert error.value.remedy


def test_a_kind_of_provision_that_the_vocabulary_does_not_know_is_a_mistake(tmp_path):
    folder = toy.write(tmp_path / "toy", toy.FACTS.replace("element books.shelf", "element authority.standing"))
    (folder / "provisions.toml").write_text('[[provision]]\ncite = "1 USC 9"\nkind = "crimnal"\nplain = "x"\n')
    with pytest.raises(LawError, match=r"provisions.toml: provision `1 USC 9`"):
        load_folder(folder)


def test_a_folder_without_law_is_an_error_with_a_remedy(tmp_path):
    with pytest.raises(LawError, match=r"facts.toml"):
        load_folder(tmp_path)


def test_every_fact_is_a_fact():
    assert all(isinstance(fact, Fact) and fact.plain for fact in load_vocabulary(SHIPPED).facts.values())
