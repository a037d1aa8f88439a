"""Checks a record of Live Response Results: python3 verify_record.py CASE [--head SHA256] [--signers FILE] [--ca FILE]
Needs Python 3.8, ssh-keygen for signatures, openssl for time stamps. Exit code 0: consistent. 1: not. 2: unreadable."""
import argparse, datetime, hashlib, json, os, re, stat, subprocess, sys

# Bytes of a file, files, problems, bytes of a line; and time by which a clock may be slow.
LARGEST, MANY, MOST, LINE, SLOW = 256 * 1024**2, 10_000, 100, 256 * 1024, datetime.timedelta(minutes=10)
FILE = re.compile(r"([a-z\d](?:[a-z\d-]{0,30}[a-z\d])?)\.\d{8}T\d{6}Z\.[\da-f]{8}\.jsonl")
HEADS, HEAD = re.compile(r"\d{8}T\d{6}Z(?:-\d{1,3})?\.heads"), re.compile(r"([\da-f]{64})  ([1-9]\d{0,9})  (\S+)")

def strict(text):
    """Parses JSON. A key that stands twice, and a number that is none, are refused."""
    def refuse(what): raise ValueError("JSON with %s" % what)
    once = lambda pairs: dict(pairs) if len(dict(pairs)) == len(pairs) else refuse("a key twice")
    return json.loads(text, object_pairs_hook=once, parse_constant=refuse)

def read(path, most=LARGEST):  # a file that is no link, no pipe and not too large
    found = os.lstat(path)
    if not stat.S_ISREG(found.st_mode) or found.st_size > most:
        raise ValueError("a link, or larger than any file of a case: %s" % path)
    with open(path, "rb") as file:
        return file.read(most)

def names(folder, pattern):
    found = os.listdir(folder) if os.path.lexists(folder) else []
    if os.path.islink(folder) or len(found) > MANY:
        raise ValueError("a link, or more files than a case has: %s" % folder)
    return sorted(filter(pattern.fullmatch, found))

def parse(raw):
    """Reads a line with its time; None if it is no line of a record."""
    try:
        line = strict(raw.decode("utf-8")) if len(raw) < LINE else {}
        line["time"] = datetime.datetime.strptime(line["at"][:19], "%Y-%m-%dT%H:%M:%S")
        return line if {"v", "seq", "prev", "who", "what"} <= set(line) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None

class Check:
    def __init__(self, options):
        self.case, self.options, self.problems, self.told, self.head = options.case, options, [], [], ""
        self.hashes, self.times, self.written, self.after, self.torn = {}, {}, {}, [], 0

    def note(self, text):
        self.problems.append(text)
        if len(self.problems) >= MOST:
            raise OverflowError("more problems are not looked for")

    def file(self, name, case):  # each line, its number, and the hash of the line before
        *whole, rest = read(os.path.join(self.case, "record", name)).split(b"\n")
        lines, number, previous = [parse(raw) for raw in whole], 0, "0" * 64
        self.hashes[name] = [hashlib.sha256(raw + b"\n").hexdigest() for raw in whole]
        self.times[name], self.torn = [line and line["time"] for line in lines], self.torn + (rest != b"")
        for at, line in enumerate(lines):
            before, previous, place = previous, self.hashes[name][at], "%s, line %d" % (name, at + 1)
            if line is None:  # what a failed write left, if the next line says so
                self.torn += 1
                if at + 1 == len(lines) or not lines[at + 1] or lines[at + 1]["what"] != "torn":
                    self.note("no line of a record: %s" % place)
                continue
            told = (line["v"], line["seq"], line["prev"], line["who"], line["what"] == "begun")
            if told != (1, number, before, FILE.fullmatch(name).group(1), at == 0):
                self.note("changed, moved, taken away or put in: %s" % place)
            if at == 0 and (line.get("own"), line.get("case")) != (name, case):
                self.note("renamed, or of another case: %s" % name)
            self.after += [(head["sha256"], head["lines"], head["file"]) for head in line.get("after", []) if at == 0]
            file, number = line.get("file", {}), line["seq"] + 1
            if file.get("name"):  # the last that was written under a name counts
                self.written[file["name"]] = max(self.written.get(file["name"], ("",)), (line["at"], file["sha256"]))

    def compare(self, sha256, count, name, why):  # that a file still holds what was once said of it
        found = self.hashes.get(name, [])
        if found[int(count) - 1:int(count)] != [sha256]:
            what = "taken away" if not found else "cut off" if len(found) < int(count) else "rewritten"
            self.note("%s: %s (%s)" % (what, name, why))

    def artefact(self, name, sha256):  # a file that a step wrote, if it is still in the folder
        parts, digest = name.split("/"), hashlib.sha256()
        steps = [os.path.join(self.case, *parts[:end]) for end in range(1, len(parts) + 1)]
        strange = [part for part in parts if re.fullmatch(r"\.*|.*[\\:\0].*", part, re.S)]
        if strange or any(map(os.path.islink, steps)) or not os.path.isfile(steps[-1]):
            return False
        with open(steps[-1], "rb") as file:
            for piece in iter(lambda: file.read(1024**2), b""):
                digest.update(piece)
        return digest.hexdigest() == sha256 or self.note("not the file that was written: %s" % name) or True

    def proofs(self, path, text, known):  # the signature and the time stamp of an anchor
        run = lambda *args: subprocess.run(args, input=text, capture_output=True, timeout=60)
        name, sign, stamp, keys, ca = os.path.basename(path), path + ".sig", path + ".tsr", self.options.signers, self.options.ca
        if keys and os.path.lexists(sign) and read(sign):
            who = run("ssh-keygen", "-Y", "find-principals", "-s", sign, "-f", keys).stdout.decode().split("\n")[0]
            verify = ("ssh-keygen", "-Y", "verify", "-n", "live-response-record", "-f", keys, "-s", sign, "-I", who)
            good = who and run(*verify).returncode == 0
            self.told += ["%s: signed by %s" % (name, who)] if good else self.note("not signed with these keys: %s" % name) or []
        if ca and os.path.lexists(stamp) and read(stamp):
            if run("openssl", "ts", "-verify", "-data", path, "-in", stamp, "-CAfile", ca).returncode != 0:
                return self.note("no time stamp of this authority for this head: %s" % name)
            reply = run("openssl", "ts", "-reply", "-in", stamp, "-text").stdout.decode("utf-8", "replace")
            time = re.search(r"^Time stamp: (.*?)(?:\.\d+)? (\d{4}) GMT", reply, re.M).expand(r"\1 \2")
            time = datetime.datetime.strptime(time, "%b %d %H:%M:%S %Y")
            self.told.append("%s: stamped %s UTC" % (name, time))
            for file, times in self.times.items():
                if any(one and one + SLOW < time for one in times[known.get(file, 0):]):
                    self.note("back-dated: %s says an earlier time behind the anchor %s" % (file, name))

    def run(self):
        case, options = strict(read(os.path.join(self.case, "case.json")))["id"], self.options
        for name in names(os.path.join(self.case, "record"), FILE):
            self.file(name, case)
        for head in self.after:
            self.compare(*head, "since another file was begun")
        text = "".join("%s  %d  %s\n" % (all[-1], len(all), name) for name, all in sorted(self.hashes.items()) if all)
        self.head, given = hashlib.sha256(text.encode()).hexdigest(), (options.head or "").strip().lower()
        self.told += ["the given head: now"] if given == self.head else []
        for name in names(os.path.join(self.case, "anchors"), HEADS):
            path = os.path.join(self.case, "anchors", name)
            raw = read(path, 2 * 1024**2)
            heads = [HEAD.fullmatch(line) for line in raw.decode("utf-8", "replace").split("\n")[:-1]]
            if not heads or not all(heads) or not raw.endswith(b"\n"):
                self.note("no list of heads: %s" % name)
                continue
            for head in heads:
                self.compare(*head.groups(), "since the anchor %s" % name)
            self.proofs(path, raw, {head.group(3): int(head.group(2)) for head in heads})
            self.told += ["the given head: %s" % name] if given == hashlib.sha256(raw).hexdigest() else []
        for asked, word in ((given, "the given head"), (options.signers, ": signed"), (options.ca, ": stamped")):
            if asked and not any(word in one for one in self.told):
                self.note("no anchor for what was given: %s" % asked)
        return sum(self.artefact(name, sha256) for name, (_, sha256) in sorted(self.written.items())) if text else None

def main():
    parser = argparse.ArgumentParser(description="Checks a record. Get what you give by another way than the case.")
    [parser.add_argument(name) for name in ("case", "--head", "--signers", "--ca")]
    check, found, ended = Check(parser.parse_args()), None, "CANNOT BE READ: nothing is recorded there"
    try:
        found = check.run()
    except Exception as error:  # whatever a hostile folder makes fail, it is no record
        ended = "CANNOT BE READ: %s %s" % (type(error).__name__, str(error)[:300])
    told = check.problems + [ended] * (found is None)
    if not told:
        print("CONSISTENT: %d lines in %d files, %d unfinished. Files that steps wrote, unchanged: %d. Head: %s" % (
            sum(map(len, check.hashes.values())), len(check.hashes), check.torn, found, check.head))
    told = told or check.told or ["No anchor was checked: truncation, rewriting and back-dating are not excluded."]
    told += ["NOT CONSISTENT: %d problems" % len(check.problems)] * bool(check.problems)
    print(*(ascii(one)[1:-1] for one in told), sep="\n")
    return 1 if check.problems else 2 if found is None else 0

if __name__ == "__main__":
    sys.exit(main())
