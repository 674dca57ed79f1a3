"""How pages are read: rules of the source file first, a class of its own where they fall short."""

PAGES = {
    "DouyinWork": "crawlers.pages.douyin",
    "WeixinArticle": "crawlers.pages.weixin",
    "XiaohongshuNote": "crawlers.pages.xiaohongshu",
}
"""The visible list: name of a page class, as source files write it -> its module."""
