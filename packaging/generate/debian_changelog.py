"""Prints a Debian changelog, made from CHANGELOG.md.

    python3 debian_changelog.py VERSION SECONDS <CHANGELOG.md

VERSION is the package's: that of the newest section of CHANGELOG.md, or one made from it, as 0.2.0+1. SECONDS is the
time of a section that has no date yet, since 1970.
"""

import datetime
import email.utils
import re
import sys
import textwrap

MAINTAINER = "The foqus-worker contributors <maintainers@foqus-worker.invalid>"


def sections(text):
    """(version, date or "unreleased", lines) of each section, the newest first."""
    parts = re.split(r"^## \[([^\]]+)\] - (\S+)\n", text, flags=re.MULTILINE)[1:]
    return list(zip(parts[0::3], parts[1::3], (part.splitlines() for part in parts[2::3])))


def entries(lines):
    """The headings as Debian writes them, the items as paragraphs."""
    for each in lines:
        if each.startswith("### "):
            yield f"[ {each[4:]} ]"
        elif each.startswith("- "):
            yield "* " + each[2:]
        elif each.startswith("  "):
            yield each
    yield ""


def paragraphs(lines):
    paragraph = ""
    for each in entries(lines):
        if each.startswith("  "):
            paragraph += " " + each.strip()
            continue
        if paragraph:
            yield paragraph
        paragraph = each


def when(date, seconds):
    if date == "unreleased":
        moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    else:
        moment = datetime.datetime.fromisoformat(date).replace(tzinfo=datetime.timezone.utc)
    return email.utils.format_datetime(moment)


def main():
    wanted, seconds = sys.argv[1], int(sys.argv[2])
    found = sections(sys.stdin.read())
    newest = found[0][0] if found else "no version"
    if not re.match(re.escape(newest) + r"($|[+~-])", wanted):
        sys.exit(f"error: the programs are of version {wanted}, but CHANGELOG.md begins with {newest}")
    for index, (version, date, lines) in enumerate(found):
        print(f"foqus-worker ({version if index else wanted}) unstable; urgency=medium\n")
        for paragraph in paragraphs(lines):
            hang = "    " if paragraph.startswith("*") else "  "
            print(textwrap.fill(paragraph, 78, initial_indent="  ", subsequent_indent=hang, break_on_hyphens=False))
        print(f"\n -- {MAINTAINER}  {when(date, seconds)}")
        if index < len(found) - 1:
            print()


main()
