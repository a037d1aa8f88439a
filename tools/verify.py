#!/usr/bin/env python3
"""Checks a hand-over pack of Live Response Results: python3 verify.py PACK.zip [--seal SHA256]

Needs Python 3.8 or newer and nothing else. PACK is the zip, or the folder to which it was unpacked.
Exit code 0: consistent. 1: not. 2: the pack cannot be read.
"""
import argparse, gzip, hashlib, json, os, sys, zipfile

LARGEST, LARGEST_TEXT, PIECE = 20 * 1024**3, 256 * 1024**2, 1024**2  # bytes; texts are manifests, index and facts
TAGS = ("README.txt", "bag-info.txt", "bagit.txt", "manifest-sha256.txt")


class Pack:
    """The files of a zip or of a folder, by their paths with slashes."""

    def __init__(self, path):
        self.zip = None if os.path.isdir(path) else zipfile.ZipFile(path)
        if self.zip is not None:
            self.names = [entry.filename for entry in self.zip.infolist() if not entry.is_dir()]
        else:
            self.root = path
            self.names = [os.path.relpath(os.path.join(folder, name), path).replace(os.sep, "/")
                          for folder, _, names in os.walk(path) for name in names]
        if len(self.names) > 500_000:
            raise ValueError("it has too many files")

    def open(self, name):
        if self.zip is not None:
            return self.zip.open(name)
        full = os.path.join(self.root, *name.split("/"))
        if os.path.islink(full) or not os.path.realpath(full).startswith(os.path.realpath(self.root) + os.sep):
            raise ValueError("%s leads out of the pack" % name)
        return open(full, "rb")

    def text(self, name):
        with self.open(name) as file:
            data = file.read(LARGEST_TEXT)
            if file.read(1):
                raise ValueError("%s is too large" % name)
        return data.decode("utf-8")


def digest(file):
    """Returns the SHA-256 and the size of a stream, read in pieces."""
    found, size = hashlib.sha256(), 0
    for piece in iter(lambda: file.read(PIECE), b""):
        size += len(piece)
        if size > LARGEST:
            raise ValueError("a file is larger than %d bytes" % LARGEST)
        found.update(piece)
    return found.hexdigest(), size


def is_plain(path):
    """Whether a path stays in the pack, and is written in one way only."""
    parts = path.split("/")
    return path.isascii() and path.isprintable() and not set(path) & set('\\:*?"<>|') and all(
        part not in ("", ".", "..") and part == part.strip() for part in parts)


def manifest(pack, name, problems):
    """Reads a manifest, and compares each of its files."""
    listed = {}
    for line in pack.text(name).splitlines():
        found, _, path = line.partition("  ")
        if len(found) != 64 or not is_plain(path) or path in listed:
            problems.append("%s: a line that no pack has: %r" % (name, line[:100]))
        elif path not in pack.names:
            problems.append("missing: %s" % path)
        else:
            listed[path] = found
            with pack.open(path) as file:
                if digest(file)[0] != found:
                    problems.append("changed: %s" % path)
    return listed


def rows_of(pack, listed, problems):
    """Compares each row of the index with its result and its facts."""
    used, numbers = set(), []
    for line in pack.text("data/index.ndjson").split("\n")[:-1]:
        row = json.loads(line)
        numbers.append(row.get("number"))
        file = row.get("file")
        if file is None:
            if not row.get("why"):
                problems.append("a host has neither a result nor a reason: number %r" % row.get("number"))
            continue
        if file not in listed or file in used:
            problems.append("the index names a file that is not there, or twice: %r" % str(file)[:100])
            continue
        facts_name = file + ".facts.json"
        used.update((file, facts_name))
        with pack.open(file) as packed, gzip.open(packed) as plain:
            found, size = digest(plain)
        facts = json.loads(pack.text(facts_name)) if facts_name in listed else {}
        said = facts.get("file", {})
        if found != row.get("sha256") or found != said.get("sha256") or size != said.get("size"):
            problems.append("not the result that its facts describe: %s" % file)
        if (facts.get("actionId"), facts.get("commandIndex")) != (row.get("actionId"), row.get("commandIndex")):
            problems.append("the facts are those of another action: %s" % facts_name)
    if numbers != list(range(1, len(numbers) + 1)):
        problems.append("the index has a gap, or its rows are in another order")
    problems.extend("in no row of the index: %s" % path for path in listed
                    if path.startswith("data/results/") and path not in used)
    return len(numbers), len(used) // 2


def check(pack, seal):
    problems = ["two files have one name"] if len({name.lower() for name in pack.names}) != len(pack.names) else []
    missing = [name for name in (*TAGS, "tagmanifest-sha256.txt", "data/index.ndjson") if name not in pack.names]
    if missing:
        return ["missing: %s" % name for name in missing], 0, 0, ""
    if pack.text("bagit.txt") != "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
        problems.append("changed: bagit.txt")
    listed = manifest(pack, "manifest-sha256.txt", problems)
    tags = manifest(pack, "tagmanifest-sha256.txt", problems)
    known = {*listed, *tags, "tagmanifest-sha256.txt"}
    problems.extend("added: %s" % name[:200] for name in pack.names if name not in known)
    problems.extend("not sealed: %s" % name for name in TAGS if name not in tags)
    found = hashlib.sha256(pack.text("tagmanifest-sha256.txt").encode("utf-8")).hexdigest()
    if seal is not None and found != seal.strip().lower():
        problems.append("the seal is another one: %s" % found)
    hosts, results = rows_of(pack, listed, problems)
    return problems, hosts, results, found


def main():
    parser = argparse.ArgumentParser(description="Checks a hand-over pack of Live Response Results.")
    parser.add_argument("pack", help="the zip, or the folder to which it was unpacked")
    parser.add_argument("--seal", help="SHA-256 of tagmanifest-sha256.txt, got by another way than the pack")
    options = parser.parse_args()
    try:
        problems, hosts, results, seal = check(Pack(options.pack), options.seal)
    except Exception as error:  # whatever a hostile pack makes fail, it is no pack
        print("CANNOT BE READ: %s" % str(error)[:300])
        return 2
    if problems:
        print(*(ascii(problem)[1:-1] for problem in problems), "NOT CONSISTENT: %d problems" % len(problems), sep="\n")
        return 1
    print("CONSISTENT: %d hosts, %d results. Seal: %s" % (hosts, results, seal))
    print("The seal is the one that was given: this is the sealed pack." if options.seal else
          "No seal was given: truncation, rewriting and back-dating are not excluded.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
