"""Pages on which a capture is easily thought complete and is not, or the other way."""

import re
import threading

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.evidence.market_of_pages import picture

TITLE, PRICE, SELLER = "出只画眉", "1200元", "老王"
HEAD = (
    '<!doctype html><meta charset="utf-8"><title>出只画眉 - 花票网</title><body style="margin:0">'
)
LISTING = (
    f"<h1>{TITLE}</h1><p class=price>{PRICE}</p><p>卖家：<a href=/u/77>{SELLER}</a></p>"
    "<p>自家笼养的，叫口好，沈阳自提，有意者联系，只此一只。</p>"
    '<img src="/p/1.png" width=300 height=300>'
)
PRESSED = """<script>
const say = (what) => { window.pressed = what; fetch("/pressed?" + what); };
</script>"""
LONG = "".join(f'<p style="height:700px">{n}</p>' for n in range(6))


def layer(inside: str, name: str = "layer") -> str:
    """A layer over the whole window, as consent and log-in layers are."""
    return (
        f'{PRESSED}<div id={name} style="position:fixed;inset:0;background:#fff;z-index:999;'
        f'display:flex;flex-direction:column;align-items:center;padding-top:200px">{inside}</div>'
    )


def closes(name: str, say: str) -> str:
    return f"onclick=\"say('{say}');document.getElementById('{name}').remove()\""


STORIES = {
    "forty-lazy": LISTING
    + "".join(
        f'<p style="height:300px"><img loading=lazy src="/p/{n}.png"></p>' for n in range(2, 42)
    ),
    "lost-pictures": LISTING + '<img src="/gone/a.png"><img src="/gone/b.png">',
    "very-tall": LISTING
    + "".join(f'<div style="height:1000px;background:rgb({n * 5},9,99)"></div>' for n in range(40)),
    "consent": LISTING
    + layer(
        f"<p>我们使用 Cookie 改善您的体验</p><button {closes('layer', 'agree')}>同意并继续</button>"
        "<a href='/elsewhere'>同意</a>"
    ),
    "consent-locks": "<style>html,body{overflow:hidden;height:100%}</style>"
    + LISTING
    + LONG
    + layer(
        "<p>隐私政策更新</p><button onclick=\"say('know');document.querySelector('style').remove();"
        "document.getElementById('layer').remove()\">我知道了</button>"
    ),
    "login-wall": LISTING
    + layer("<p>登录后查看完整内容</p><input type=password><button>登录</button>"),
    "login-with-a-cross": LISTING
    + layer(
        f"<i class=close-btn style='width:30px;height:30px;background:#ccc' {closes('layer', 'x')}>"
        "</i><p>手机号登录</p><input type=tel><button onclick=\"say('login')\">同意</button>"
    ),
    "captcha": LISTING
    + layer(f"<p>安全验证：请拖动滑块</p><button {closes('layer', 'captcha')}>关闭</button>"),
    "bars": '<div id=top style="position:fixed;top:0;left:0;right:0;height:120px;background:#333">'
    "顶栏</div>"
    + LISTING
    + LONG
    + '<div id=foot style="position:fixed;bottom:0;left:0;right:0;height:80px;background:#333">'
    "打开 App</div>",
    "soft-404": "<p>抱歉，该信息已下架或已删除</p>",
    "endless": LISTING
    + """<div id=more></div><script>
    const grow = () => more.insertAdjacentHTML("beforeend", "<p style='height:4000px'>更多</p>");
    grow();
    addEventListener("scroll", () => {
      if (scrollY + innerHeight > document.body.scrollHeight - 900) grow();
    });</script>""",
    "half-loaded": "<p>加载中...</p><script src=/gone/app.js></script>",
    "inner": LISTING
    + '<div id=talk style="height:500px;overflow-y:auto">'
    + "".join(
        f'<p class="comment-item" style="height:300px">留言 {n}<img loading=lazy src="/p/{n}.png">'
        "</p>"
        for n in range(20, 30)
    )
    + "</div>",
    "white-price": LISTING.replace(
        "<p class=price>", '<p class=price style="color:#fff;background:#fff">'
    ),
    "other-picture": LISTING.replace("/p/1.png", "/p/7.png"),
    "other-size": LISTING.replace("/p/1.png", "/p/1.png?width=300"),
    "lost-main-picture": LISTING.replace("/p/1.png", "/p/1.png_300x300.png"),
    "damaged-picture": LISTING.replace("/p/1.png", "/damaged.png"),
}


class HardPages:
    """Serves them, and remembers what was pressed."""

    def __init__(self, server: HTTPServer) -> None:
        self.server = server
        self.pressed: list[str] = []
        self.looks = 0
        self._lock = threading.Lock()
        for name, body in STORIES.items():
            server.expect_request(f"/{name}").respond_with_data(
                HEAD + body, content_type="text/html; charset=utf-8"
            )
        server.expect_request("/pressed").respond_with_handler(self._press)
        server.expect_request("/second-look").respond_with_handler(self._second_look)
        server.expect_request("/damaged.png").respond_with_data(
            b"\x89PNG no", content_type="image/png"
        )
        server.expect_request(re.compile("/gone/.*")).respond_with_data("no", status=404)
        server.expect_request(re.compile(r"/p/\d+\.png")).respond_with_handler(_picture)

    def _press(self, request: Request) -> Response:
        with self._lock:
            self.pressed.append(request.query_string.decode())
        return Response("")

    def _second_look(self, _request: Request) -> Response:
        with self._lock:
            self.looks += 1
        body = LISTING if self.looks > 1 else "<p>加载中</p><script src=/gone/app.js></script>"
        return Response(HEAD + body, content_type="text/html; charset=utf-8")


def _picture(request: Request) -> Response:
    number = int(request.path.removeprefix("/p/").removesuffix(".png"))
    return Response(picture((number * 6, 90, 90)), content_type="image/png")
