"""
What the catalogue says about credentials in pictures: the codes `image.*`.

Decides words only. Source: DESIGN section 4; Open Badges 3.0, section 5.3.
"""

from __future__ import annotations

from attestree.text.entry import Entry

_ASK = "Ask the holder for the picture again, or for the credential itself, a JSON file."
_CLEAN = "Export the picture anew as plain SVG, or bake the credential into a PNG."

ENTRIES: dict[str, Entry] = {
    "image.after_end": Entry(
        "There is something behind the end of this picture.",
        cause="A file that is two things at once shows one to people and the other to programs.",
        next=_ASK,
    ),
    "image.already_baked": Entry(
        "There is a credential in this picture already.",
        cause="A picture carries one credential; readers differ in which of two they take.",
        next="Begin with the bare picture, or add --replace to take the other one out.",
    ),
    "image.ambiguous": Entry(
        "There is more than one credential in this picture.",
        cause="Readers differ in which of them they take, so that one picture could say two things.",
        next=_ASK,
    ),
    "image.bomb": Entry(
        "The credential in this picture unpacks to more than {limit} bytes.",
        cause="A small compressed text can unpack to a very large one; it was not unpacked further.",
        next=_ASK,
    ),
    "image.checksum": Entry(
        "This picture is damaged: a part of it does not fit its checksum.",
        cause="It was changed, or damaged on the way.",
        next=_ASK,
    ),
    "image.corrupt": Entry(
        "This file begins as a PNG but is none.",
        cause="It is damaged, or something else under the name of a picture.",
        next=_ASK,
    ),
    "image.credential_too_large": Entry(
        "The credential in this picture is larger than {limit} bytes.",
        cause="No credential that can be checked here is that large.",
        next=_ASK,
    ),
    "image.doctype": Entry(
        "This SVG brings definitions of its own (DOCTYPE).",
        cause="A few lines of definitions can unpack to gigabytes, or fetch files from elsewhere.",
        next="Take the DOCTYPE out of the file; a drawing does not need it.",
    ),
    "image.encoding": Entry(
        "The text in this picture is not UTF-8.",
        cause="It is damaged, or was written by a program that does not keep to the standard.",
        next=_ASK,
    ),
    "image.event_handler": Entry(
        "This SVG reacts to whoever looks at it (an attribute that begins with on).",
        cause="Such a picture runs as a program in the browser of everybody who opens it.",
        next=_CLEAN,
    ),
    "image.external": Entry(
        "This SVG fetches something from elsewhere.",
        cause="Whoever opens it would tell another server so, and it can change after it was given.",
        next=_CLEAN,
    ),
    "image.foreign_content": Entry(
        "This SVG holds a piece of a web page (such as foreignObject).",
        cause="A badge is a drawing; a web page inside it can do what web pages do.",
        next=_CLEAN,
    ),
    "image.no_credential": Entry(
        "There is no credential in this picture.",
        cause="It is a plain picture, or a program that saved it anew has left the credential out.",
        next=_ASK,
    ),
    "image.no_proof": Entry(
        "This JSON has no proof; only a credential that was issued is put into a picture.",
        cause="It is a draft, or not a credential.",
        next="Take the file that `attestree issue` or `attestree deliver` handed out.",
    ),
    "image.not_svg": Entry("This is XML, but not an SVG picture.", next=_ASK),
    "image.not_xml": Entry(
        "This file begins as an SVG but is not well-formed XML.",
        cause="It is damaged, a web page, or something else under the name of a picture.",
        next=_ASK,
    ),
    "image.open_badges_2": Entry(
        "This picture carries a badge of Open Badges 1 or 2, which is not read here.",
        cause="Those have another form and are checked at the address of their issuer.",
        next="Ask the issuer for the same badge as Open Badges 3.0.",
    ),
    "image.out_exists": Entry(
        'The file "{file}" is there already and is another picture.',
        next="Choose another name; nothing is overwritten.",
    ),
    "image.script": Entry(
        "There is a program in this SVG.",
        cause="It would run in the browser of everybody who opens the picture.",
        next=_CLEAN,
    ),
    "image.too_complex": Entry(
        "This picture has too many parts (limit {limit}).",
        cause="No badge needs that many; reading them would keep others waiting.",
        next="Make the picture simpler, or bake the credential into a PNG of it.",
    ),
    "image.too_large": Entry(
        "This picture is larger than {limit} bytes.",
        next="Make it smaller, or use the credential itself, a JSON file.",
    ),
    "image.truncated": Entry(
        "This picture ends too early.",
        cause="It was cut off on the way.",
        next=_ASK,
    ),
    "image.unknown_kind": Entry(
        "This is neither a PNG nor an SVG.",
        cause="Open Badges are carried in those two kinds of picture only.",
        next="Convert the picture to PNG first; a credential by itself is checked with `attestree verify`.",
    ),
    "image.wrong_chunk": Entry(
        "The credential stands in the wrong part of this PNG.",
        cause="The standard has it in international text (iTXt); a program has written it elsewhere.",
        next=_ASK,
    ),
    "image.wrong_keyword": Entry(
        "This picture carries something like a credential under another name than the standard's.",
        cause="PNG has the keyword openbadgecredential; SVG the element credential of Open Badges 3.0.",
        next="Ask the issuer for the badge as Open Badges 3.0 describes it.",
    ),
}
"""Code to entry."""
