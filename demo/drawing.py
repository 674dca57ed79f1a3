"""Pictures for the listings, drawn from a few words and always the same for the same words."""

import functools
import io
import math
import random
import shutil
import subprocess
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from demo.stock import Picture

SIZE = (720, 540)

_COLOURS = {
    "": (128, 104, 72),
    "brown": (139, 94, 52),
    "red": (190, 60, 48),
    "blue": (52, 96, 168),
    "green": (84, 142, 62),
    "yellow": (222, 184, 52),
    "grey": (128, 132, 138),
    "black": (38, 38, 42),
    "white": (236, 234, 226),
    "pink": (226, 136, 158),
    "orange": (222, 124, 44),
}
_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
)

Colour = tuple[int, int, int]
Pen = ImageDraw.ImageDraw
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@functools.lru_cache(maxsize=512)
def jpeg(picture: Picture, seed: str) -> bytes:
    """Return a photograph-like JPEG; the seed moves light, place and grain."""
    chance = random.Random(f"{seed}/{picture.of}/{picture.colour}")  # noqa: S311 - a drawing
    image = _background(chance)
    pen = ImageDraw.Draw(image)
    _FIGURES.get(picture.of, _thing)(pen, _COLOURS.get(picture.colour, _COLOURS[""]), chance)
    if picture.words:
        _write(pen, picture.words)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


@functools.cache
def font(size: int) -> Font | None:
    """Return a font that holds Chinese characters, None where the machine has none."""
    for path in (*_FONTS, _matched()):
        if path and Path(path).is_file():
            return ImageFont.truetype(path, size)
    return None


def _matched() -> str:
    tool = shutil.which("fc-match")
    if tool is None:
        return ""
    asked = [tool, "-f", "%{file}|%{lang}", "sans:lang=zh-cn"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    path, _, languages = answer.stdout.partition("|")
    return path if "zh-cn" in languages else ""


def _background(chance: random.Random) -> Image.Image:
    wall = chance.choice(((214, 206, 188), (196, 210, 202), (206, 200, 210), (222, 214, 202)))
    floor = tuple(part - 46 for part in wall)
    image = Image.new("RGB", SIZE, wall)
    pen = ImageDraw.Draw(image)
    edge = chance.randint(370, 430)
    pen.rectangle((0, edge, *SIZE), fill=floor)
    for _ in range(260):
        x, y = chance.randrange(SIZE[0]), chance.randrange(SIZE[1])
        grain = chance.randint(-9, 9)
        here = image.getpixel((x, y))
        assert isinstance(here, tuple)
        colour = tuple(int(part) + grain for part in here[:3])
        pen.ellipse((x, y, x + 14, y + 14), fill=colour)
    return image


def _bird(pen: Pen, colour: Colour, chance: random.Random, *, size: float = 1.0) -> None:
    x, y = chance.randint(300, 400), chance.randint(250, 300)
    body, head = int(105 * size), int(48 * size)
    dark = _darker(colour)
    pen.line((60, y + body, 660, y + body - 20), fill=(96, 70, 44), width=16)
    pen.polygon((x - body, y, x - body * 2, y + body // 2, x - body, y + 40), fill=dark)
    pen.ellipse((x - body, y - body // 2, x + body, y + int(body * 0.72)), fill=colour)
    pen.ellipse((x - body // 2, y - 20, x + body // 2, y + body // 2), fill=dark)
    hx, hy = x + body - 18, y - body // 2 - 8
    pen.ellipse((hx - head, hy - head, hx + head, hy + head), fill=colour)
    pen.ellipse((hx + 8, hy - 16, hx + 24, hy), fill=(20, 18, 16), outline=(240, 240, 236), width=2)
    beak = ((hx + head - 6, hy - 10), (hx + head + 34, hy + 2), (hx + head - 6, hy + 14))
    pen.polygon(beak, fill=(204, 150, 60))
    for leg in (x - 14, x + 24):
        pen.line((leg, y + int(body * 0.66), leg + 6, y + body - 4), fill=(90, 66, 40), width=6)


def _raptor(pen: Pen, colour: Colour, chance: random.Random) -> None:
    """Draw a bird of prey upright on a post: broad shoulders, long wing, hooked beak, jesses."""
    x, y = chance.randint(330, 390), 270
    dark, light = _darker(colour), (226, 208, 178)
    pen.rectangle((x - 30, 440, x + 40, 540), fill=(104, 78, 50))
    pen.polygon(((x - 92, y + 150), (x - 40, y + 150), (x - 60, y + 240), (x - 108, y + 236)), dark)
    pen.ellipse((x - 104, y - 120, x + 84, y + 180), fill=light)
    for row in range(6):
        for column in range(4):
            spot = (x - 34 + column * 26 + row % 2 * 12, y - 40 + row * 30)
            pen.ellipse((*spot, spot[0] + 9, spot[1] + 16), fill=colour)
    pen.polygon(((x - 110, y - 70), (x - 20, y - 90), (x - 40, y + 190), (x - 96, y + 170)), colour)
    pen.ellipse((x - 52, y - 196, x + 72, y - 80), fill=colour)
    pen.ellipse((x + 22, y - 160, x + 46, y - 136), fill=(246, 206, 60))
    pen.ellipse((x + 30, y - 153, x + 41, y - 142), fill=(14, 14, 14))
    beak = (
        (x + 62, y - 152),
        (x + 104, y - 132),
        (x + 98, y - 98),
        (x + 86, y - 120),
        (x + 60, y - 116),
    )
    pen.polygon(beak, fill=(58, 58, 62))
    for leg in (x - 22, x + 26):
        pen.rectangle((leg, y + 160, leg + 16, y + 186), fill=(228, 180, 60))
        pen.line((leg + 8, y + 182, leg + 46, y + 268), fill=(120, 60, 30), width=6)


def _owl(pen: Pen, colour: Colour, chance: random.Random) -> None:
    x, y = chance.randint(320, 400), 280
    pen.ellipse((x - 110, y - 150, x + 110, y + 170), fill=colour)
    for side in (-1, 1):
        pen.polygon(
            ((x + side * 90, y - 190), (x + side * 96, y - 90), (x + side * 30, y - 130)),
            fill=_darker(colour),
        )
        eye = x + side * 46
        pen.ellipse((eye - 40, y - 110, eye + 40, y - 30), fill=(242, 222, 150))
        pen.ellipse((eye - 16, y - 86, eye + 16, y - 54), fill=(16, 16, 16))
    pen.polygon(((x - 12, y - 50), (x + 12, y - 50), (x, y - 14)), fill=(80, 70, 50))


def _cage(pen: Pen, colour: Colour, chance: random.Random) -> None:
    x = chance.randint(330, 390)
    pen.arc((x - 150, 60, x + 150, 300), 180, 360, fill=colour, width=8)
    for step in range(-150, 151, 25):
        top = 180 - int(math.sqrt(max(0, 150**2 - step**2)) * 0.8)
        pen.line((x + step, top, x + step, 440), fill=colour, width=4)
    for level in (180, 310, 440):
        pen.line((x - 150, level, x + 150, level), fill=_darker(colour), width=9)
    pen.arc((x - 22, 22, x + 22, 70), 150, 400, fill=_darker(colour), width=7)


def _caged(pen: Pen, colour: Colour, chance: random.Random) -> None:
    _bird(pen, colour, chance, size=0.62)
    _cage(pen, (112, 84, 50), chance)


def _net(pen: Pen, colour: Colour, chance: random.Random) -> None:
    for step in range(-540, 760, 26):
        pen.line((step, 90, step + 350, 440), fill=colour, width=1)
        pen.line((step + 350, 90, step, 440), fill=colour, width=1)
    for pole in (70, 650):
        pen.line((pole, 40, pole + chance.randint(-8, 8), 500), fill=(98, 78, 48), width=12)


def _eggs(pen: Pen, colour: Colour, chance: random.Random) -> None:
    pen.ellipse((170, 240, 550, 470), fill=(120, 92, 54))
    for place in range(5):
        x, y = 230 + place * 55, 300 + chance.randint(-18, 26)
        pen.ellipse((x, y, x + 74, y + 98), fill=colour, outline=_darker(colour), width=2)


def _fish(pen: Pen, colour: Colour, chance: random.Random) -> None:
    pen.rectangle((80, 90, 640, 450), fill=(120, 176, 198), outline=(70, 84, 92), width=8)
    for _ in range(4):
        x, y = chance.randint(140, 520), chance.randint(140, 390)
        pen.ellipse((x, y, x + 92, y + 40), fill=colour)
        pen.polygon(((x, y + 20), (x - 40, y - 8), (x - 40, y + 48)), fill=_darker(colour))


def _dog(pen: Pen, colour: Colour, chance: random.Random) -> None:
    x = chance.randint(300, 380)
    pen.ellipse((x - 130, 250, x + 110, 440), fill=colour)
    pen.ellipse((x + 30, 150, x + 190, 300), fill=colour)
    pen.ellipse((x + 20, 150, x + 70, 260), fill=_darker(colour))
    pen.ellipse((x + 118, 200, x + 136, 218), fill=(16, 16, 16))
    pen.ellipse((x + 160, 236, x + 192, 262), fill=(30, 26, 24))


def _thing(pen: Pen, colour: Colour, chance: random.Random) -> None:
    x, y = chance.randint(170, 250), chance.randint(150, 210)
    pen.rectangle((x, y, x + 300, y + 230), fill=colour, outline=_darker(colour), width=6)
    pen.rectangle((x + 30, y + 36, x + 270, y + 96), fill=(240, 238, 230))


def _scene(pen: Pen, colour: Colour, chance: random.Random) -> None:
    pen.rectangle((0, 0, 720, 300), fill=(182, 206, 224))
    for _ in range(6):
        x, high = chance.randint(-60, 620), chance.randint(110, 240)
        pen.polygon(((x, 330), (x + 130, 330 - high), (x + 280, 330)), fill=colour)
    pen.rectangle((0, 330, 720, 540), fill=_darker(colour))


def _darker(colour: Colour) -> Colour:
    return (int(colour[0] * 0.72), int(colour[1] * 0.72), int(colour[2] * 0.72))


def _write(pen: Pen, words: str) -> None:
    """Write on the picture as sellers do: big, on a band, a line for each part."""
    letters = font(46)
    if letters is None:
        return
    lines = words.split("/")
    top = SIZE[1] - 24 - 64 * len(lines)
    pen.rectangle((0, top - 14, SIZE[0], SIZE[1]), fill=(24, 24, 26))
    for row, line in enumerate(lines):
        pen.text((34, top + 64 * row), line, font=letters, fill=(250, 232, 96))


_FIGURES = {
    "bird": _bird,
    "raptor": _raptor,
    "owl": _owl,
    "caged": _caged,
    "cage": _cage,
    "net": _net,
    "eggs": _eggs,
    "fish": _fish,
    "dog": _dog,
    "scene": _scene,
    "thing": _thing,
}
