"""The office's own profile: no dialogs, no locks, no recovery, nothing taken from elsewhere."""

from __future__ import annotations

import os

# (node, property, type, value) of what is not LibreOffice's default.
_SETTINGS = (
    ("/org.openoffice.Office.Common/Misc", "UseLocking", "xs:boolean", "false"),
    ("/org.openoffice.Office.Common/Misc", "FirstRun", "xs:boolean", "false"),
    ("/org.openoffice.Office.Common/Misc", "UseOpenCL", "xs:boolean", "false"),
    ("/org.openoffice.Office.Common/Misc", "CrashReport", "xs:boolean", "false"),
    ("/org.openoffice.Office.Common/Save/Document", "CreateBackup", "xs:boolean", "false"),
    ("/org.openoffice.Office.Common/Undo", "Steps", "xs:int", "1"),
    ("/org.openoffice.Office.Recovery/AutoSave", "Enabled", "xs:boolean", "false"),
    ("/org.openoffice.Office.Recovery/RecoveryInfo", "Enabled", "xs:boolean", "false"),
    ("/org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "xs:int", "0"),
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "xs:boolean", "false"),
    # Not as it opens a workbook: all is calculated then anyway.
    ("/org.openoffice.Office.Calc/Formula/Load", "OOXMLRecalcMode", "xs:int", "1"),
    ("/org.openoffice.Office.Calc/Formula/Load", "ODFRecalcMode", "xs:int", "1"),
    ("/org.openoffice.Office.Calc/Content/Update", "Link", "xs:int", "1"),
    ("/org.openoffice.Setup/L10N", "ooSetupSystemLocale", "xs:string", "en-US"),
    ("/org.openoffice.Setup/Office", "ooSetupInstCompleted", "xs:boolean", "true"),
)
_ITEM = '<item oor:path="{0}"><prop oor:name="{1}" oor:op="fuse" oor:type="{2}"><value>{3}</value></prop></item>'


def write(profile: str, program: str) -> None:
    """Writes the settings of a profile that no office has open, for this office program."""
    folder = os.path.join(profile, "user")
    os.makedirs(folder, exist_ok=True)
    items = "\n".join(_ITEM.format(*setting) for setting in _SETTINGS)
    with open(os.path.join(folder, "registrymodifications.xcu"), "w", encoding="utf-8") as file:
        file.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
            f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n{items}\n</oor:items>\n'
        )
    _skip_extensions(profile, program)


def _skip_extensions(profile: str, program: str) -> None:
    """Has a new profile taken for one whose extensions are set up, for which an office would start twice."""
    try:
        with open(os.path.join(os.path.dirname(program), "versionrc"), encoding="utf-8") as file:
            build = next(line.partition("=")[2].strip() for line in file if line.startswith("buildid="))
    except (OSError, StopIteration):  # then it does start twice
        return
    folder = os.path.join(profile, "user", "extensions")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "buildid"), "w", encoding="utf-8") as file:
        file.write(build)
