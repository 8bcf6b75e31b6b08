import pytest

from madoguchi.common.yaml_source import NotReadable, read


def test_only_numbers_true_false_and_null_are_special():
    text = """
    yes: yes
    on: on
    off: no
    day: 2026-04-01
    octal: 010
    hex: 0x1F
    grouped: 1_000
    sexagesimal: 12:30:45
    infinite: .inf
    quoted: "1"
    block: |-
      true
    whole: 12
    negative: -3
    half: 0.5
    right: true
    wrong: false
    nothing: null
    tilde: ~
    empty:
    """

    assert read(text).data == {
        "yes": "yes",
        "on": "on",
        "off": "no",
        "day": "2026-04-01",
        "octal": "010",
        "hex": "0x1F",
        "grouped": "1_000",
        "sexagesimal": "12:30:45",
        "infinite": ".inf",
        "quoted": "1",
        "block": "true",
        "whole": 12,
        "negative": -3,
        "half": 0.5,
        "right": True,
        "wrong": False,
        "nothing": None,
        "tilde": None,
        "empty": None,
    }


def test_every_key_and_item_has_its_line():
    source = read("id: x\nsections:\n  - id: one\n    questions:\n      - {id: a,\n         kind: text}\n")

    assert [
        source.line_of(path)
        for path in [
            ("id",),
            ("sections", 0, "id"),
            ("sections", 0, "questions", 0, "kind"),
            ("sections", 0, "gone", 3),
        ]
    ] == [1, 3, 6, 3]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("id: a\nid: b\n", "duplicate_key", 2),
        ("a: &x 1\nb: *x\n", "alias", 1),
        ("a: 1\nb: *x\n", "alias", 2),
        ("a: {b: 1}\nc:\n  <<: {d: 1}\n", "alias", 3),
        ("a: 1\nb: !!python/object/apply:os.system ['true']\n", "tag", 2),
        ("a: !own 1\n", "tag", 1),
        ("a: 1\n? [x]\n: 2\n", "key_not_text", 2),
        ("- a\n- b\n", "not_a_mapping", 1),
        ("", "not_a_mapping", 1),
        ("a: 1\n b: 2\n", "syntax", 2),
        ("a: 1\nb: [1, 2\n", "syntax", 3),
        ("a: 1\n---\nb: 2\n", "syntax", 2),
        ("a: '\x00'\n", "syntax", 1),
        ("a: " + "[" * 50 + "]" * 50, "too_deep", 1),
        ("a: " + "x" * 1_000_001, "too_big", 1),
    ],
)
def test_what_is_not_allowed_is_told_with_its_line(text, code, line):
    with pytest.raises(NotReadable) as refused:
        read(text)

    assert (refused.value.code, refused.value.line) == (code, line)


def test_a_bomb_of_aliases_is_refused_before_it_is_built():
    bomb = "a: &a [x, x]\n" + "".join(
        f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefghij", "bcdefghijk", strict=True)
    )

    with pytest.raises(NotReadable) as refused:
        read(bomb)

    assert refused.value.code == "alias"
