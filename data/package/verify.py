#!/usr/bin/env python3
"""核对这个证据包：只用 Python 标准库和 openssl 程序，不需要原来的软件，不联网。

用法：python3 verify.py [包的文件夹]。全部相符返回 0，否则返回 1 并说明是哪个文件。
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zlib
from datetime import datetime, timedelta
from pathlib import Path

LISTS = ("manifest-sha256.txt", "tagmanifest-sha256.txt")
BAG = {"bagit.txt", "bag-info.txt", "index.html", *LISTS, "package.sig"}
BESIDE = {"manifest.json", "manifest.sha256", "manifest.sm3", "manifest.sig", "manifest.sm2.sig"}
SM2 = ("-digest", "sm3", "-pkeyopt", "distid:1234567812345678")
TOLERANCE = timedelta(minutes=5)  # two clocks may differ so far
UNREADABLE = Exception  # whatever it was: what cannot be read was not verified


def openssl(*words, **files):
    """Run openssl in a folder of its own; return whether it succeeded, and what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            Path(folder, name).write_bytes(data)
        done = subprocess.run(["openssl", *words], cwd=folder, capture_output=True, check=False)
        return done.returncode == 0, done.stdout


def signed(pem, data, signature, *more):
    words = ("pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key", "-in", "data")
    files = {"key": pem.encode(), "data": data, "sig": signature}
    return openssl(*words, "-sigfile", "sig", *more, **files)[0]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def sm3(data):
    if "sm3" in hashlib.algorithms_available:
        return hashlib.new("sm3", data).hexdigest()
    return openssl("dgst", "-sm3", "-r", "data", data=data)[1].decode()[:64]


def canonical(value):
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"


def bag(root):
    """Compare every file with the two lists, and the lists with what lies there."""
    problems, listed, files = [], {}, set()
    for name in LISTS:
        try:
            lines = (root / name).read_text("utf-8").splitlines()
            listed |= {path: digest for digest, path in (line.split("  ", 1) for line in lines)}
        except (OSError, ValueError):
            problems.append(f"{name}：缺失或读不出来")
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not path.is_symlink():
            files.add(name)
        elif path.is_symlink() or not path.is_dir() or not any(path.iterdir()):
            problems.append(f"{name}：链接或空文件夹，不该有")
    problems += [f"{name}：文件缺失或被改名" for name in sorted((BAG | set(listed)) - files)]
    for name in sorted(files - {LISTS[1], "package.sig"}):
        if name not in listed:
            problems.append(f"{name}：多出来的文件，清单里没有")
        elif sha256((root / name).read_bytes()) != listed[name]:
            problems.append(f"{name}：校验值不符，内容被改动")
    return problems


def history(data):
    """Return the keys of a history; raises ValueError where one does not hold the others."""
    entries, old = json.loads(data)["keys"], None
    for number, entry in enumerate(entries, 1):
        said = canonical({k: v for k, v in entry.items() if not k.startswith("signed_")})
        pem, given = entry["public_key"], bytes.fromhex(entry["signed_by_the_one_before"])
        der = openssl("pkey", "-pubin", "-in", "key", "-outform", "DER", key=pem.encode())[1]
        if not (
            (entry["number"], entry["key_id"]) == (number, sha256(der)[:32])
            and entry["before_sha256"] == (sha256(canonical(old)) if old else "")
            and signed(pem, said, bytes.fromhex(entry["signed_by_itself"]))
            and (signed(old["public_key"], said, given) if old else not given)
        ):
            raise ValueError(number)
        old = entry
    if canonical({"keys": entries}) != data:
        raise ValueError(data)
    return entries


def snapshot(folder, is_copy):
    """Compare a sealed folder with its manifest, that with its signature, and the rest."""
    data = (folder / "manifest.json").read_bytes()
    told = json.loads(data)
    problems = [] if canonical(told) == data else ["manifest.json：写法被改动"]
    if folder.name != told["snapshot_id"]:
        problems.append("：文件夹名与清单中的编号不符")
    for name, digest in (("manifest.sha256", sha256(data)), ("manifest.sm3", sm3(data))):
        if (folder / name).read_text() != f"{digest}  manifest.json\n":
            problems.append(f"{name}：与 manifest.json 不符")
    for entry in told["files"]:
        if is_copy and not (folder / entry["path"]).exists():
            continue  # 对外的一份有未列入的文件，见 left-out.csv
        content = (folder / entry["path"]).read_bytes()
        is_same = [len(content), sha256(content), sm3(content)]
        if is_same != [entry["size_bytes"], entry["sha256"], entry["sm3"]]:
            problems.append(f"{entry['path']}：与清单不符，内容被改动")
    known = {entry["path"] for entry in told["files"]} | BESIDE
    extra = [] if is_copy else {one.name for one in folder.iterdir()} - known
    problems += [f"{name}：清单里没有" for name in sorted(extra)]
    if told["format"] > 1:
        key, signing = history((folder / "signing-keys.json").read_bytes())[-1], told["signing"]
        sm2, signature = signing["sm2_public_key"], (folder / "manifest.sig").read_bytes()
        if key["key_id"] != signing["key_id"] or not signed(key["public_key"], data, signature):
            problems.append("manifest.sig：签名与清单不符")
        if sm2 and not signed(sm2, data, (folder / "manifest.sm2.sig").read_bytes(), *SM2):
            problems.append("manifest.sm2.sig：签名与清单不符")
    before = told["chain"]["before"] or {"snapshot_id": "", "sha256": ""}
    link = (sha256(data), str(before["snapshot_id"]), before["sha256"])
    return link, problems + ([] if is_copy else records(folder)) + stamps(folder, told, data)


def records(folder):
    """Compare the archive, record by record, with the list made when it was written."""
    rest, found = (folder / "page.warc.gz").read_bytes(), []
    while rest:
        opener = zlib.decompressobj(zlib.MAX_WBITS + 16)
        found.append(sha256(opener.decompress(rest)))
        rest = opener.unused_data
    listed = [row["sha256"] for row in json.loads((folder / "records.json").read_bytes())]
    return [] if found == listed else ["page.warc.gz：各条记录与 records.json 不符"]


def stamps(folder, told, data):
    """Check the time stamps beside the folder against the certificates of this package."""
    problems = []
    for file in sorted(folder.parent.glob(f"{folder.name}*.tsr")):
        answer, roots = file.read_bytes(), folder.parents[2] / "authorities/roots.pem"
        text = openssl("ts", "-reply", "-in", "answer", "-text", answer=answer)[1].decode("latin-1")
        when = re.search(r"Time stamp: (\w+ +\d+ [\d:]+)(?:\.\d+)? (\d{4}) GMT", text)
        at = datetime.strptime(f"{when[1]} {when[2]} +0000", "%b %d %H:%M:%S %Y %z")
        ended = datetime.fromisoformat(told["taken"]["ended_utc"].replace("Z", "+00:00"))
        files = {"answer": answer, "data": data, "roots": roots.read_bytes()}
        words = ("-in", "answer", "-data", "data", "-CAfile", "roots", "-attime")
        is_good = openssl("ts", "-verify", *words, str(int(at.timestamp())), **files)[0]
        print(f"{folder.name}：时间戳 {at:%Y-%m-%d %H:%M:%S} UTC")
        if not is_good or at + TOLERANCE < ended:
            problems.append(f"：时间戳 {file.name} 与清单不符，或证书、时间不对")
    return problems


def custody(lines):
    """Hold every row of the custody log that came with the package against its own hash."""
    rows = [list(json.loads(line).values()) for line in lines]
    seals = [sha256(json.dumps(row[:-1], separators=(",", ":")).encode()) for row in rows]
    numbers = [row[0] for row in rows]
    is_whole = seals == [row[-1] for row in rows] and numbers == sorted(set(numbers))
    return [] if is_whole else ["data/custody.jsonl：保管记录的内容或次序被改动"]


def verify(root):
    """Return every problem found; print who signed."""
    problems, chain, key_id = bag(root), {}, "无法确认"
    try:
        key = history((root / "keys/signing-keys.json").read_bytes())[-1]
        data, signature = ((root / name).read_bytes() for name in (LISTS[1], "package.sig"))
        if signed(key["public_key"], data, signature):
            key_id = key["key_id"]
        else:
            problems.append(f"{LISTS[1]}：与 package.sig 的签名不符，两者之一被改动")
        if (log := root / "data/custody.jsonl").exists():
            problems += custody(log.read_text("utf-8").splitlines())
    except UNREADABLE:
        problems.append("keys/signing-keys.json（密钥沿革）或 data/custody.jsonl：读不出来")
    for folder in sorted(one for one in root.glob("data/[sd]*/*") if one.is_dir()):
        try:
            chain[folder.name], found = snapshot(folder, folder.parent.name == "disclosure")
        except UNREADABLE:
            found = ["：缺失文件或读不出来，无法逐项核对"]
        problems += [f"data/{folder.parent.name}/{folder.name}/{what}" for what in found]
    for name, (_own, before, digest) in chain.items():
        if before in chain and chain[before][0] != digest:
            problems.append(f"{name}/manifest.json：与链条上前一份不符")
    print(f"签名密钥：{key_id}（请与签发单位公布的编号比对）；固定 {len(chain)} 份")
    return problems


if __name__ == "__main__":
    mistakes = verify(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent).resolve())
    print("\n".join([f"  - {line if line.isprintable() else ascii(line)}" for line in mistakes]))
    print("核对不通过" if mistakes else "核对通过：每个文件都与固定时一致")
    sys.exit(1 if mistakes else 0)
