"""How pages are read: rules of the source file first, a class of its own where they fall short."""

PAGES = {
    "DiscuzAnswer": "crawlers.pages.discuz",
    "DouyinWork": "crawlers.pages.douyin",
    "WeixinArticle": "crawlers.pages.weixin",
    "WooProduct": "crawlers.pages.woocommerce",
    "XiaohongshuNote": "crawlers.pages.xiaohongshu",
}
"""The visible list: name of a page class, as source files write it -> its module."""
