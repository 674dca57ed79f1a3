"""The families of pages: how a site of each kind is read.

============  ==============================================  ===================================
family        who                                             how
============  ==============================================  ===================================
classifieds   58, 百姓网, weibo.cn, 贴吧 (mobile), phpwind     server-rendered: a list, its next
                                                              pages, a page for each listing
forum         Discuz! and its like                            a board, its threads and their
                                                              pages; an answer that sells is a
                                                              listing of its own
app           闲鱼, m.微博, 小红书, 抖音                       a page that scrolls; the JSON
                                                              answers it asks for are listened to
json          B站, WooCommerce                                an open interface, asked by GET
embedded      阿里拍卖                                         JSON in a script of a plain page
shop          shops                                           a sitemap, or lists; each page
                                                              describes its product itself
feed          blogs, boards                                   RSS or Atom
search        search engines                                  results are leads: handed on to
                                                              the source that reads their site
============  ==============================================  ===================================

All are cut by the same rules, to selectors in HTML or to paths in JSON, and crawled by one
spider; they differ in the first step, from a page to what it lists.
"""

from crawlers.pages.feeds import FeedReader
from crawlers.pages.forum import ForumReader
from crawlers.pages.reader import PageReader
from crawlers.pages.shops import ShopReader
from crawlers.source import Source

READERS: dict[str, type[PageReader]] = {
    "feed": FeedReader,
    "forum": ForumReader,
    "shop": ShopReader,
}
"""Families that take a first step of their own."""


def reader_of(source: Source) -> PageReader:
    """Return the reader of a source: its rules and page class, compiled once a run."""
    return READERS.get(source.family, PageReader)(source)
