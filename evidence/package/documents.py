"""网络在线提取笔录 and 电子数据提取固定清单 as Word files, filled from the manifests.

The templates are Word files too: a bureau's own, dropped into ``<home>/templates/`` under the
same name, goes before the shipped one. What no template may ask for is refused by name.
Nothing here is generated as if it were signed: places for two officers and a witness stay empty.

Source: 法发〔2016〕22号 articles 14 and 15 (record, list, witness or the reason for none).
"""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from jinja2 import Environment, StrictUndefined, TemplateError, UndefinedError
from lxml import etree

from pipeline.base.errors import BadInput
from pipeline.base.language import _
from pipeline.base.settings import shipped

RECORD = "网络在线提取笔录"
LIST = "电子数据提取固定清单"
UNSIGNED = "线索材料，未经执法人员签认"
_NOT_WORD = (
    OSError,
    KeyError,
    ValueError,
    zipfile.BadZipFile,
    etree.XMLSyntaxError,
    OpcError,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_UNKNOWN = re.compile(r"'([^']+)' is undefined|has no attribute '([^']+)'")


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who signs by hand, as far as it is known; what is empty is a blank to fill in.

    Attributes:
        officers: at most two, name and number of the licence.
        witness: 见证人; empty: then the reason why there is none.
    """

    unit: str = ""
    officers: tuple[str, ...] = ()
    witness: str = ""
    no_witness_because: str = ""
    place: str = ""
    purpose: str = ""


def made(template: str, own: Path, told: Mapping[str, Any]) -> bytes:
    """Return a document as the bytes of a Word file.

    Args:
        template: its name, without the ending.
        own: the folder of the bureau's own templates.
        told: what a template may ask for.

    Raises:
        BadInput: the template is no Word file, or asks for what there is not.
    """
    file = own / f"{template}.docx"
    file = file if file.is_file() else shipped("templates", f"{template}.docx")
    rules = Environment(autoescape=True, undefined=StrictUndefined)
    told = _printable(dict(told))
    try:
        document = DocxTemplate(str(file))
        unknown = document.get_undeclared_template_variables(rules, context=told)
        if unknown:
            raise _refused(file, min(unknown), told)
        document.render(told, jinja_env=rules, autoescape=True)
        written = io.BytesIO()
        document.save(written)
    except UndefinedError as error:
        found = _UNKNOWN.search(str(error))
        name = (found[1] or found[2]) if found else str(error)
        raise _refused(file, name, told) from error
    except TemplateError as error:
        raise BadInput(str(file), _("模板写法有误：{why}").format(why=error)) from error
    except _NOT_WORD as error:
        raise BadInput(str(file), _("不是能读的 Word 文件（docx）")) from error
    return written.getvalue()


def _refused(file: Path, name: str, told: Mapping[str, Any]) -> BadInput:
    known = "、".join(sorted(told))
    return BadInput(
        str(file),
        _("模板中的字段「{name}」本程序不认识").format(name=name),
        _("可用的字段：{known}").format(known=known),
    )


def _printable(value: Any) -> Any:
    """Take out what no Word file may hold: control characters and halves of characters."""
    if isinstance(value, str):
        return _CONTROL.sub("", value)
    if isinstance(value, Mapping):
        return {key: _printable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(one) for one in value]
    return value
