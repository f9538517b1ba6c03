"""Prints the manual page foqus.conf(5), made from docs/settings.md.

    python3 settings_manual.py VERSION DATE <docs/settings.md
"""

import re
import sys


def escaped(text):
    """`text` for troff: dashes and quotes stay ASCII, so that examples can be copied."""
    for plain, troff in (("\\", "\\e"), ("-", "\\-"), ("'", "\\(aq"), ("`", "\\(ga"), ("^", "\\(ha"), ("~", "\\(ti")):
        text = text.replace(plain, troff)
    return text


def line(text):
    """A line of text: "." in the first column would be a request."""
    return "\\&" + text if text.startswith((".", "\\(aq")) else text


def inline(text):
    """`code` and **strong words** in bold, links as their text."""
    text = re.sub(r"\[((?:`[^`]*`|[^\]`])*)\]\([^)]*\)", r"\1", text)
    parts = re.split(r"`([^`]*)`", text)
    for index, part in enumerate(parts):
        if index % 2:
            parts[index] = f"\\fB{escaped(part)}\\fR"
        else:
            parts[index] = re.sub(r"\*\*(.+?)\*\*", r"\\fB\1\\fR", escaped(part))
    return "".join(parts)


def cells(row):
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def table(rows):
    """A row becomes a term with its explanation."""
    columns = cells(rows[0])
    for row in rows[2:]:
        term, *middle, meaning = cells(row)
        notes = []
        for name, text in zip(columns[1:], middle):
            if text:
                notes.append(inline(text) if name == "type" else f"{name} {inline(text)}")
        yield ".TP"
        yield line(inline(term if term.startswith("`") else f"`{term}`") + (f" ({'; '.join(notes)})" if notes else ""))
        yield line(inline(meaning))


def blocks(text):
    """The page's blocks: headings, tables, list items, verbatim lines and paragraphs, each as (kind, lines)."""
    block = []
    for current in text.splitlines() + [""]:
        item = re.match(r"(\d+\.|-) ", current)
        if block and (not current.strip() or item):
            yield block
            block = []
        if current.strip():
            block.append(current)


def page(text):
    for block in blocks(text):
        first = block[0]
        item = re.match(r"(\d+\.|-) +(.*)", first)
        if first.startswith("# "):
            continue
        if first.startswith("## "):
            yield f'.SH "{inline(first[3:]).upper() if "`" not in first else escaped(first[3:].replace("`", ""))}"'
        elif first.startswith("### "):
            yield f'.SS "{escaped(first[4:])}"'
        elif first.startswith("|"):
            yield from table(block)
        elif first.startswith("    "):
            yield from (".PP", ".RS 4", ".nf", *(line(escaped(each[4:])) for each in block), ".fi", ".RE")
        elif item:
            yield f'.IP "{item[1] if item[1] != "-" else escaped("-")}" 4'
            yield line(inline(" ".join([item[2], *(each.strip() for each in block[1:])])))
        else:
            yield ".PP"
            yield line(inline(" ".join(each.strip() for each in block)))


def main():
    version, date = sys.argv[1:]
    print(f'.TH "FOQUS.CONF" 5 "{escaped(date)}" "foqus\\-worker {escaped(version)}" ""')
    print(".SH NAME\nfoqus.conf \\- settings of the FOQUS gateway and workers")
    print(".SH SYNOPSIS\n\\fI/etc/foqus/foqus.conf\\fR\n.SH DESCRIPTION")
    print("\n".join(page(sys.stdin.read())))
    print(".SH SEE ALSO\n.BR foqus\\-worker (8),\n.BR foqus\\-gateway (8),\n.BR foqusctl (1)")


main()
