from __future__ import annotations

import datetime as dt
import io
import zipfile

import openpyxl
import pytest

from attestree.errors import RosterError
from attestree.issuing.finding import Severity
from attestree.issuing.roster import Roster, parse_roster

HEADER = "learner_id,email,name,awarded_on\n"


def parse(text: str, **more: bool) -> Roster:
    return parse_roster(text.encode("utf-8"), file_name="roster.csv", **more)


def codes(roster: Roster) -> list[tuple[int, str, str]]:
    return [(finding.row, finding.severity.value, finding.code) for finding in roster.findings]


def refused(octets: bytes, file_name: str = "roster.csv") -> str:
    with pytest.raises(RosterError) as caught:
        parse_roster(octets, file_name=file_name)
    return caught.value.code


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def with_cell(octets: bytes, old: str, new: str) -> bytes:
    """Rewrite a piece of the first sheet's XML, as another spreadsheet would have written it."""
    source, target = zipfile.ZipFile(io.BytesIO(octets)), io.BytesIO()
    with source, zipfile.ZipFile(target, "w") as archive:
        for entry in source.namelist():
            content = source.read(entry)
            if entry == "xl/worksheets/sheet1.xml":
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            archive.writestr(entry, content)
    return target.getvalue()


def test_columns_are_found_by_name_in_any_order_and_under_their_other_names() -> None:
    roster = parse(
        "Award date;First Name;E-Mail;SURNAME;Student-ID\n2026-05-01;Zofia;z@example.org;K.;0017\n"
    )
    (row,) = roster.rows
    assert (row.number, row.email, row.learner_id, row.full_name) == (2, "z@example.org", "0017", "Zofia K.")
    assert row.awarded_on == "2026-05-01"
    assert roster.findings == ()


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_byte_order_mark_separator_and_line_ends_change_nothing(
    mark: str, separator: str, newline: str
) -> None:
    lines = ["learner_id,name,narrative".replace(",", separator), f'1{separator}"Zo, fia; K"{separator}"a"']
    roster = parse(mark + newline.join(lines) + newline)
    assert [(row.learner_id, row.name, row.narrative) for row in roster.rows] == [("1", "Zo, fia; K", "a")]


def test_blank_lines_are_skipped_and_counted() -> None:
    roster = parse(HEADER + "\n , ,\n17,,Zofia,\n")
    assert [row.number for row in roster.rows] == [4]
    assert roster.total == 1


def test_a_line_break_inside_quotes_does_not_move_the_row_numbers() -> None:
    roster = parse('learner_id,name,narrative\n1,A B,"two\nlines"\n2,C D,x@y\n3,,\n')
    assert codes(roster)[-1] == (4, "bad", "roster.no_name")


def test_an_unknown_column_is_a_warning_on_the_header_and_never_issued() -> None:
    roster = parse("learner_id,name,shoe size\n1,A B,42\n")
    assert codes(roster) == [(1, "warning", "roster.unknown_column")]
    assert "42" not in str(roster.rows[0].to_json())


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("45678", "roster.date_serial"),
        ("45678.5", "roster.date_serial"),
        ("05/01/26", "roster.date_order"),
        ("1.5.2026", "roster.date_order"),
        ("2026/05/01", "roster.date_order"),
        ("2026-05-01 00:00:00", "roster.date_with_time"),
        ("2026-05-01T00:00:00Z", "roster.date_with_time"),
        ("2026-02-30", "roster.no_such_date"),
        ("1 May 2026", "roster.date_form"),
        ("#REF!", "roster.cell_error"),
        ("=TODAY()", "roster.formula"),
        ("2026-05-\u00a001", "roster.hard_space"),
    ],
)
def test_a_date_that_is_not_iso_is_named_and_never_guessed(cell: str, code: str) -> None:
    roster = parse(HEADER + f"1,,A B,{cell}\n")
    assert codes(roster) == [(2, "bad", code)]
    assert roster.rows == ()


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("zofia", "roster.email_no_at"),
        ("zofia@", "roster.email_no_domain"),
        ("zofia@localhost", "roster.email_no_domain"),
        ("zo fia@example.org", "roster.email_form"),
        ("a@b@example.org", "roster.email_form"),
        (".z@example.org", "roster.email_form"),
        ("z..k@example.org", "roster.email_form"),
        ("z@-example.org", "roster.email_form"),
        ("z@example..org", "roster.email_form"),
    ],
)
def test_a_bad_address_says_whether_the_row_can_do_without_it(cell: str, code: str) -> None:
    assert codes(parse(HEADER + f",{cell},A B,\n")) == [(2, "bad", code)]
    roster = parse(HEADER + f"1,{cell},A B,\n")
    assert codes(roster) == [(2, "bad", code + "_spare")]
    assert roster.findings[0].values == {"other": "learner_id"}


@pytest.mark.parametrize(
    "cell", ["zofia@example.org", "z.k+badge@sub.example.org", "żofia@exämple.org", "o'neil@example.org"]
)
def test_ordinary_addresses_are_taken(cell: str) -> None:
    assert parse(HEADER + f",{cell},A B,\n").rows[0].email == cell


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("learner_id", "1.2E+05", "roster.scientific"),
        ("learner_id", "1,2E+05", "roster.scientific"),
        ("ref", "1.2345E+15", "roster.scientific"),
        ("credits", "2,5", "roster.decimal_comma"),
        ("credits", "-1", "roster.credits_form"),
        ("credits", "nan", "roster.credits_form"),
        ("credits", "1e400", "roster.scientific"),
        ("did", "key:z6Mk", "roster.did_form"),
        ("evidence_url", "javascript:alert(1)", "roster.url_form"),
        ("evidence_url", "https://user@example.org/", "roster.url_form"),
        ("evidence_url", "www.example.org", "roster.url_form"),
        ("language", "English", "roster.language_form"),
        ("language", "EN", "roster.language_form"),
        ("narrative", "x" * 5_001, "roster.cell_too_long"),
        ("licence_number", "x" * 256, "roster.cell_too_long"),
        ("result", "=1+1", "roster.formula"),
    ],
)
def test_each_column_says_what_it_cannot_hold(column: str, cell: str, code: str) -> None:
    identity = "" if column in ("learner_id", "did") else "email,"
    row = "" if column in ("learner_id", "did") else "z@example.org,"
    roster = parse(f'{identity}name,{column}\n{row}A B,"{cell}"\n')
    assert codes(roster) == [(2, "bad", code)]


def test_white_space_around_a_cell_goes_with_a_warning() -> None:
    roster = parse(HEADER + "17 ,,\u00a0Zofia K.,\n")
    assert (roster.rows[0].learner_id, roster.rows[0].name) == ("17", "Zofia K.")
    assert [code for _, _, code in codes(roster)] == ["roster.outer_space", "roster.outer_space"]


def test_a_non_breaking_space_inside_a_name_is_named() -> None:
    assert codes(parse(HEADER + "17,,Zofia\u00a0K.,\n")) == [(2, "bad", "roster.hard_space")]


@pytest.mark.parametrize("name", ["Zofia\u202eK", "Zo\u0301fia e\u0301", "Zof\u200bia", "Zo\x07fia"])
def test_names_that_look_like_another_are_refused(name: str) -> None:
    roster = parse(HEADER + f"1,,{name},\n")
    assert roster.bad == 1
    assert roster.findings[0].severity is Severity.BAD


def test_letters_read_in_the_wrong_code_are_a_warning() -> None:
    assert codes(parse(HEADER + "1,,JÃ¼rgen K.,\n")) == [(2, "warning", "roster.mojibake")]


def test_place_holders_for_names_are_a_warning() -> None:
    assert codes(parse(HEADER + "1,,undefined undefined,\n")) == [(2, "warning", "roster.placeholder_name")]


def test_a_second_row_for_one_learner_is_bad_and_names_the_first() -> None:
    roster = parse("email,name\nz@example.org,A B\nx@example.org,C D\nZ@Example.org,A B\n")
    assert codes(roster) == [(4, "bad", "roster.same_learner")]
    assert roster.findings[0].values == {"first": 2}
    assert [row.number for row in roster.rows] == [2, 3]


def test_a_reference_tells_two_awards_to_one_learner_apart() -> None:
    assert parse("learner_id,name,ref\n1,A B,spring\n1,A B,autumn\n").bad == 0


def test_two_learners_with_one_address_are_a_warning() -> None:
    roster = parse(HEADER + "1,z@example.org,A B,\n2,z@example.org,C D,\n")
    assert codes(roster) == [(3, "warning", "roster.same_email")]


def test_ids_that_are_shorter_than_the_others_may_have_lost_zeros() -> None:
    roster = parse("learner_id,name\n10017,A B\n10018,C D\n10019,E F\n42,G H\n")
    assert codes(roster) == [(5, "warning", "roster.lost_zeros")]


def test_an_expiry_before_the_award_is_bad() -> None:
    roster = parse("learner_id,name,awarded_on,expires_on\n1,A B,2026-05-01,2026-05-01\n")
    assert codes(roster) == [(2, "bad", "roster.expires_first")]


def test_a_row_without_learner_or_name_is_bad() -> None:
    assert codes(parse(HEADER + ",,Zofia,\n1,,,\n")) == [
        (2, "bad", "roster.no_learner"),
        (3, "bad", "roster.no_name"),
    ]
    assert parse("learner_id\n1\n", with_names=False).bad == 0


def test_a_separator_without_quotes_is_noticed() -> None:
    assert codes(parse("learner_id,name\n1,K., Zofia\n")) == [(2, "bad", "roster.extra_cells")]


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"", "roster.empty"),
        (b" \n\n", "roster.empty"),
        (HEADER.encode(), "roster.no_rows"),
        (b"17,Zofia\n18,Anna\n", "roster.no_header"),
        (b"learner_id,name,E-mail,email\n1,A,b,c\n", "roster.duplicate_column"),
        (b"name\nZofia\n", "roster.no_learner_column"),
        (b"email,given_name\nz@example.org,Zofia\n", "roster.no_name_column"),
        ((HEADER + "1,,J\u00fcrgen,\n").encode("latin-1"), "roster.encoding"),
        ((HEADER + "1,,Zofia,\n").encode("utf-16"), "roster.utf16"),
        ((HEADER + "1,,Zofia,\n").encode("utf-16-le"), "roster.utf16"),
        ((HEADER + '1,,"Zofia,\n2,,B,\n').encode(), "roster.quotes"),
        ((HEADER + '1,,"Zo"fia,\n').encode(), "roster.quotes"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "roster.old_excel"),
        (b"PK\x03\x04 no workbook", "roster.xlsx_unreadable"),
        (b"%PDF-1.7\n%\xe2\xe3", "roster.not_table"),
        (("name," + ",".join(f"c{n}" for n in range(300)) + "\nA\n").encode(), "roster.too_many_columns"),
    ],
)
def test_a_file_that_cannot_be_judged_says_why(octets: bytes, code: str) -> None:
    assert refused(octets) == code


def test_a_format_that_is_not_read_is_refused() -> None:
    assert refused(b"learner_id,name\n1,A\n", "roster.ods") == "roster.format"


def test_a_wrong_encoding_names_the_row() -> None:
    with pytest.raises(RosterError) as caught:
        parse_roster((HEADER + "1,,A,\n2,,J\u00fcrgen,\n").encode("cp1252"), file_name="r.csv")
    assert caught.value.values == {"row": 3}


def test_a_workbook_reads_like_a_csv_and_keeps_its_row_numbers() -> None:
    octets = workbook(
        ["learner_id", "name", "awarded_on", "credits"],
        [],
        [10017, "Zofia K.", dt.date(2026, 5, 1), 2.5],
        ["0042x", "Anna", dt.datetime(2026, 5, 2), 3],  # noqa: DTZ001  # spreadsheets know no zones
    )
    roster = parse_roster(octets, file_name="roster.xlsx")
    assert [(r.number, r.learner_id, r.awarded_on, r.credits) for r in roster.rows] == [
        (3, "10017", "2026-05-01", 2.5),
        (4, "0042x", "2026-05-02", 3),
    ]
    assert roster.findings == ()


def test_the_format_of_a_workbook_is_known_whatever_its_name() -> None:
    assert parse_roster(workbook(["learner_id", "name"], [1, "A"]), file_name="roster.csv").total == 1


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (45678, "roster.date_serial"),
        (dt.datetime(2026, 5, 1, 9, 30), "roster.date_with_time"),  # noqa: DTZ001  # spreadsheets know no zones
        ("05/01/26", "roster.date_order"),
        ("=TODAY()", "roster.formula"),
        (True, "roster.boolean"),
    ],
)
def test_habits_of_a_spreadsheet_are_named_in_a_workbook(cell: object, code: str) -> None:
    octets = workbook(["learner_id", "name", "awarded_on"], ["a1", "A B", cell])
    assert codes(parse_roster(octets, file_name="r.xlsx")) == [(2, "bad", code)]


def test_a_number_too_long_for_a_spreadsheet_is_named() -> None:
    octets = workbook(["learner_id", "name"], [1234567890123456, "A B"])
    assert codes(parse_roster(octets, file_name="r.xlsx")) == [(2, "bad", "roster.long_number")]


def test_a_formula_with_a_value_is_a_warning_and_one_with_an_error_is_bad() -> None:
    octets = workbook(["learner_id", "name"], ["a1", "=A2"])
    shown = with_cell(octets, '<c r="B2"><f>A2</f><v></v>', '<c r="B2" t="str"><f>A2</f><v>Zofia K.</v>')
    roster = parse_roster(shown, file_name="r.xlsx")
    assert codes(roster) == [(2, "warning", "roster.formula_value")]
    assert roster.rows[0].name == "Zofia K."
    broken = with_cell(octets, '<c r="B2"><f>A2</f><v></v>', '<c r="B2" t="e"><f>A2</f><v>#REF!</v>')
    assert (2, "bad", "roster.cell_error") in codes(parse_roster(broken, file_name="r.xlsx"))


def test_only_the_first_sheet_counts() -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.append(["learner_id", "name"])
    first.append(["a1", "A B"])
    second = book.create_sheet("notes", 1)
    second.append(["nonsense"])
    target = io.BytesIO()
    book.save(target)
    alone = parse_roster(target.getvalue(), file_name="r.xlsx")
    assert (alone.total, codes(alone)) == (1, [])
    second.append(["learner of another class"])
    target = io.BytesIO()
    book.save(target)
    roster = parse_roster(target.getvalue(), file_name="r.xlsx")
    assert (roster.total, codes(roster)) == (1, [(1, "warning", "roster.more_sheets")])


def test_json_lines_are_read_by_member_name() -> None:
    text = '{"learner_id":"0017","name":"Zofia","credits":2.5}\n\n{"name":"Anna","email":"a@b.org","hue":0}\n'
    roster = parse_roster(text.encode(), file_name="roster.jsonl")
    assert [(r.number, r.learner_id, r.email, r.credits) for r in roster.rows] == [
        (1, "0017", "", 2.5),
        (3, "", "a@b.org", None),
    ]
    assert [code for _, _, code in codes(roster)] == ["roster.unknown_column"]


@pytest.mark.parametrize("line", ["[1]", '{"a":1,"a":2}', "{", '{"learner_id":NaN}'])
def test_a_line_that_is_no_object_stops_the_roster(line: str) -> None:
    assert refused(f'{{"learner_id":"1","name":"A"}}\n{line}\n'.encode(), "r.jsonl") == "roster.json_line"


def test_a_nested_member_is_bad() -> None:
    text = '{"learner_id":"1","name":["A"]}\n{"learner_id":"2","name":true}\n'
    roster = parse_roster(text.encode(), file_name="r.jsonl")
    assert codes(roster) == [(1, "bad", "roster.not_text"), (2, "bad", "roster.not_text")]


def test_a_row_never_shows_a_person_in_a_log() -> None:
    (row,) = parse(HEADER + "17,z@example.org,Zofia K.,\n").rows
    assert repr(row) == "Row(number=2)"
    roster = parse(HEADER + "17,zofia-private,Zofia K.,\n")
    assert "zofia-private" not in repr(roster)
