"""Makes the two document templates that are shipped: ``python -m evidence.package.templates``.

What a bureau wants otherwise it changes in Word and drops into ``<home>/templates/``.
"""

from pathlib import Path

from docx import Document
from docx.document import Document as Doc
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Cm, Pt, RGBColor
from docx.table import _Row
from docx.text.run import Run

from evidence.package.documents import LIST, RECORD
from pipeline.base.settings import shipped

_FONT = "仿宋"

_FACTS = (
    ("案由和目的", "{{ purpose }}"),
    ("提取起止时间", "{{ started }} 至 {{ ended }}（北京时间，机器自动记录）"),
    ("提取地点", "{{ place }}"),
    ("提取人员", "{{ officer_1 }}；{{ officer_2 }}"),
    ("见证人", "{{ witness }}"),
    ("提取对象", "{{ title }}；网页 {{ count }} 份，文件 {{ file_count }} 个"),
    ("电子数据来源", "互联网公开网页，见下表"),
    ("方法和工具", "{{ method }}"),
    (
        "不能扣押原始存储介质的原因",
        "数据存放在网络服务提供者的服务器上，原始存储介质不在现场，且内容随时可能被删改",
    ),
    (
        "完整性",
        "逐个文件计算 SHA-256 与 SM3，见《电子数据提取固定清单》；清单由密钥 {{ key_id }} 签名",
    ),
)
Column = tuple[str, float, str]
"""Its head, its width in centimetres, and what stands in it, line by line."""

_ROWS: tuple[Column, ...] = (
    ("序号", 1.2, "{{ s.number }}"),
    ("固定编号", 3.6, "{{ s.snapshot_id }}"),
    (
        "网址、进入步骤、依据",
        7.7,
        "{{ s.url_requested }}\n最终：{{ s.url_final }}\n{{ s.steps }}\n{{ s.basis }}",
    ),
    ("起止时间", 3.6, "{{ s.started }}\n{{ s.ended }}"),
    ("服务器", 3.2, "{{ s.server }}"),
    ("结果", 3.2, "{{ s.result }}\n{{ s.complete_words }}"),
    ("第三方时间戳", 3.2, "{{ s.timestamp }}"),
)
_LISTED: tuple[Column, ...] = (
    ("序号", 1.2, "{{ f.number }}"),
    ("电子数据（文件名、格式、大小）", 4.8, "{{ f.name }}\n{{ f.kind }}，{{ f.size_bytes }} 字节"),
    ("来源", 4.0, "{{ f.source }}"),
    ("提取方法", 2.6, "{{ f.method }}"),
    ("算法与校验值", 11.0, "SHA-256 {{ f.sha256 }}\nSM3 {{ f.sm3 }}"),
    ("备注", 2.1, "{{ f.remark }}"),
)


def main() -> None:
    """Write both templates into the shipped folder."""
    folder = shipped("templates")
    folder.mkdir(exist_ok=True)
    write_record(folder / f"{RECORD}.docx")
    write_list(folder / f"{LIST}.docx")


def write_record(file: Path) -> None:
    """Write the template of the record."""
    document = _paper(RECORD)
    facts = document.add_table(rows=0, cols=2)
    facts.style, facts.autofit = "Table Grid", False
    for head, words in _FACTS:
        cells = facts.add_row().cells
        _put(cells[0].paragraphs[0].add_run(head), bold=True)
        _put(cells[1].paragraphs[0].add_run(words))
    facts.columns[0].width, facts.columns[1].width = Cm(5.5), Cm(20.2)
    _put(document.add_paragraph().add_run("过程和结果"), bold=True)
    _table(document, _ROWS, "s in snapshots")
    _put(document.add_paragraph().add_run("{{ without_session }}"))
    _foot(document)
    document.save(str(file))


def write_list(file: Path) -> None:
    """Write the template of the list."""
    document = _paper(LIST)
    _put(document.add_paragraph().add_run("{{ title }}　制作时间：{{ made_at }}"))
    _table(document, _LISTED, "f in files")
    _foot(document)
    document.save(str(file))


def _paper(title: str) -> Doc:
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(2)
    _numbered(section)
    stamped = document.add_paragraph()
    stamped.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = stamped.add_run("{{ stamp_words }}")
    _put(run, bold=True, size=16)
    run.font.color.rgb = RGBColor(0xB0, 0x00, 0x20)
    head = document.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _put(head.add_run("{{ unit }}"), size=16)
    head.add_run("\n")
    _put(head.add_run(title), bold=True, size=20)
    return document


def _table(document: Doc, columns: tuple[Column, ...], loop: str) -> None:
    table = document.add_table(rows=4, cols=len(columns))
    table.style, table.autofit = "Table Grid", False
    table.rows[1].cells[0].paragraphs[0].add_run(f"{{%tr for {loop} %}}")
    table.rows[3].cells[0].paragraphs[0].add_run("{%tr endfor %}")
    for place, (head, wide, words) in enumerate(columns):
        table.columns[place].width = Cm(wide)
        _put(table.rows[0].cells[place].paragraphs[0].add_run(head), bold=True, size=9)
        cell = table.rows[2].cells[place]
        for number, line in enumerate(words.split("\n")):
            paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
            paragraph.paragraph_format.space_after = Pt(0)
            _put(paragraph.add_run(line), size=8)
    _set(table.rows[0], "w:tblHeader")  # the head again on every page
    for row in table.rows:
        _set(row, "w:cantSplit")


def _set(row: _Row, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))  # noqa: SLF001 - python-docx has no other door


def _numbered(section: Section) -> None:
    """Number the pages: a sheet that is missing is seen."""
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for words, field in (("第 ", "PAGE"), (" 页，共 ", "NUMPAGES"), (" 页", "")):
        _put(foot.add_run(words), size=9)
        if field:
            code = OxmlElement("w:fldSimple")
            code.set(qn("w:instr"), field)
            foot._p.append(code)  # noqa: SLF001 - python-docx has no other door


def _foot(document: Doc) -> None:
    for line in (
        "",
        "提取人员（签名）：　　　　　　　　　　执法证号：　　　　　　　　　　年　　月　　日",
        "提取人员（签名）：　　　　　　　　　　执法证号：　　　　　　　　　　年　　月　　日",
        "电子数据持有人（提供人）（签名）：　　　　　　　　拒签或不能签的原因：",
        "见证人（签名）：　　　　　　　　　　没有见证人的原因：{{ no_witness_because }}",
    ):
        _put(document.add_paragraph().add_run(line))


def _put(run: Run, *, bold: bool = False, size: int = 12) -> None:
    run.bold = bold
    run.font.size = Pt(size)
    run.font.name = _FONT
    # Word keeps one font for Latin letters and one for Chinese ones
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)  # noqa: SLF001 - python-docx has no other door


if __name__ == "__main__":
    main()
