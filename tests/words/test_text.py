"""Plain text: the order of names."""

from __future__ import annotations

from undersigned.words.text import a_few, in_reading_order


def test_names_with_accents_come_where_a_reader_looks_for_them() -> None:
    names = [
        "Ynys Housing",
        "Ŷnys Housing",
        "Zebra",
        "Élan Valley",
        "Ely",
        "elan",
        "Øst",
        "Oak",
        "Łódź",
        "Lyme",
        "Æthel",
        "Aer",
    ]
    assert sorted(names, key=in_reading_order) == [
        "Aer",
        "Æthel",
        "elan",
        "Élan Valley",
        "Ely",
        "Łódź",
        "Lyme",
        "Oak",
        "Øst",
        "Ynys Housing",
        "Ŷnys Housing",
        "Zebra",
    ]
    assert a_few(["Zebra", "Élan"]) == "Élan and Zebra"
