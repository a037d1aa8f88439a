"""What verify_record.py reads: the lines of a record, files of a case, and signed times. Keep the two files together."""
import datetime, json, os, re, stat, tempfile

# Bytes and lines of a record, its files, problems, bytes of a line; and time by which a clock may be fast.
LARGEST, LINES, MANY, MOST, LINE, FAST = 256 * 1024**2, 10**6, 10_000, 100, 256 * 1024, datetime.timedelta(minutes=10)
FILE = re.compile(r"([a-z\d](?:[a-z\d-]{0,30}[a-z\d])?)\.\d{8}T\d{6}Z\.[\da-f]{8}\.jsonl", re.A)
HEADS, HEAD = re.compile(r"\d{8}T\d{6}Z(?:-\d{1,3})?\.heads", re.A), re.compile(r"([\da-f]{64})  ([1-9]\d{0,9})  (\S+)", re.A)
AT, HASH = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.A), re.compile(r"[\da-f]{64}")
STEPS = set("begun torn anchored closed fetched opened quoted exported verified packed cleared damaged".split())

# What a line holds. The extension checks the same.
num, text = lambda one: type(one) is int and 0 <= one < 2**53, lambda one: isinstance(one, str)
sha, at = lambda one: text(one) and HASH.fullmatch(one), lambda one: text(one) and AT.fullmatch(one)
some, each = lambda one: one is None or text(one), lambda fits: lambda one: isinstance(one, list) and all(map(fits, one))
def keys(must, may={}):
    return lambda one: isinstance(one, dict) and all(key in one and fits(one[key]) for key, fits in must.items()) and all(
        fits(one[key]) for key, fits in may.items() if key in one)
RESULT = keys(dict(connection=text, cloud=text, tenantId=text, actionId=text, commandIndex=num, sha256=sha), dict(
    stream=text, lines=each(lambda one: each(num)(one) and len(one) == 2)))
IS_LINE = keys(dict(v=lambda one: num(one) and one == 1, seq=num, prev=sha, at=at, who=text, tool=text, what=text), dict(
    results=each(RESULT), file=keys(dict(name=some, sha256=sha, size=num)), note=some, rows=num, bytes=num, seal=text, head=text,
    after=each(keys(dict(file=text, lines=num, sha256=sha), dict(torn=num))), own=text, case=text, user=text, by=text,
    verdicts=lambda one: isinstance(one, dict) and all(map(num, one.values())), retention=text,
    clock=keys(dict(server=text, offset=lambda one: type(one) is int and abs(one) < 2**53))))

def strict(text):
    """Parses JSON. A key that stands twice, and a number that is none or without end, are refused."""
    def refuse(what): raise ValueError("JSON with %s" % what)
    once = lambda pairs: dict(pairs) if len(dict(pairs)) == len(pairs) else refuse("a key twice")
    short = lambda digits: int(digits) if len(digits) < 20 else refuse("a long number")
    return json.loads(text, object_pairs_hook=once, parse_constant=refuse, parse_int=short)

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
    """Reads a line with its time; None if it is no line of a record. A record has no spaces between its values."""
    try:
        line = strict(raw.decode("utf-8")) if 100 < len(raw) < LINE else None
        same = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace") == raw
        if not IS_LINE(line) or not same:
            return None
        line["time"] = datetime.datetime.fromisoformat(line["at"][:-1])
        return line
    except (ValueError, RecursionError):
        return None

def tool(name, case):
    """Runs nothing from the present folder or the case: a program is looked for in absolute folders of PATH alone."""
    real = lambda path: os.path.normcase(os.path.realpath(path))
    for folder in filter(os.path.isabs, os.get_exec_path()):
        path = os.path.join(folder, name + ".exe" * (os.name == "nt"))
        if real(folder) != real(".") and not real(path).startswith(os.path.join(real(case), "")) and os.path.isfile(path):
            return path
    raise ValueError("%s is missing" % name)

def stamped(raw, stamp, ca, run):  # the signed time; the status text around the token is not signed
    with tempfile.TemporaryDirectory() as own:
        data, reply, token = (os.path.join(own, name) for name in ("data", "reply", "token"))
        for path, what in ((data, raw), (reply, stamp)):
            with open(path, "wb") as file:
                file.write(what)
        if run("openssl", "ts", "-reply", "-in", reply, "-token_out", "-out", token).returncode != 0 or run(
                "openssl", "ts", "-verify", "-data", data, "-in", token, "-token_in", "-CAfile", ca).returncode != 0:
            return None
        shown = run("openssl", "ts", "-reply", "-in", token, "-token_in", "-text").stdout.decode("utf-8", "replace")
    found = re.findall(r"^Time stamp: (\w{3} [ \d]\d \d\d:\d\d:\d\d)(?:\.\d+)? (\d{4}) GMT$", shown.replace("\r", ""), re.M | re.A)
    return datetime.datetime.strptime(" ".join(found[0]), "%b %d %H:%M:%S %Y") if len(found) == 1 else None
