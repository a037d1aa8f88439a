"""Checks a record of Live Response Results: python3 -I verify_record.py CASE [--head SHA256] [--signers FILE] [--ca FILE]
Needs record_format.py beside it, Python 3.8, ssh-keygen for signatures, openssl for time stamps.
Exit code 0: consistent. 1: not. 2: unreadable."""
import argparse, hashlib, os, re, subprocess, sys

# -I leaves this folder out. It comes last, so that nothing in it replaces a module of Python.
sys.path.append(os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from record_format import FAST, FILE, HEAD, HEADS, LARGEST, LINES, MOST, STEPS, names, parse, read, stamped, strict, tool

class Check:
    def __init__(self, options):
        self.case, self.options, self.problems, self.told, self.head = options.case, options, [], [], ""
        self.hashes, self.times, self.written, self.after, self.torn, self.left = {}, {}, {}, [], 0, [LARGEST, LINES]
        self.proven, self.unknown = False, []

    def note(self, text):
        self.problems.append(text)
        if len(self.problems) >= MOST:
            raise OverflowError("more problems are not looked for")

    def file(self, name, case):  # each line, its number, and the hash of the line before
        raw = read(os.path.join(self.case, "record", name), self.left[0])
        self.left = [self.left[0] - len(raw), self.left[1] - raw.count(b"\n")]
        if self.left[1] < 0 or raw[:1] == b"\n" or b"\n\n" in raw:
            raise ValueError("empty lines, or more than a record has: %s" % name)
        *whole, rest = raw.split(b"\n")
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
            if line["what"] not in STEPS:
                self.unknown.append(place)
            told = (line["seq"], line["prev"], line["who"], line["what"] == "begun")
            if told != (number, before, FILE.fullmatch(name).group(1), at == 0):
                self.note("changed, moved, taken away or put in: %s" % place)
            if at == 0 and (line.get("own"), line.get("case")) != (name, case):
                self.note("renamed, or of another case: %s" % name)
            self.after += [(head["sha256"], head["lines"], head["file"]) for head in line.get("after", []) if at == 0]
            file, number = line.get("file", {}), line["seq"] + 1
            if file.get("name") and line["at"] >= self.written.get(file["name"], ("",))[0]:  # the last under a name counts
                self.written[file["name"]] = (line["at"], file["sha256"])

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

    def proofs(self, path, raw, known, given):  # the signature and the time stamp of an anchor, and what they cover
        run = lambda name, *args: subprocess.run((tool(name, self.case), *args), input=raw, capture_output=True, timeout=60)
        name, sign, stamp, keys, ca = os.path.basename(path), path + ".sig", path + ".tsr", self.options.signers, self.options.ca
        proven, until = given == hashlib.sha256(raw).hexdigest(), lambda file: self.times.get(file, [])[:known.get(file, 0)]
        self.told += ["the given head: %s" % name] * proven
        if keys and os.path.lexists(sign) and read(sign):
            who = run("ssh-keygen", "-Y", "find-principals", "-s", sign, "-f", keys).stdout.decode().split("\n")[0]
            verify = ("-Y", "verify", "-n", "live-response-record", "-f", keys, "-s", sign, "-I", who)
            good = bool(who) and run("ssh-keygen", *verify).returncode == 0
            self.told += ["%s: signed by %s" % (name, who)] if good else self.note("not signed with these keys: %s" % name) or []
            proven = proven or good
        if ca and os.path.lexists(stamp) and read(stamp):
            time = stamped(raw, read(stamp, 1024**2), os.path.abspath(ca), run)
            if time is None:
                return self.note("no time stamp of this authority for this head: %s" % name)
            self.told.append("%s: stamped %s UTC" % (name, time))
            proven = True
            for file, times in self.times.items():
                if any(one and one > time + FAST for one in until(file)):
                    self.note("dated ahead: %s says a time after the stamp that covers it, %s" % (file, name))
            behind = [one for file, times in self.times.items() for one in times[known.get(file, 0):]]
            early = sum(one is not None and one + FAST < time for one in behind)
            self.told += ["%s: lines that say an earlier time, but are not in it: %d" % (name, early)] * (early > 0)
        self.proven |= proven
        if proven:
            last = max((one for file in known for one in until(file) if one), default=None)
            behind = sum(len(times) - len(until(file)) for file, times in self.times.items())
            self.told.append("%s: its last line says %s UTC; lines not in it, which can be cut off or rewritten: %d" % (
                name, last and last.replace(microsecond=0), behind))

    def run(self):
        case, options = strict(read(os.path.join(self.case, "case.json")))["id"], self.options
        for name in names(os.path.join(self.case, "record"), FILE):
            self.file(name, case)
        if self.unknown:
            self.told.append("unknown steps, as of a newer version: %d, first: %s" % (len(self.unknown), self.unknown[0]))
        for head in self.after:
            self.compare(*head, "since another file was begun")
        text = "".join("%s  %d  %s\n" % (all[-1], len(all), name) for name, all in sorted(self.hashes.items()) if all)
        self.head, given = hashlib.sha256(text.encode()).hexdigest(), (options.head or "").strip().lower()
        self.proven = given == self.head
        self.told += ["the given head: now"] * self.proven
        for name in names(os.path.join(self.case, "anchors"), HEADS):
            path = os.path.join(self.case, "anchors", name)
            raw = read(path, 2 * 1024**2)
            heads = [HEAD.fullmatch(line) for line in raw.decode("utf-8", "replace").split("\n")[:-1]]
            if not heads or not all(heads) or not raw.endswith(b"\n"):
                self.note("no list of heads: %s" % name)
                continue
            for head in heads:
                self.compare(*head.groups(), "since the anchor %s" % name)
            self.proofs(path, raw, {head.group(3): int(head.group(2)) for head in heads}, given)
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
        told = ["CONSISTENT: %d lines in %d files, %d unfinished. Files that steps wrote, unchanged: %d. Head: %s" % (
            sum(map(len, check.hashes.values())), len(check.hashes), check.torn, found, check.head)]
    told += check.told + ["No anchor was checked: truncation, rewriting and back-dating are not excluded."] * (not check.proven)
    told += ["An anchor proves only that its lines existed by then. A later one, with all lines behind it, may have been taken away.",
             "Not proven: that the record is complete, that times and writers are true, that the device told the truth."]
    told += ["NOT CONSISTENT: %d problems" % len(check.problems)] * bool(check.problems)
    print(*(ascii(one)[1:-1] for one in told), sep="\n")
    return 1 if check.problems else 2 if found is None else 0

if __name__ == "__main__":
    sys.exit(main())
