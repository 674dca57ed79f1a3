"""Pages of our own making, each with one thing that goes wrong on the web."""

import io
import re
import time
from collections.abc import Iterator

from PIL import Image
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

RARE = "𪚥龘鸮鵟"
GBK = (
    '<meta charset="gbk"><title>出只画眉</title>'
    "<h1>出只画眉，叫口好</h1><p>自家笼养，沈阳自提，价格面议，有意者私聊。</p><img src=/p/1.png>"
).encode("gbk")
STORY = "<p>出只画眉，自家笼养，叫口好，沈阳自提，价格 1200 元，有意者联系。卖家：老王</p>" * 3


def picture(colour: str | tuple[int, int, int] = "green", size: int = 40) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(written, "PNG")
    return written.getvalue()


def page(body: str, title: str = "出只画眉", story: str = STORY) -> str:
    head = f'<!doctype html><meta charset="utf-8"><title>{title}</title>'
    return f'{head}<body style="margin:0;font-family:sans-serif"><h1>{title}</h1>{story}{body}'


LAZY = page(
    "".join(f'<p style="height:300px"><img loading="lazy" src="/p/{n}.png"></p>' for n in range(30))
    + "".join(f'<p style="height:300px"><img data-src="/p/{n}.png"></p>' for n in range(30, 40))
    + """<script>
    const seen = new IntersectionObserver((entries) => entries.forEach((entry) => {
      if (entry.isIntersecting) entry.target.src = entry.target.dataset.src;
    }));
    document.querySelectorAll("[data-src]").forEach((image) => seen.observe(image));
    </script>"""
)
TALL = page(
    "".join(
        f'<div style="height:1000px;background:rgb({n * 5},{250 - n * 5},99)">{n}</div>'
        for n in range(40)
    )
)
ENDLESS = page(
    """<div id=more></div><script>
    const grow = () =>
      more.insertAdjacentHTML("beforeend", "<p style='height:3000px'>more</p>");
    grow();
    addEventListener("scroll", () => {
      if (scrollY + innerHeight > document.body.scrollHeight - 500) grow();
    });
    </script>"""
)
RARE_CHARACTERS = page(
    f'<div id="rare" style="position:absolute;left:0;top:300px;font-size:80px;line-height:100px">'
    f"{RARE}</div>"
    '<div style="position:absolute;left:0;top:400px;font-size:80px;line-height:100px">'
    "&#x5FFFF;&#x6FFFF;</div>"
)


def out_of_bounds(canary: str) -> str:
    """A page that tries every way to a server that no source file names."""
    socket = canary.replace("http:", "ws:")
    return page(
        f"""<img src="{canary}/img"><iframe src="{canary}/frame"></iframe>
        <link rel="prefetch" href="{canary}/prefetch"><link rel="preconnect" href="{canary}">
        <script>
        fetch("{canary}/fetch").catch(() => 0);
        navigator.sendBeacon("{canary}/beacon", "x");
        new WebSocket("{socket}/socket");
        new Worker(URL.createObjectURL(new Blob(['fetch("{canary}/worker").catch(() => 0)'])));
        window.open("{canary}/popup");
        </script>"""
    )


def slow_for_ever(first: bytes) -> Response:
    def pieces() -> Iterator[bytes]:
        yield first
        for _ in range(300):
            time.sleep(0.1)
            yield b" "

    return Response(pieces(), content_type="text/html; charset=utf-8")


def open_pages(server: HTTPServer, canary: HTTPServer) -> None:
    """Put every page onto the server, under the name of its story."""
    for name, body in {
        "/plain": page('<img src="/p/1.png">'),
        "/lazy": LAZY,
        "/tall": TALL,
        "/endless": ENDLESS,
        "/rare": RARE_CHARACTERS,
        "/other-title": page(
            "", title="八哥一对", story="<p>会说话，带笼子，沈阳自提，价格 300 元</p>"
        ),
        "/broken": page('<img src="/404.png"><img src="/damaged.png"><img src="/p/2.png">'),
        "/waits": page('<img src="/never.png">'),
        "/moves": page("<script>location.href = '/plain'</script>"),
        "/wide": page('<div style="width:9000px">wide</div>'),
        "/unseen": page('<div style="display:none"><img loading=lazy src=/p/9.png></div>'),
        "/leads-away": page(
            f'<meta http-equiv="refresh" content="0; url={canary.url_for("/secret")}">'
        ),
        "/blank": "<!doctype html><title>出只画眉</title><body><script src=/404.png></script>",
        "/hangs": page("<script>setTimeout(() => { while (true); }, 50)</script>"),
        "/outside": out_of_bounds(canary.url_for("").rstrip("/")),
        "/inner": page(
            '<div style="height:600px;overflow:auto"><p style="height:5000px">inside</p></div>'
        ),
    }.items():
        server.expect_request(name).respond_with_data(body, content_type="text/html; charset=utf-8")
    server.expect_request("/file").respond_with_data(b"%PDF-1.4", content_type="application/pdf")
    server.expect_request("/gbk").respond_with_data(GBK, content_type="text/html")
    server.expect_request("/damaged.png").respond_with_data(b"\x89PNG no", content_type="image/png")
    for name in ("/404.png", "/not-there"):
        server.expect_request(name).respond_with_data("not found", status=404)
    server.expect_request("/away").respond_with_data(
        "", status=302, headers={"Location": canary.url_for("/secret")}
    )
    server.expect_request("/moved").respond_with_data(
        "", status=301, headers={"Location": "/plain"}
    )
    server.expect_request("/never").respond_with_handler(
        lambda _request: slow_for_ever(page("").encode())
    )
    server.expect_request("/never.png").respond_with_handler(
        lambda _request: slow_for_ever(b"\x89PNG")
    )
    for name, text in {
        "/wall": "请先登录 登录后才能查看商品详情 手机号 验证码登录 密码登录",
        "/challenge": "安全验证 请完成下方验证后继续访问 拖动滑块完成拼图",
        "/soft404": "抱歉，商品已下架，看看别的吧",
    }.items():
        server.expect_request(name).respond_with_data(
            f'<!doctype html><meta charset="utf-8"><title>{text[:4]}</title><p>{text}</p>',
            content_type="text/html; charset=utf-8",
        )

    def coloured(request: Request) -> Response:
        number = int(request.path.removeprefix("/p/").removesuffix(".png"))
        return Response(picture((number * 6, 90, 90)), content_type="image/png")

    server.expect_request(re.compile(r"/p/\d+\.png")).respond_with_handler(coloured)
