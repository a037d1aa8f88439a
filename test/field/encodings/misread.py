"""Judge of encodings: writes each text of standard input in each encoding, and reads it as each other one.

A row of the answer is a text that was read wrongly without losing a byte: Python can give it back.
"""

import json
import sys

CODECS = {
    "utf8": "utf-8",
    "utf16": "utf-16-le",
    "cp437": "cp437",
    "cp850": "cp850",
    "cp852": "cp852",
    "cp857": "cp857",
    "cp866": "cp866",
    "cp932": "cp932",
    "cp936": "gbk",
    "windows1250": "cp1250",
    "windows1251": "cp1251",
    "windows1252": "cp1252",
    "windows1254": "cp1254",
}


def misread(text, written, read_as):
    try:
        data = text.encode(CODECS[written])
        wrong = data.decode(CODECS[read_as])
        # Some codecs write characters that they read back as others.
        is_whole = wrong.encode(CODECS[read_as]) == data and data.decode(CODECS[written]) == text
        return wrong if is_whole else None
    except UnicodeError:
        return None


rows = []
for language, text in json.load(sys.stdin).items():
    for written in CODECS:
        for read_as in CODECS:
            wrong = misread(text, written, read_as)
            if written != read_as and wrong is not None and wrong != text:
                rows.append({"language": language, "written": written, "readAs": read_as, "wrong": wrong})
json.dump(rows, sys.stdout)
