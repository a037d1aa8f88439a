"""Checks a hand-over pack of Live Response Results: python3 verify.py PACK.zip [--seal SHA256]
Needs Python 3.8 or newer and nothing else. Exit code 0: consistent. 1: not. 2: the pack cannot be read."""
import argparse, csv, hashlib, io, json, os, re, sys, zipfile, zlib

LARGEST, TEXT, PIECE, MOST = 4 * 1024**3, 64 * 1024**2, 1024**2, 100  # bytes of a result, a text, a piece; problems
TAGS, SEALED = ("README.txt", "bag-info.txt", "bagit.txt", "manifest-sha256.txt"), "tagmanifest-sha256.txt"
DATA = ("data/index.csv", "data/index.ndjson", "data/report.html", "data/timeline.jsonl")
CASE = re.compile(r"data/(notes/\d{4,}-[a-z0-9-]+\.md|case/(case\.json|anchors/\d{8}T\d{6}Z(-\d{1,3})?\.heads(\.sig|\.tsr)?"
                  r"|record/[a-z0-9-]{1,32}\.\d{8}T\d{6}Z\.[0-9a-f]{8}\.jsonl))", re.ASCII)

def strict(text):
    """Parses JSON. A key that stands twice, and a number that is none, are refused."""
    def refuse(what): raise ValueError("JSON with %s" % what)
    once = lambda pairs: dict(pairs) if len(dict(pairs)) == len(pairs) else refuse("a key twice")
    return json.loads(text, object_pairs_hook=once, parse_constant=refuse)

class Check:
    def __init__(self, path):
        self.zip, self.problems = zipfile.ZipFile(path), []
        entries = self.zip.infolist()
        self.names = {entry.filename for entry in entries}
        plain = all(entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) and not entry.is_dir()
                    and not entry.flag_bits & 1 for entry in entries)
        if not plain or len(entries) > 500_000 or sum(one.compress_size for one in entries) > os.path.getsize(path):
            raise ValueError("it has entries that no pack has")
        around = self.zip.comment or min((entry.header_offset for entry in entries), default=0) != 0
        if around or len({name.lower() for name in self.names}) != len(entries):
            self.note("two files have one name, or something stands before or behind the pack in its file")

    def note(self, text):
        self.problems.append(text)
        if len(self.problems) >= MOST: raise OverflowError("more problems are not looked for")

    def pieces(self, name, most):
        """Reads a file piece by piece. What cannot be read is a problem of that file."""
        try:
            with self.zip.open(name) as file:
                for piece in iter(lambda: file.read(PIECE), b""):
                    most -= len(piece)
                    if most < 0:
                        raise ValueError("too large")
                    yield piece
        except (KeyError, OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile, NotImplementedError) as error:
            self.note("cannot be read: %s (%s)" % (name, error))

    def text(self, name, most=TEXT):
        return b"".join(self.pieces(name, most)).decode("utf-8", "surrogateescape")

    def lines(self, name):
        *lines, rest = self.text(name).split("\n")
        return lines if rest == "" else self.note("cut off: %s" % name) or lines

    def manifest(self, name):
        listed = {}
        for line in self.lines(name):
            found, path, wanted = hashlib.sha256(), line[66:], line[:64]
            if line[64:66] != "  " or path in listed or path not in self.names:
                self.note("missing, or a line that no pack has: %s" % line[:200])
                continue
            for piece in self.pieces(path, LARGEST):
                found.update(piece)
            listed[path] = found.hexdigest() == wanted or self.note("changed: %s" % path)
        return listed

    def unpacked(self, name, most):
        """Returns hash and size of what a file holds: one gzip member, and nothing behind it."""
        found, size, unpack = hashlib.sha256(), 0, zlib.decompressobj(31)
        try:
            for piece in self.pieces(name, LARGEST):
                while piece and size <= most and not unpack.eof:
                    plain = unpack.decompress(piece, PIECE)
                    found.update(plain)
                    size, piece = size + len(plain), unpack.unconsumed_tail
                if piece or unpack.unused_data:
                    return "", -1
        except zlib.error:
            pass
        return (found.hexdigest(), size) if unpack.eof else ("", -1)

    def row(self, row, cells, number, actions, used):
        """Compares a row of the index with the table, with its result and with its facts."""
        file, action = row.get("file"), (row["actionId"], row["commandIndex"])
        if type(row["number"]) is not int or row["number"] != number or action in actions:
            self.note("the index has a gap, a row twice, or another order: row %d" % number)
        actions[action] = file
        told = [cells.get(name) for name in ("actionId", "commandIndex", "sha256", "state")]
        if told != [action[0], str(action[1]), row.get("sha256", ""), row["state"]]:
            self.note("index.csv and index.ndjson differ: row %d" % number)
        if file is None:
            is_right = row.get("why") and "sha256" not in row and row["state"] != "result"
            return is_right or self.note("a host has neither a result nor a reason: row %d" % number)
        if not {file, file + ".facts.json"} <= self.names or file in used or not file.startswith("data/results/"):
            return self.note("not there, or a result of two rows: row %d" % number)
        used.update((file, file + ".facts.json"))
        facts = strict(self.text(file + ".facts.json", 8 * PIECE))
        size, sha256 = facts["file"]["size"], facts["file"]["sha256"]
        if not (row["sha256"], row["bytes"]) == (sha256, size) == self.unpacked(file, min(size, LARGEST)):
            self.note("not the result that its facts describe: %s" % file)
        said = facts["actionId"], facts["commandIndex"], facts["exitCode"], facts["action"]["machineId"]
        name = facts["action"]["computerDnsName"]
        if said != (*action, row.get("exitCode"), row.get("machineId")) or name not in (None, row["device"]):
            self.note("the facts are those of another action or device: %s" % file)

    def run(self, seal):
        if missing := ["missing: %s" % name for name in (*TAGS, SEALED, *DATA) if name not in self.names]:
            return self.problems.extend(missing)
        digest = hashlib.sha256(b"".join(self.pieces(SEALED, TEXT))).hexdigest()
        if seal is not None and digest != seal.strip().lower():
            self.note("the seal is another one: %s" % digest)
        if sorted(self.manifest(SEALED)) != sorted(TAGS):
            self.note("not all is sealed, or more than a pack has")
        listed, used, actions = self.manifest("manifest-sha256.txt"), set(), {}
        lines, text = self.lines("data/index.ndjson"), self.text("data/index.csv").lstrip("\ufeff")
        table = list(csv.DictReader(io.StringIO(text, newline="")))
        if len(lines) != len(table):
            self.note("index.csv and index.ndjson have not the same rows")
        for number, (line, cells) in enumerate(zip(lines, table), 1):
            self.row(strict(line), cells, number, actions, used)
        marks = [name for name in sorted(self.names) if re.fullmatch(r"data/marks/[a-z0-9-]{1,32}\.jsonl", name)]
        for name, mark in ((name, strict(line)) for name in marks for line in self.lines(name)):
            if name[11:-6] != mark["who"] or not actions.get((mark["on"]["actionId"], mark["on"]["commandIndex"])):
                self.note("a mark of another person, or of no result in the pack: %s" % name)
        used.update(DATA, marks, filter(CASE.fullmatch, self.names))
        for name in sorted(self.names ^ {*TAGS, SEALED, *used} | set(listed) ^ used):
            self.note("added, or in no row of the index, or in no manifest: %s" % name[:200])
        return "%d hosts, %d results. Seal: %s" % (len(lines), sum(map(bool, actions.values())), digest)

def main():
    parser = argparse.ArgumentParser(description="Checks a hand-over pack of Live Response Results.")
    parser.add_argument("pack", help="the zip")
    parser.add_argument("--seal", help="SHA-256 of %s, got by another way than the pack" % SEALED)
    options, check = parser.parse_args(), None
    try:
        told = (check := Check(options.pack)).run(options.seal) or ""
    except Exception as error:  # whatever a hostile pack makes fail, it is no pack
        told = "CANNOT BE READ: %s %s" % (type(error).__name__, str(error)[:300])
    if check and check.problems:
        print(*(ascii(it)[1:-1] for it in check.problems + ["ended:" + told[15:]] * told.startswith("CANNOT")), sep="\n")
        print("NOT CONSISTENT: %d problems" % len(check.problems))
        return 1
    if told.startswith("CANNOT"):
        return print(ascii(told)[1:-1]) or 2
    print("CONSISTENT: %s\nreport.html and timeline.jsonl are views, and were not compared. For data/case: verify_record.py." % told)
    print("The files in the zip are those that were sealed." if options.seal else
          "No seal was given: truncation, rewriting and back-dating are not excluded.")
    return 0

if __name__ == "__main__":
    sys.exit(main())
