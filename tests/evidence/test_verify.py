"""Whatever is done to a sealed folder afterwards is found, and said in words."""

import gzip
import json
import os
import shutil
import zlib
from pathlib import Path

import pytest

from evidence import manifest
from evidence.keys import Keys, read_history
from evidence.sign import KEYS, SIGNATURE
from evidence.verify import verify, verify_all
from pipeline.base.clock import SystemClock

FILES = (
    "declared.json",
    "environment.json",
    "fields.json",
    "manifest.json",
    "manifest.sha256",
    "manifest.sig",
    "manifest.sm3",
    "page.mhtml",
    "page.png",
    "page.wacz",
    "page.warc.gz",
    "picture-01.png",
    "picture-02.png",
    "records.json",
    "sights.json",
    "signing-keys.json",
    "text.txt",
)


@pytest.fixture
def folder(keeper, tmp_path) -> Path:
    """A sealed folder, taken away from its home: it must prove itself alone."""
    kept = keeper.keep()
    return Path(
        shutil.copytree(
            kept.folder, tmp_path / "elsewhere" / kept.folder.name, copy_function=shutil.copyfile
        )
    )


def test_what_was_sealed_in_format_1_verifies_for_ever():
    """The rules under which it was sealed stay; it carries no signature and says so."""
    (old,) = (Path(__file__).parent / "old_formats/format_1").glob("2*")

    verdict = verify(old)

    assert ((), 12, None) == (verdict.problems, verdict.files, verdict.signed_by)


def test_a_folder_holds_what_it_should(folder):
    """The names of the files are a promise to whoever reads evidence."""
    assert list(FILES) == sorted(entry.name for entry in folder.iterdir())


def test_what_was_only_copied_is_as_it_was_sealed(folder):
    """A file's time is not its content: touching it is no change."""
    for file in folder.iterdir():
        os.utime(file, (0, 0))

    verdict = verify(folder)

    assert (True, (), len(FILES)) == (verdict.is_ok, verdict.problems, verdict.files)


def flip(file: Path, place: int) -> None:
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)


def first_byte(file: Path) -> None:
    flip(file, 0)


def middle_byte(file: Path) -> None:
    flip(file, file.stat().st_size // 2)


def last_byte(file: Path) -> None:
    flip(file, -1)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def cut_by_twenty(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])


def appended(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\n")


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def renamed(file: Path) -> None:
    file.rename(file.with_name(f"x{file.name}"))


def deleted(file: Path) -> None:
    file.unlink()


def made_a_link(file: Path) -> None:
    elsewhere = file.parent.parent / file.name
    file.rename(elsewhere)
    file.symlink_to(elsewhere)


def made_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "tamper",
    [
        first_byte,
        middle_byte,
        last_byte,
        cut,
        cut_by_twenty,
        appended,
        emptied,
        renamed,
        deleted,
        made_a_link,
        made_a_folder,
    ],
)
def test_a_change_to_any_file_is_found_and_the_file_named(folder, name, tamper):
    """One byte, one name, one link: verification fails and says where."""
    tamper(folder / name)

    verdict = verify(folder)

    assert not verdict.is_ok
    assert any(name in problem for problem in verdict.problems), verdict.problems


@pytest.mark.parametrize("name", FILES)
def test_two_files_that_changed_places_are_both_named(folder, name):
    """A swap leaves every content in the folder; the names give it away."""
    other = "page.png" if name != "page.png" else "text.txt"
    (folder / name).rename(folder / "aside")
    (folder / other).rename(folder / name)
    (folder / "aside").rename(folder / other)

    problems = " ".join(verify(folder).problems)

    assert name in problems


@pytest.mark.parametrize(
    "name", ["more.png", ".hidden", "page.png.bak", "\n", "\u202egnp.exe", "MANIFEST.JSON", "sub/x"]
)
def test_what_was_added_is_named(folder, name):
    """Nothing hides in a sealed folder, whatever it is called."""
    added = folder / name
    added.parent.mkdir(exist_ok=True)
    added.write_bytes(b"x")

    verdict = verify(folder)

    shown = name.partition("/")[0]
    assert any(shown in one or ascii(shown) in one for one in verdict.problems), verdict.problems


def test_a_folder_under_another_name_is_not_what_was_sealed(folder):
    """The name carries the time and the id; it is sealed too."""
    other = folder.rename(folder.with_name("20200101T000000Z-00000000"))

    (problem,) = verify(other).problems

    assert folder.name in problem


def every_value(told, path=()):
    for key, value in told.items() if isinstance(told, dict) else enumerate(told):
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from every_value(value, (*path, key))


def test_every_field_of_the_manifest_is_sealed(folder):
    """Changed, removed or doubled: each key of the list counts, however deep."""
    original = (folder / "manifest.json").read_bytes()
    passed = []

    for path in every_value(json.loads(original)):
        for change in (lambda parent, key: parent.pop(key), _changed):
            told = json.loads(original)
            parent = told
            for key in path[:-1]:
                parent = parent[key]
            change(parent, path[-1])
            (folder / "manifest.json").write_bytes(manifest.canonical(told))
            if verify(folder).is_ok:
                passed.append(path)

    assert [] == passed


def _changed(parent, key):
    value = parent[key]
    if isinstance(value, bool) or value is None:
        parent[key] = not value
    elif isinstance(value, int):
        parent[key] = value + 1
    elif isinstance(value, str):
        parent[key] = f"{value}x"
    else:
        parent[key] = {**value, "x": 1} if isinstance(value, dict) else [*value, "x"]


def forge(folder: Path, keys: Keys, **changes) -> None:
    """Rewrite the manifest and all that is about it, as somebody who knows how and has a key."""
    signing = keys.signing(SystemClock())
    (folder / KEYS).chmod(0o644)
    (folder / KEYS).write_bytes(signing.history)
    told = {**json.loads((folder / "manifest.json").read_bytes()), **changes}
    told["signing"]["key_id"] = signing.key_id
    told["files"] = [
        manifest.file_entry(KEYS, signing.history) if entry["path"] == KEYS else entry
        for entry in told["files"]
    ]
    data = manifest.canonical(told)
    written = {"manifest.json": data, **manifest.check_lines(data), SIGNATURE: signing.sign(data)}
    for name, content in written.items():
        (folder / name).chmod(0o644)
        (folder / name).write_bytes(content)


@pytest.fixture
def another(tmp_path) -> Keys:
    """The keys of somebody else."""
    return Keys(tmp_path / "other-keys")


def test_who_rewrites_the_digests_cannot_sign_for_them(folder):
    """Every digest fits again, and the signature does not."""
    told = json.loads((folder / "manifest.json").read_bytes())
    data = manifest.canonical({**told, "page_because": "nothing to see"})
    for name, content in {"manifest.json": data, **manifest.check_lines(data)}.items():
        (folder / name).chmod(0o644)
        (folder / name).write_bytes(content)

    verdict = verify(folder)

    assert ["manifest.sig：Ed25519 签名与 manifest.json 不符，两者之一被改动"] == list(
        verdict.problems
    )
    assert verdict.signed_by is None


def test_who_signs_is_told_by_the_key_that_anybody_can_compare(keeper, folder):
    """The name of the key is the digest of its public half; the home keeps the same one."""
    key_id = read_history(Keys(keeper.settings.keys).history())[-1].key_id

    assert f"Ed25519 {key_id}" == verify(folder).signed_by


def test_who_forges_the_address_is_given_away_by_the_circumstances(folder, another):
    """The manifest and the record of the circumstances say the same, or one was rewritten."""
    forge(folder, another, url_requested="http://127.0.0.1:8711/item/992")

    assert ["environment.json：「url_requested」与清单所记不同"] == list(verify(folder).problems)


def test_who_rewrites_a_whole_folder_is_given_away_by_the_next(keeper, another, tmp_path):
    """Without a signature, a perfect forgery is found by the manifest that came after."""
    first, _second = keeper.keep(), keeper.keep()
    forge(first.folder, another, page_because="nothing to see")
    assert verify(first.folder, alone=True).is_ok
    alone = Path(
        shutil.copytree(keeper.shelf.folder, tmp_path / "evidence", copy_function=shutil.copyfile)
    )

    problems = verify(alone / first.snapshot_id).problems
    of_the_chain = list(verify_all(alone))[-1].problems

    assert any("后一份固定" in problem for problem in problems)
    assert of_the_chain


def test_who_rewrites_the_last_folder_is_given_away_by_the_database(keeper, another):
    """The last of the chain has no successor; where the home is at hand, its row speaks."""
    kept = keeper.keep()
    forge(kept.folder, another, page_because="nothing to see")

    by_row, by_key = verify(kept.folder).problems

    assert "数据库" in by_row
    assert "签名的密钥不是本数据目录的密钥" in by_key


def test_a_snapshot_taken_out_of_the_chain_is_missed(keeper, tmp_path):
    """Deleting a whole folder leaves a hole between its neighbours."""
    kept = [keeper.keep() for _ in range(3)]
    alone = Path(
        shutil.copytree(keeper.shelf.folder, tmp_path / "evidence", copy_function=shutil.copyfile)
    )
    shutil.rmtree(alone / kept[1].snapshot_id)
    shutil.rmtree(kept[2].folder)

    without_home = list(verify_all(alone))[-1].problems
    with_home = list(verify_all(keeper.settings.home))[-1].problems

    assert any("第 2 份" in problem for problem in without_home)
    assert [f"{kept[2].snapshot_id}：数据库里有，文件夹不见了"] == list(with_home)


def members(data: bytes) -> list[bytes]:
    """Cut an archive into its records, still compressed."""
    listed = []
    while data:
        opener = zlib.decompressobj(31)
        opener.decompress(data)
        listed.append(data[: len(data) - len(opener.unused_data)])
        data = opener.unused_data
    return listed


def edited(member: bytes, old: bytes, new: bytes) -> bytes:
    raw = gzip.decompress(member)
    assert old in raw
    return gzip.compress(raw.replace(old, new))


def without_digests(member: bytes) -> bytes:
    lines = gzip.decompress(member).split(b"\r\n")
    kept = [line for line in lines if not line.startswith((b"WARC-Payload-D", b"WARC-Block-D"))]
    return gzip.compress(b"\r\n".join(kept))


WARC_TAMPERING = {
    "dropped": (lambda all_: all_[:3] + all_[4:], "缺少第 4 条记录 response"),
    "last dropped": (lambda all_: all_[:-1], "缺少第 7 条记录 request"),
    "doubled": (lambda all_: [*all_, all_[3]], "第 4 条记录 response"),
    "moved": (lambda all_: [all_[0], *all_[3:], *all_[1:3]], "先后次序"),
    "dated": (
        lambda all_: [all_[0], edited(all_[1], b"2026-03-10T", b"2026-03-11T"), *all_[2:]],
        "第 2 条记录",
    ),
    "addressed": (
        lambda all_: [all_[0], edited(all_[1], b"item/991", b"item/992"), *all_[2:]],
        "第 2 条记录",
    ),
    "payload and no digests": (
        lambda all_: [
            *all_[:1],
            without_digests(edited(all_[1], "沈阳".encode("gbk"), "大连".encode("gbk"))),
            *all_[2:],
        ],
        "第 2 条记录",
    ),
    "cut inside the last record": (lambda all_: [*all_[:-1], all_[-1][:-20]], "第 7 条记录"),
    "added": (
        lambda all_: [*all_, gzip.compress(b"WARC/1.1\r\nWARC-Record-ID: <x>\r\n\r\n\r\n\r\n")],
        "第 8 条记录",
    ),
    "recompressed": (
        lambda all_: [gzip.compress(gzip.decompress(one), 1) for one in all_],
        "重新压缩",
    ),
}


@pytest.mark.parametrize("how", WARC_TAMPERING)
def test_damage_to_an_archive_names_the_record(folder, how):
    """The usual checkers pass most of these; here each is named by its record."""
    tamper, words = WARC_TAMPERING[how]
    file = folder / "page.warc.gz"
    file.write_bytes(b"".join(tamper(members(file.read_bytes()))))

    problems = [problem for problem in verify(folder).problems if "page.warc.gz" in problem]

    assert any(words in problem for problem in problems), problems


def test_a_format_of_the_future_is_not_called_damaged_but_unknown(folder, another):
    """An old program must not accuse somebody of tampering."""
    forge(folder, another, format=99)

    assert ["manifest.json：格式编号本版本不认识"] == list(verify(folder).problems)


def test_a_manifest_that_is_a_bomb_is_only_unreadable(folder):
    """A hundred thousand brackets are no manifest."""
    (folder / "manifest.json").write_bytes(b"[" * 100_000)

    assert not verify(folder).is_ok


def test_the_small_files_are_what_a_lay_tool_reads(folder):
    """``sha256sum -c manifest.sha256`` works without this program."""
    line = (folder / "manifest.sha256").read_text()

    digests = manifest.digests_of((folder / "manifest.json").read_bytes())

    assert f"{digests.sha256}  manifest.json\n" == line


def test_a_manifest_of_any_shape_is_looked_at_to_the_end(keeper):
    """Each key of one made another kind: the home is still verified, and never passes."""
    kept = keeper.keep()
    keeper.keep()
    listing = kept.folder / "manifest.json"
    listing.chmod(0o644)
    original = listing.read_bytes()
    passed = []

    for path in every_value(json.loads(original)):
        for wrong in (None, [], {}, "x", 1):
            told = parent = json.loads(original)
            for key in path[:-1]:
                parent = parent[key]
            if parent[path[-1]] == wrong:
                continue
            parent[path[-1]] = wrong
            listing.write_bytes(manifest.canonical(told))
            if path[0] in {"chain", "format", "signing", "taken"} and not any(
                one.problems for one in verify_all(keeper.settings.home)
            ):
                passed.append((path, wrong))

    assert [] == passed


def test_keys_and_signature_that_changed_places_are_both_named(folder):
    """Neither can be read, and neither hides behind the other."""
    keys, signature = (folder / name for name in (KEYS, SIGNATURE))
    one, other = keys.read_bytes(), signature.read_bytes()
    for file, data in ((keys, other), (signature, one)):
        file.chmod(0o644)
        file.write_bytes(data)

    problems = verify(folder).problems

    for name in (KEYS, SIGNATURE):
        assert any(name in problem for problem in problems), name
