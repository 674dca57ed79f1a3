"""A good source file, and more than sixty that somebody got wrong."""

import re

GOOD = """\
key: huapiao
name: 花票网
family: classifieds
enabled: false
base_url: "https://huapiao.example.com/"
search: {url: "https://huapiao.example.com/s?q={term}&p={page}", terms: trade, pages: 3}
list:
  rows: "ul.list > li"
  next: "a.next::attr(href)"
  fields:
    site_id: {at: "a::attr(href)", match: "/item/(\\\\d+)"}
    url: "a::attr(href)"
    title: "a"
    price: ".price"
detail:
  urls: ["/item/*"]
  fields:
    title: "h1"
    text: {at: ".text", drop: ".tip"}
manners: {seconds_between: 4, at_once: 1, hours: "22:00-06:00", robots: obey}
expect: {listings: [40, 2000], always: [site_id, title], usually: {price_yuan: 0.8}}
"""


def with_line(old, new):
    assert old in GOOD, old
    return GOOD.replace(old, new, 1)


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)

# what is written -> the line it stands in, and what the sentence speaks of
HOSTILE = {
    "empty": ("", 1, "is empty"),
    "comment_only": ("# nothing\n", 1, "is empty"),
    "a_list": ("- key: x\n", 1, "holds no keys"),
    "a_word": ("huapiao", 1, "holds no keys"),
    "alias_bomb": (BOMB, 4, "means more than"),
    "thousand_levels": ("a: " + "[" * 1000, 1, "levels deep"),
    "fifty_thousand_brackets": ("a: " + "[" * 40_000, 1, "levels deep"),
    "too_large": ("# " + "x" * 200_000, 1, "is larger than"),
    "many_values": ("a: [" + "1," * 9000 + "]", 1, "means more than"),
    "duplicate_key": (with_line("family:", "name: 另一\nfamily:"), 3, "stands here again"),
    "duplicate_inner_key": (
        with_line('    title: "a"', '    title: "a"\n    title: "b"'),
        14,
        "again",
    ),
    "a_tab": (with_line("  rows:", "\trows:"), 8, "holds a tab"),
    "missing_colon": (with_line("name: 花票网", "name 花票网"), 2, "is not YAML"),
    "unclosed_quote": (with_line('rows: "ul.list > li"', 'rows: "ul.list > li'), 9, "is not YAML"),
    "python_tag": (
        with_line("花票网", "!!python/object/apply:os.system [ls]"),
        2,
        "carries the tag",
    ),
    "own_tag": (with_line("花票网", "!name 花票网"), 2, "carries the tag"),
    "merge_key": (with_line("enabled: false", "<<: {enabled: false}"), 4, "merges another mapping"),
    "alias_to_nothing": (with_line("花票网", "*nobody"), 2, "names nothing before it"),
    "second_document": (GOOD + "---\nkey: x\n", 23, "second document"),
    "a_list_as_key": ("? [a, b]\n: x\n", 1, "not a plain word"),
    "nul": (with_line("花票网", "花\x00票"), 2, "control character"),
    "escaped_nul": (with_line("花票网", '"花\\0票"'), 2, "control character"),
    "half_an_emoji": (with_line("花票网", '"\\ud83d"'), 2, "control character"),
    "yaml11_directive": ("%YAML 1.1\n---\n" + GOOD.replace("false", "no"), 6, "enabled is no"),
    "no_for_false": (with_line("enabled: false", "enabled: no"), 4, "write true or false"),
    "yes_for_true": (with_line("enabled: false", "enabled: yes"), 4, "write true or false"),
    "octal": (with_line("pages: 3", "pages: 010"), 6, "search.pages is 010"),
    "underscore": (with_line("[40, 2000]", "[40, 2_000]"), 21, "expect.listings.1 is 2_000"),
    "sexagesimal": (with_line("seconds_between: 4", "seconds_between: 12:30:45"), 20, "12:30:45"),
    "hours_unquoted": (with_line('"22:00-06:00"', "22-6"), 20, "write it as 22:00-06:00"),
    "number_as_name": (with_line("花票网", "12345"), 2, "put it in quotes"),
    "null_name": (with_line("花票网", ""), 2, "name is"),
    "unknown_key": (with_line("manners: {", "maners: {"), 20, "did you mean manners?"),
    "unknown_inner_key": (
        with_line("seconds_between", "secondsbetween"),
        20,
        "did you mean seconds_between?",
    ),
    "unknown_field": (with_line('    title: "a"', '    titel: "a"'), 13, "did you mean title?"),
    "unknown_rule_key": (with_line("drop:", "dropp:"), 19, "did you mean drop?"),
    "unknown_expectation": (
        with_line("price_yuan: 0.8", "price: 0.8"),
        21,
        "did you mean price_yuan?",
    ),
    "no_key": (with_line("key: huapiao\n", ""), 1, "lacks key"),
    "no_list": (re.sub(r"list:\n(  .*\n)+", "", GOOD, count=1), 1, "lacks list"),
    "no_floor": (with_line("listings: [40, 2000], ", ""), 21, "lacks expect.listings"),
    "no_expect": (re.sub(r"expect:.*\n", "", GOOD), 1, "lacks expect"),
    "floor_of_zero": (with_line("[40, 2000]", "[0, 2000]"), 21, "the floor is at least 1"),
    "floor_above_ceiling": (with_line("[40, 2000]", "[400, 20]"), 21, "expect.listings"),
    "share_above_one": (
        with_line("price_yuan: 0.8", "price_yuan: 8"),
        21,
        "less than or equal to 1",
    ),
    "path_in_key": (with_line("key: huapiao", "key: ../../etc/passwd"), 1, "no path"),
    "blank_in_key": (with_line("key: huapiao", "key: hua piao"), 1, "lower-case letters"),
    "unknown_family": (with_line("classifieds", "classified"), 3, "write classifieds, forum, app"),
    "app_without_answers": (with_line("classifieds", "app"), 3, "lacks answers"),
    "unknown_page_class": (with_line("family:", "page: Huapaio\nfamily:"), 3, "no page class"),
    "negative_delay": (
        with_line("seconds_between: 4", "seconds_between: -1"),
        20,
        "seconds_between is -1",
    ),
    "zero_delay": (with_line("seconds_between: 4", "seconds_between: 0"), 20, "give at least 1"),
    "brisk_without_reason": (
        with_line("seconds_between: 4", "seconds_between: 0.1"),
        20,
        "manners.reason",
    ),
    "endless_delay": (
        with_line("seconds_between: 4", "seconds_between: .inf"),
        20,
        "seconds_between is .inf",
    ),
    "override_without_reason": (
        with_line("robots: obey", "robots: override"),
        20,
        "manners.reason",
    ),
    "enabled_without_basis": (with_line("enabled: false", "enabled: true"), 4, "legal basis"),
    "private_address": (
        with_line('https://huapiao.example.com/"', 'http://192.168.1.1/"'),
        5,
        "not a public address",
    ),
    "loopback_in_search": (
        with_line("https://huapiao.example.com/s", "http://127.0.0.1:8711/s"),
        6,
        "not a public address",
    ),
    "decimal_address": (
        with_line("https://huapiao.example.com/s", "http://2130706433/s"),
        6,
        "odd form",
    ),
    "metadata_address": (
        with_line("https://huapiao.example.com/s", "http://169.254.169.254/s"),
        6,
        "not a public address",
    ),
    "file_address": (
        with_line('https://huapiao.example.com/"', 'file:///etc/passwd"'),
        5,
        "not an http",
    ),
    "allow_private_without_port": (GOOD + "allow_private: [127.0.0.1]\n", 22, "host:port"),
    "unknown_placeholder": (with_line("{page}", "{pgae}"), 6, "holds {pgae}"),
    "terms_without_place": (with_line("q={term}&", ""), 6, "has no {term}"),
    "unknown_terms": (
        with_line("terms: trade", "terms: tirade"),
        6,
        "no list of words named tirade",
    ),
    "broken_selector": (with_line("ul.list > li", "ul.list > > li["), 8, "is no CSS selector"),
    "slow_selector": (with_line("ul.list > li", "* * * * * li"), 8, "slow on a large page"),
    "long_selector": (with_line("ul.list > li", "a b c d e f g h i j k l m"), 8, "parts"),
    "unknown_pseudo_element": (with_line("a::attr(href)", "a::before"), 11, "knows only ::text"),
    "pattern_that_blows_up": (
        with_line("/item/(\\\\d+)", "^(\\\\w+\\\\s?)*$"),
        11,
        "take for ever",
    ),
    "broken_pattern": (with_line("/item/(\\\\d+)", "(item"), 11, "is no pattern"),
    "two_holes": (with_line('match: "/item/(\\\\d+)"', 'make: "{}/{}"'), 11, "2 times"),
    "rows_missing": (with_line('  rows: "ul.list > li"\n', ""), 8, "lacks list.rows"),
    "no_site_id": (re.sub(r"    site_id:.*\n", "", GOOD), 11, "lacks site_id"),
    "ok_for_html": (with_line("  next:", "  ok: {ret: [a]}\n  next:"), 9, "is for JSON"),
}
