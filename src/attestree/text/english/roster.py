"""
What is said about a roster: for the person who keeps it in a spreadsheet.

Findings name a row and a column; `{shown}` is the cell in quotes after a space, on the issuer's own
terminal only, and empty elsewhere.
"""

from __future__ import annotations

from attestree.text.entry import Entry

_PASTE_VALUES = "Copy the column, Paste special > Values, then mend the cell."
_TEXT_COLUMN = "Format the column as Text first, then enter the value: the format alone brings nothing back."

ENTRIES: dict[str, Entry] = {
    # -- the whole file
    "roster.empty": Entry(
        "The roster is empty.", next="Give a file with a header row and one row per learner."
    ),
    "roster.no_rows": Entry("The roster has a header and no rows.", next="Add one row per learner."),
    "roster.too_large": Entry(
        "The roster is larger than {limit} bytes.",
        next="Split it into several files; each becomes a batch of its own.",
    ),
    "roster.too_many_rows": Entry(
        "The roster has more than {limit} rows.",
        next="Split it into several files; each becomes a batch of its own.",
    ),
    "roster.too_many_columns": Entry(
        "The roster has more than {limit} columns.",
        cause="Spreadsheets sometimes save empty formatted columns.",
        next="Delete the columns that are not needed.",
    ),
    "roster.format": Entry(
        "A file of this kind is not read as a roster.",
        cause="The kind is told by the end of the file name.",
        next="Save the table as one of: {known}.",
    ),
    "roster.not_table": Entry(
        "The file is a document, a picture or a web page, not a table.",
        cause="It was renamed, or is another file than you meant.",
        next='Open the table in a spreadsheet and save it as "CSV UTF-8 (comma delimited)", or as .xlsx.',
    ),
    "roster.old_excel": Entry(
        "This is an old Excel file (.xls), or one with a password.",
        next="Open it, remove the password, and save it as Excel workbook (.xlsx) or CSV UTF-8.",
    ),
    "roster.xlsx_unreadable": Entry(
        "The workbook cannot be read.",
        cause="It is damaged, or it is a ZIP file of another kind.",
        next="Open it in a spreadsheet and save it again as Excel workbook (.xlsx) or CSV UTF-8.",
    ),
    "roster.xlsx_locked": Entry(
        "The workbook has a password.", next="Open it, remove the password and save it again."
    ),
    "roster.utf16": Entry(
        "The file is saved as Unicode text (UTF-16), not UTF-8.",
        cause='Excel calls this format "Unicode Text".',
        next='Save it as "CSV UTF-8 (comma delimited)", or as .xlsx.',
    ),
    "roster.encoding": Entry(
        "The file is not UTF-8: row {row} has the first byte that does not fit.",
        cause='It was saved as plain "CSV", which writes accented letters in an older code (Latin-1).',
        next='Save it as "CSV UTF-8 (comma delimited)", or as .xlsx. Do not mend letters by hand.',
    ),
    "roster.quotes": Entry(
        "The quotes in row {row} do not match.",
        cause='A cell holds a " that is not doubled, or one that is never closed.',
        next='Save the file again from a spreadsheet, or write "" for each quote inside a quoted cell.',
    ),
    "roster.json_line": Entry(
        "Line {row} is not one JSON object ({problem}).",
        next="Write one object per line, names and values in double quotes.",
    ),
    "roster.no_header": Entry(
        "Row {row} should name the columns, and none of its cells is a column name that is known here.",
        cause="The header is missing, or something stands above it.",
        next="Let the first row name the columns, such as: learner_id, name, email, awarded_on.",
    ),
    "roster.duplicate_column": Entry(
        "Two columns mean {column}.", next="Delete or rename one of them: it is not guessed which one counts."
    ),
    "roster.no_learner_column": Entry(
        "No column says who the learners are.", next="Add one of the columns learner_id, email or did."
    ),
    "roster.no_name_column": Entry(
        "No column holds the learners' names.",
        next="Add a column name, or given_name and family_name; or leave names out with --no-name.",
    ),
    "roster.bad_rows": Entry(
        "{bad:bad row stops|bad rows stop} the batch.",
        next="Mend them, or repeat with --skip-bad to issue the {good:good row|good rows}.",
    ),
    "roster.no_such_row": Entry(
        "Row {row} is not a good row of the roster.",
        next="Choose a row number as the spreadsheet shows it; lint says what is wrong with bad rows.",
    ),
    "roster.no_good_rows": Entry(
        "No row of the roster can be issued.", next="Mend the rows that the findings name."
    ),
    "roster.duplicate_credential": Entry(
        "Rows {first} and {second} would make the same credential.",
        next="Delete one, or give both a ref if the learner was awarded twice.",
    ),
    # -- columns
    "roster.more_sheets": Entry(
        "only the first sheet is read; {sheets:other sheet has|other sheets have} rows too",
        next="if learners stand there, copy them to the first sheet, or save each sheet as a file of its own",
    ),
    "roster.unknown_column": Entry(
        "{column}{shown} is not known here and is not issued",
        next="rename it if it should be, see attestree template roster",
    ),
    "roster.unnamed_column": Entry("{column} has no name and is not issued", next="name it, or delete it"),
    # -- one cell
    "roster.cell_error": Entry(
        "{column}{shown} is a spreadsheet error",
        cause="A formula points to something that is gone.",
        next="enter the value itself",
    ),
    "roster.cell_too_long": Entry("{column} has {size} characters; {limit} are allowed", next="shorten it"),
    "roster.bad_text": Entry(
        "{column} has a character that cannot be seen or that turns the reading direction",
        cause="It was pasted from a web page or a document.",
        next="type the text anew",
    ),
    "roster.not_nfc": Entry(
        "{column}{shown} spells an accented letter as two characters",
        cause="Some systems store them so; it looks the same and compares otherwise.",
        next="type the letter anew",
    ),
    "roster.formula": Entry(
        "{column}{shown} is a formula, not a value",
        cause="Formulas are never computed here.",
        next=_PASTE_VALUES,
    ),
    "roster.formula_value": Entry(
        "{column}{shown} is what a formula showed when the file was saved",
        cause="It may be out of date.",
        next="look at it; " + _PASTE_VALUES,
    ),
    "roster.hard_space": Entry(
        "{column}{shown} has a non-breaking or other special space inside",
        cause="It was pasted from a web page or a document.",
        next="replace it with an ordinary space (Find and replace)",
    ),
    "roster.outer_space": Entry(
        "{column}{shown} had spaces before or after it; they are left out", next="nothing, or mend it"
    ),
    "roster.mojibake": Entry(
        "{column}{shown} looks like letters read in the wrong code",
        cause="Accented letters were saved as UTF-8 and opened as something else.",
        next="import the original file again as UTF-8",
    ),
    "roster.long_number": Entry(
        "{column} is a number of more than 15 digits; the spreadsheet has lost the last ones",
        next="enter it again as text. " + _TEXT_COLUMN,
    ),
    "roster.scientific": Entry(
        "{column}{shown} was shortened by the spreadsheet (like 1.2E+05)",
        next="enter it again as text. " + _TEXT_COLUMN,
    ),
    "roster.lost_zeros": Entry(
        "{column}{shown} has {size} digits where most have {usual}",
        cause="Spreadsheets drop leading zeros.",
        next="if zeros are missing: " + _TEXT_COLUMN,
    ),
    "roster.boolean": Entry("{column}{shown} is TRUE or FALSE, not text", next="enter a text"),
    "roster.not_text": Entry("{column} is neither text nor number", next="enter a text"),
    "roster.date_serial": Entry(
        "{column}{shown} is the number a spreadsheet keeps for a date",
        cause="The column is formatted as a number.",
        next="format the column as date yyyy-mm-dd and save again",
    ),
    "roster.date_with_time": Entry(
        "{column}{shown} has a time of day", next="leave the date alone, such as 2026-05-01"
    ),
    "roster.date_order": Entry(
        "{column}{shown} could mean two days",
        cause="Day and month stand in a different order in different countries.",
        next="write year-month-day, such as 2026-05-01",
    ),
    "roster.date_form": Entry(
        "{column}{shown} is not a date", next="write year-month-day, such as 2026-05-01"
    ),
    "roster.no_such_date": Entry("{column}{shown} is not in the calendar", next="mend it"),
    "roster.expires_first": Entry("{column}{shown} is not after the award", next="mend one of the two dates"),
    "roster.email_no_at": Entry("{column}{shown} has no @", next="mend it"),
    "roster.email_no_at_spare": Entry(
        "{column}{shown} has no @", next="mend it, or leave it empty: {other} is enough"
    ),
    "roster.email_no_domain": Entry("{column}{shown} has no domain", next="mend it"),
    "roster.email_no_domain_spare": Entry(
        "{column}{shown} has no domain", next="mend it, or leave it empty: {other} is enough"
    ),
    "roster.email_form": Entry("{column}{shown} is not an address", next="mend it"),
    "roster.email_form_spare": Entry(
        "{column}{shown} is not an address", next="mend it, or leave it empty: {other} is enough"
    ),
    "roster.did_form": Entry(
        "{column}{shown} is not a DID", next="write it like did:key:z6Mk..., or leave it empty"
    ),
    "roster.url_form": Entry("{column}{shown} is not a web address", next="write it in full, from https://"),
    "roster.language_form": Entry(
        "{column}{shown} is not a language", next="write a code such as en, de or pt-BR, small letters first"
    ),
    "roster.decimal_comma": Entry("{column}{shown} has a decimal comma", next="write a point, such as 2.5"),
    "roster.credits_form": Entry(
        "{column}{shown} is not a number of credits", next="write a number from 0 to {limit}, such as 2.5"
    ),
    # -- one row
    "roster.extra_cells": Entry(
        "{column} has more cells than the {columns} columns",
        cause="A cell holds the separator without quotes around it.",
        next="put the cell in double quotes, or save again from a spreadsheet",
    ),
    "roster.no_learner": Entry(
        "{column} does not say who the learner is", next="fill in learner_id, email or did"
    ),
    "roster.no_name": Entry("{column} has no name", next="fill it in, or leave all names out with --no-name"),
    "roster.placeholder_name": Entry(
        "the name{shown} looks like a place-holder", next="mend it if it is one"
    ),
    "roster.same_learner": Entry(
        "{column}{shown} stands in row {first} already",
        next="delete one row, or give both a ref if the learner was awarded twice",
    ),
    "roster.issued_before": Entry(
        "{column}{shown} holds this credential already",
        next="leave the row out, or choose --on-duplicate skip or replace",
    ),
    "roster.skipped": Entry(
        "{column}{shown} holds this credential already; skipped",
        next="to issue a new one: --on-duplicate replace",
    ),
    "roster.replaces": Entry(
        "{column}{shown} holds this credential already; the new one takes its place",
        next="nothing, if that is meant",
    ),
    "roster.already_over": Entry(
        "{column} makes a credential that is over before it begins",
        next="mend its dates, or the time of validity",
    ),
    "roster.not_issuable": Entry(
        "{column} makes no credential that may be issued ({problem})", next="mend its texts"
    ),
    "roster.future_award": Entry("{column}{shown} lies in the future", next="mend it if it is a slip"),
    "roster.same_email": Entry(
        "{column} is the same as in row {first}, for another learner", next="mend it if it is a slip"
    ),
}
"""Code -> what is said."""
