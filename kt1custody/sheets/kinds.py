"""What a file is that is no table: told by its content, since names say nothing.

**Rule:** each kind that offices hand over by mistake has its own code, and its sentence says what to
do. Nothing is opened or decoded to find out; only signs that every such file bears are looked for.
"""

import codecs
import re
from collections.abc import Collection

_HEAD = 4_096  # bytes that are looked at
_SIGNATURES = (
    (b"{\\rtf", "word"),
    (b"\x89PNG\r\n", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"PK\x05\x06", "archive"),
    (b"Rar!\x1a", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "shortcut"),
    (b"[InternetShortcut]", "shortcut"),
    # Workbooks of Excel 2 to 4.
    (b"\x09\x00\x04\x00", "old-xls"),
    (b"\x09\x02\x06\x00", "old-xls"),
    (b"\x09\x04\x06\x00", "old-xls"),
    (b"\x09\x08\x08\x00\x00\x05", "old-xls"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Streams of compound files. A book with a password may hold two; the first that is there counts.
_STREAMS = (
    ("EncryptedPackage", "locked"),
    ("__properties_version", "mail"),
    ("WordDocument", "word"),
    ("PowerPoint Document", "presentation"),
    ("Workbook", "old-xls"),
    ("Book", "old-xls"),
)
_BEFORE_ROOT = r"(?:\s|<\?xml[^>]*>|<!--(?:(?!-->).)*-->)*"
_HTML = re.compile(
    _BEFORE_ROOT + r"<(?:!doctype\s+html|(?:html|head|body|meta|table|style|div|center|font)\b)",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(r"\s*<\?xml\b|\s*<workbook\b", re.IGNORECASE)
_MAIL = re.compile(
    r"(?:(?:received|return-path|delivered-to|mime-version|message-id|from|to|date|subject"
    r"|content-type|x-[a-z0-9-]+|dkim-signature|arc-[a-z-]+): ?[^\n]*\n(?:[ \t][^\n]*\n)*){3}",
    re.IGNORECASE,
)
_OWNER_SIZES = (162, 165)  # bytes of the file by which Word and Excel say who has another one open
_OWNER_NAME = 54  # bytes at most


def of_lock(name: str, unverified: bytes) -> bool:
    """Tell whether a file only says that somebody has another one open."""
    if name.startswith((".~lock.", "~$")) and len(unverified) < _HEAD:
        return True
    if len(unverified) not in _OWNER_SIZES or not 0 < unverified[0] <= _OWNER_NAME:
        return False
    return not unverified[1 + unverified[0] : 1 + _OWNER_NAME].strip(b" \x00")


def of_bytes(unverified: bytes) -> str:
    """Give the code of what a file is that is neither text nor a package, or nothing."""
    head = unverified[:_HEAD]
    if head.startswith(_OLE):
        return _of_streams(unverified)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if b"%PDF-" in head[:1_024]:
        return "pdf-list"
    if head[4:8] == b"ftyp" or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return "picture"
    if head[:2] == b"BM" and head[6:10] == bytes(4):
        return "picture"
    if head and not unverified.strip(b"\x00"):
        return "broken"  # room that was kept on the disk and never written
    return _of_text(head)


def of_archive(names: Collection[str]) -> str:
    """Give the code of what a package is that holds no workbook we read, or nothing.

    Args:
        names: Its parts, in small letters.
    """
    if "mimetype" in names and "content.xml" in names:
        return "opendocument"
    if "[content_types].xml" not in names:
        return "archive"
    if any(name.startswith("word/") for name in names):
        return "word"
    if any(name.startswith("ppt/") for name in names):
        return "presentation"
    return "xlsb" if "xl/workbook.bin" in names else ""


def _of_streams(unverified: bytes) -> str:
    for name, kind in _STREAMS:
        if name.encode("utf-16-le") in unverified:
            return kind
    return "old-or-locked"


def _of_text(head: bytes) -> str:
    is_wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = head.decode("utf-16" if is_wide else "utf-8-sig", "ignore").replace("\r\n", "\n")
    if _MAIL.match(text):
        return "web-page" if "multipart/related" in text else "mail"
    if _HTML.match(text):
        return "web-page"
    if _XML.match(text):
        return "opendocument" if "office:document" in text else "xml"
    return ""
