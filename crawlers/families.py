"""The families of pages: how a site of each kind is read.

============  ==============================================  ===================================
family        who                                             how
============  ==============================================  ===================================
classifieds   58, 百姓网, weibo.cn, 贴吧 (mobile), forums      server-rendered: a list, its next
                                                              pages, a page for each listing
app           闲鱼, m.微博, 小红书, 抖音                       a page that scrolls; the JSON
                                                              answers it asks for are listened to
============  ==============================================  ===================================

Both are cut by the same rules, to selectors in HTML or to paths in JSON; they differ in how
the spider comes by their pages.
"""

from crawlers.pages.reader import PageReader
from crawlers.source import Source


def reader_of(source: Source) -> PageReader:
    """Return the reader of a source: its rules and page class, compiled once a run."""
    return PageReader(source)
