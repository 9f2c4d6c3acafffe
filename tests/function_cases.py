"""Calls of template functions, family by family: edge cases first, then what their neighbours make of them.

All are texts of one file each, on the values of `OPERANDS`. The differential tests send them through both
engines, the unit tests compare with answers that were recorded from the official one.
"""

from __future__ import annotations

import json
import random
from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

OPERANDS: dict[str, Any] = {
    "s": "Some text, with words",
    "e": "",
    "u": "grüße €5 ñ",
    "n": 3.0,
    "f": 2.5,
    "big": 1234567.0,
    "t": True,
    "l": ["b", "a", "c", "a"],
    "mixed": ["x", 1.0, True, None, {"k": "v"}, ["y"]],
    "m": {"z": "last", "a": {"b": {"c": "deep"}}, "10": 1.0, "empty": ""},
    "none": [],
}
"""The values of all cases; keys that are not here are missing."""

TIME = '(mustToDate "2006-01-02T15:04:05Z07:00" "2024-02-29T13:04:05.123456789+02:00")'


def quoted(text: str) -> str:
    """Give a text as a string constant of a template."""
    return json.dumps(text, ensure_ascii=False)


def calls(names: Iterable[str], *choices: Iterable[Any], pipe: str = "") -> Iterator[str]:
    """Give a call of each function with each combination of arguments, which are template code."""
    for name, *arguments in product(names, *choices):
        yield f"{{{{ {' '.join([name, *map(str, arguments)])}{pipe} }}}}"


def some(values: Sequence[Any], count: int, generator: random.Random) -> list[Any]:
    """Give some of the values."""
    return generator.sample(values, min(count, len(values)))


def texts(*values: str) -> list[str]:
    """Give texts as constants."""
    return [quoted(value) for value in values]


SUBJECTS = texts(
    "", "a", "aaa", "abab", "Hello hello", "grüße €5", "a1b22c333", "a\nb\nc", " a  b ", "xaxbx", "aXbX",
    "ééé"
)  # fmt: skip

NAMES = texts(
    "", "a", "A", "fooBar", "FooBar", "foo_bar", "foo-bar", "foo bar", "HTTPServer", "HTTP2xx", "Bld4Floor",
    "v1.2.3", "a1b2", "1a2b", "__a__b", "a__b", "--", "-", "_a", "A_B", "aB-cD_eF gH", "ÜberGroß", "ßA",
    "Ünï_Códe", "ABC", "aBC", "A1", "1A", "a.b.c", "a..B", "foo  bar", "x-Y1z", "IDs", "userID2",
    "日本語Text",
    "éÉ", "ǆaǅ", "ŉx", "İı", "Σas ΣΑΣ", "ﬁx", "tab\there", "a'b", "don't stop", "a\u00a0b", "\ufffda",
    "A\ufffdB", "foo2", "foo2bar3Baz", "HTTPRequest2HTTPResponse", "a+b", "x²y", "Ⅷa",
)  # fmt: skip

PROSE = quoted(
    "Lorem ipsum dolor sit amet, consectetuer adipiscing-elit  verylongwordthatdoesnotfit x é€ end "
)


def casing() -> Iterator[str]:
    """Letter case and styles of names."""
    functions = (
        "camelcase", "snakecase", "kebabcase", "upper", "lower", "title", "untitle", "swapcase", "initials",
        "nospace", "trim",
    )  # fmt: skip
    yield from calls(functions, NAMES)


def cutting() -> Iterator[str]:
    """Lengths and positions, which count bytes."""
    for width in range(-2, 30, 3):
        yield from calls(("wrap", "abbrev", "trunc"), (width,), (PROSE,), pipe=" | quote")
        yield from calls(("wrapWith",), (width,), texts("|", ""), (PROSE,), pipe=" | quote")
        yield from calls(("trunc",), (-width,), (PROSE,), pipe=" | quote")
    yield from calls(("abbrevboth",), range(-2, 100, 9), range(-1, 40, 5), (PROSE,), pipe=" | quote")
    yield from calls(("substr",), range(-2, 14, 3), range(-2, 14, 3), texts("abcé€x"), pipe=" | quote")


def encodings() -> Iterator[str]:
    """Base32, base64 and digests, with broken input."""
    base32 = texts(
        "", "MY======", "MZXW6===", "MZXW6", "MZXW6YTBOI======", "mzxw6===", "MZ=W6===", "MY=====",
        "MY=======",
        "M=======", "MZX=====", "1", "MZXW6YTB", "MZXW6YTBX", "MY\n======", "AAAAAAAAAAAAAAAA", "AAAAAA==",
    )  # fmt: skip
    base64 = texts(
        "", "YQ==", "YWI=", "YWJj", "YQ", "YQ=", "YQ===", "Y", "Y===", "YQ==\n", "Y\nQ==", "YQ=\n=",
        "YQ==YQ==",
        "YR==", "!!", "YW Jj", "-_-_", "YWJjZA==", "YWJj=", "YWJj====", "=", "====", "Y=Q=", "YQ=x",
        "YWJjYWJjYWJjYWJjYWJj!", "é",
    )  # fmt: skip
    yield from calls(("b32dec",), base32)
    yield from calls(("b64dec",), base64)
    yield from calls(("b32enc", "b64enc", "sha1sum", "sha256sum", "sha512sum", "adler32sum"), SUBJECTS)


def paths() -> Iterator[str]:
    """Slash-separated paths."""
    functions = ("base", "dir", "clean", "ext", "isAbs", "osBase", "osDir", "osClean", "osExt", "osIsAbs")
    yield from calls(
        functions,
        texts(
            "", "/", "//", "a", "a/", "/a", "a/b", "/a/b/", "a//b", "./a", "../a", "a/..", "a/../..", "/..",
            "/../a", "a/./b", ".", "..", "a.b", "a.b/c", ".x", "a.", "a.tar.gz", "/a.b/", "é/é.x",
        ),
    )  # fmt: skip


NUMBERS = [
    "1", "-1", "0", "7", "2.5", "-2.5", "0.1", "1e3", "1e30", "1e-7", "9223372036854775807", "true", "nil",
    "(list)", "(dict)", '(semver "1.0.0")', "1.5e300", "4.35", "1.005", "(int64 5)",
    *texts(
        "3", "3.7", "0x1f", "010", "1_000", "abc", "inf", "NaN", "-Inf", "1e400", "0x1p-2", "+5", "1.00",
        " 1",
        "1_0.5", ".5", "5.", "0b11", "0o17", "08", "1.0e1", "infinity", "_1", "1__0", "9223372036854775807",
        "9223372036854775808", "-9223372036854775808",
    ),
]  # fmt: skip


def numbers() -> Iterator[str]:
    """Conversions and arithmetic."""
    generator = random.Random(1)
    one = (
        "int", "int64", "float64", "atoi", "toDecimal", "add1", "add1f", "ceil", "floor", "toString", "add",
        "addf", "max", "maxf", "min", "minf", "subf", "divf", "mulf", "mul",
    )  # fmt: skip
    two = (
        "add", "sub", "mul", "div", "mod", "max", "min", "maxf", "minf", "addf", "subf", "mulf", "divf",
    )  # fmt: skip
    yield from calls(one, NUMBERS)
    for name, number in product(two, NUMBERS):
        yield from calls((name,), (number,), some(NUMBERS, 4, generator))
    for number in NUMBERS:
        places = some([-330, -3, -1, 0, 1, 2, 3, 5, 15, 308, 400], 5, generator)
        yield from calls(("round",), (number,), places)
        yield from calls(("round",), (number,), (0, 2), (0.3, 1))


def sequences() -> Iterator[str]:
    """Sequences of numbers."""
    ends = (-3, 0, 2, 5)
    yield from calls(("until", "seq"), (-3, -1, 0, 1, 4))
    yield from calls(("seq",), ends, ends)
    yield from calls(("untilStep", "seq"), ends, ends, (-2, -1, 0, 1, 2, 3))
    yield "{{ seq }}|{{ seq 1 2 3 4 }}"


VERSIONS = texts(
    "1.2.3", "v1.2.3", "1", "1.2", "1.2.3-alpha.1", "1.2.3-alpha.beta", "1.2.3-rc1+b5", "01.2.3", "1.2.3.4",
    "",
    "a", "1.2.3-", "1.2.3-01", "1.2.3+", "0.0.0", "0.0.3", "0.1.0", "0.2.3", "2.0.0", "2.1.4-beta", "10.0.0",
    "1.28.3-gke.100", "v1.30.0-rc.2", "18446744073709551616.0.0", " 1.2.3", "1.2.x", "11.1.0", "1.10.0",
    "1.2.3-9", "1.2.3-10", "1" * 260,
)  # fmt: skip


def constraints() -> Iterator[str]:
    """Constraints on versions: every operator, ranges, alternatives, broken ones."""
    generator = random.Random(2)
    operators = ("", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^", "==", " >= ")
    operands = (
        "1.2.3", "1.2", "1", "1.x", "1.2.x", "*", "x", "0.0.0", "0", "0.0", "0.0.3", "0.2", "0.2.3",
        "1.2.3-0",
        "1.2.3-alpha", "2.x.x", "v1.2", "1.2.3+meta", "1.x.3", "1a.2.3", "11",
    )  # fmt: skip
    for operator, operand in product(operators, operands):
        yield from calls(("semverCompare",), texts(operator + operand), some(VERSIONS, 4, generator))
    groups = texts(
        ">=1.2 <2", "1.2 - 2.3", ">=1.2.0-0,<2.0.0-0", "1 || 2", "1.2.3 - 2.3.4 || 5", ">1 <3 !=2",
        "^1.2 || ^2", "", " ", "||", "1||", "1 2", "a", "1.2.3 -2", "<1 , >2", ">= 1.2.3, < 2.0.0",
        "1.2 -  3",
        "1.x - 2.x", "1" * 600, "||".join(["1"] * 40), "1.2.3 || a", ">=1.19-0", "1.2.3-alpha - 2",
    )  # fmt: skip
    for group in groups:
        yield from calls(("semverCompare",), (group,), some(VERSIONS, 8, generator))


def versions() -> Iterator[str]:
    """Versions and their methods."""
    generator = random.Random(3)
    methods = (
        "Major", "Minor", "Patch", "Prerelease", "Metadata", "Original", "String", "IncMajor", "IncMinor",
        "IncPatch", "IncPatch.Original", "MarshalJSON", "Foo", "IncMajor.Foo",
    )  # fmt: skip
    for version in VERSIONS:
        yield f"{{{{ semver {version} }}}}"
        yield from (f"{{{{ (semver {version}).{method} }}}}" for method in some(methods, 4, generator))
    comparisons = ("Compare", "Equal", "LessThan", "GreaterThan", "LessThanEqual", "GreaterThanEqual")
    for method, one in product(comparisons, VERSIONS[:7]):
        for other in some(VERSIONS[:7], 2, generator):
            yield f"{{{{ (semver {one}).{method} (semver {other}) }}}}"
        yield f"{{{{ eq (semver {one}) (semver {one}) }}}}"
        yield f"{{{{ eq (semver {one}).IncMajor (semver {one}).IncMajor }}}}"
    for call in ('SetPrerelease "x.1"', 'SetMetadata "m"', 'SetPrerelease "01"', 'SetMetadata "é"'):
        yield f'{{{{ (semver "v1.2.3-a+b").{call} }}}}'


EXPRESSIONS = texts(
    "a", "a*", "", "b*", "(a)(b)?", "^", "$", r"\b", "x*", "[a-z]+", "(?i)HELLO", "(?P<n>l+)o", r"\s+",
    "[^a]",
    "a|b", "(a+)(b*)", r"\d+", "^a", "c$", "é", "€", "(?m)^", "(?s).*", ".", r"\pL+", "[[:alpha:]]+",
    r"\Qa.b\E", r"\z", "(?-i)a", "x{2,3}",
)  # fmt: skip
BROKEN_EXPRESSIONS = texts(
    "(", "[", "*", "a**", r"\8", "(?P<n", r"\C", "(?i", "[b-a]", "(?z)", "a{2,1}", "\\", "(?:", "a)",
    "[[:foo:]]",
    r"\pX", "a{1001}", "a++", "(?=a)", "a`(",
)  # fmt: skip
REPLACEMENTS = texts(
    "", "X", "$1", "${1}x", "$1x", "$n", "${n}", "$$", "$", "a$", "${", "$0$0", r"\1", "$10", "${01}", "[$2]",
    "é$1€", "$é",
)  # fmt: skip


def expressions() -> Iterator[str]:
    """Regular expressions: matches, replacements, splits, and what is wrong with broken ones."""
    generator = random.Random(4)
    both = EXPRESSIONS + BROKEN_EXPRESSIONS
    for name, expression in product(("regexMatch", "mustRegexMatch", "regexFind", "mustRegexFind"), both):
        yield from calls((name,), (expression,), some(SUBJECTS, 3, generator), pipe=" | quote")
    for name, expression in product(
        ("regexFindAll", "mustRegexFindAll", "regexSplit", "mustRegexSplit"), both
    ):
        for subject in some(SUBJECTS, 4, generator):
            yield from calls(
                (name,), (expression,), (subject,), some([-1, 0, 1, 2, 5], 2, generator), pipe=" | toJson"
            )
    for name, expression in product(("regexReplaceAll", "mustRegexReplaceAll"), both):
        for subject in some(SUBJECTS, 3, generator):
            yield from calls((name,), (expression,), (subject,), some(REPLACEMENTS, 2, generator))
    for name, expression in product(("regexReplaceAllLiteral", "mustRegexReplaceAllLiteral"), both):
        yield from calls(
            (name,), (expression,), some(SUBJECTS, 2, generator), some(REPLACEMENTS, 1, generator)
        )
    yield from calls(("regexQuoteMeta",), [*both, *SUBJECTS])


DURATIONS = texts(
    "1h", "1.5h", "-1h30m", "1ms", "1us", "1µs", "1ns", "", "0", "+5s", "5", "s", "1x", "1.s", ".5s", ".s",
    "1h1",
    "9223372036854775807ns", "9223372036854775808ns", "-9223372036854775808ns", "99999999999h", "1h 2m",
    "1m1h",
    "1d", "é", "1.123456789123s", "3e5s", "3661", "-1", "99999999999", "9223372037", "0x10", "1_0",
)  # fmt: skip


def durations() -> Iterator[str]:
    """Durations: read, added, rounded, printed."""
    yield from calls(("dateModify", "mustDateModify", "date_modify", "must_date_modify"), DURATIONS, (TIME,))
    yield from calls(("durationRound", "duration"), DURATIONS)
    counts = (
        0, 1, 59, 60, 3599, 3600, 86400, -5, 1000000000, 9223372036854775807, 999999999, 1500000000,
        3600000000000, 86400000000001, 2592000000000001, 31536000000000001,
    )  # fmt: skip
    yield from calls(("durationRound", "duration"), [f"(int64 {count})" for count in counts])
    yield "{{ duration 5 }} {{ duration 1.5 }} {{ durationRound 5 }} {{ durationRound nil }}"
    between = f'({TIME}.Sub (toDate "2006" "2024"))'
    for method in (
        "Hours",
        "Minutes",
        "Seconds",
        "Milliseconds",
        "Microseconds",
        "Nanoseconds",
        "String",
        "Foo",
    ):
        yield f"{{{{ {between}.{method} }}}}"
    yield f"{{{{ {between} }}}} {{{{ typeOf {between} }}}} {{{{ {between} | toJson }}}}"


LAYOUTS = texts(
    "2006-01-02", "2006-01-02T15:04:05Z07:00", "Mon, 02 Jan 2006 15:04:05 MST",
    "Monday, 2-January-06 3:4:5PM",
    "Jan _2 15:04:05.000", "20060102150405", "15:04:05.999999", "02 Jan 06 -0700", "2006-002", "2006 __2",
    "03:04:05 pm", ".00 ,000 .999 ,9", "Z0700 Z070000 Z07:00:00 Z07 -07 -07:00 -070000 -07:00:00",
    "January Janet Mon Month MST", "_2006 _2 2 02 1 01", "06", "3:04PM", "Y-m-d", "",
)  # fmt: skip
ZONES = texts("UTC", "Europe/Berlin", "America/St_Johns", "Nowhere", "Local", "", "Asia/Kathmandu")


def dates() -> Iterator[str]:
    """Times: written by layouts and zones, read by layouts, and their methods."""
    generator = random.Random(5)
    moments = (
        TIME, '(toDate "2006-01-02" "0001-12-31")', '(toDate "2006" "9999")',
        '(mustToDate "2006-01-02 15:04:05 -0700" "1969-07-20 00:00:00 -0330")',
    )  # fmt: skip
    for layout, moment in product(LAYOUTS, moments):
        yield f"{{{{ {moment}.Format {layout} }}}}"
        yield from calls(("dateInZone", "date_in_zone"), (layout,), (moment,), some(ZONES, 2, generator))
    for count in ("0", "1", "-1", "1700000000", "(int64 1700000000)", "-99999999999", "253402300800"):
        yield f'{{{{ date "2006-01-02 15:04:05 MST" {count} }}}}|{{{{ htmlDate {count} }}}}'
        yield f'{{{{ htmlDateInZone {count} "America/New_York" }}}}'
    values = texts(
        "2024-02-29", "2024-02-30", "2023-02-29", "2024-13-01", "2024-00-10", "2024-1-2", "24-01-02",
        "2024-02-29T13:04:05Z", "2024-02-29T13:04:05.123+02:00", "2024-02-29T25:04:05Z",
        "2024-02-29T13:60:05Z",
        "Thu, 29 Feb 2024 13:04:05 UTC", "Thu, 29 Feb 2024 13:04:05 CET", "Thu, 29 Feb 2024 13:04:05 GMT+3",
        "thu, 29 FEB 2024 13:04:05 XXXXX", "Thursday, 9-February-24 3:4:5PM", "Feb  9 15:04:05.250",
        "20240229130405", "2024-060", "2024-366", "2024-000", "2024 60", "2024  60", "03:04:05 pm",
        "13:04:05 pm", "12:00:00 am", "x", "", "2024", "2024-02-29 extra", "2024-02-29T13:04:05+99:00",
        "29 Feb 24 -0730", "29 Feb 69 +0000", "é", " 2024-02-29", "2024-02-2",
    )  # fmt: skip
    for layout, value in product(LAYOUTS, values):
        yield from calls(some(("toDate", "mustToDate"), 1, generator), (layout,), (value,))
    methods = (
        "Year", "Month", "Day", "Hour", "Minute", "Second", "Nanosecond", "Weekday", "YearDay", "Unix",
        "UnixNano", "UnixMilli", "UnixMicro", "IsZero", "UTC", "Location", "String", "Month.String",
        "Weekday.String", "Foo", "AddDate 1 1 1", "AddDate 0 -1 0", "Add 5", "Zone", "ISOWeek", "Date",
        "Clock",
        "GoString", "MarshalJSON", "Location.String",
    )  # fmt: skip
    for moment, method in product(
        (TIME, '(toDate "2006" "x")', '(toDate "2006-01-02" "2023-12-31")'), methods
    ):
        yield f"{{{{ {moment}.{method} }}}}"
    yield f"{{{{ eq {moments[1]} {moments[1]} }}}}{{{{ eq {moments[1]} {moments[2]} }}}}"
    for pipe in ("toJson", "toString", "quote", "unixEpoch", "typeOf", "kindOf", "toYaml", "deepCopy"):
        yield f"{{{{ {TIME} | {pipe} }}}}"


def urls() -> Iterator[str]:
    """URLs: taken apart, refused, put together."""
    addresses = texts(
        "http://a.b:80/p/q?x=1&y#f", "https://u:p@h.com", "//h/p", "/p", "p", "", "mailto:a@b",
        "http://[::1]:80/", "http://[::1", "http://a:b/", "http://a b/", "http://a%20b/", "http://h/%zz", "%",
        "a:b", "1a:b", ":x", "http://h?q", "http://h/?", "http://h#%41", "http://u@h", "http://u:p:q@h",
        "http://u%40:p@h", "http://h/a%2fb c", "*", "http://h:1:2/", "pg://h:1,h2:2/x",
        "http://[fe80::1%25en0]/", "http://[1.2.3.4]/", "http://[::ffff:1.2.3.4]", "http://[1::2::3]",
        "http://[12345::]", "http://[1:2:3]", "http://[g::]", "http://[::1.2.3]", "http://[::1.2.3.400]",
        "http://[1:2:3:4:5:6:7:8]", "http://[1:2:3:4:5:6:7:8:9]", "http://[1:]", "http://[::01.2.3.4]",
        "HTTP://H/", "http:///p", "http:/p", "http:p", "///p", "http://é/é?é#é", "http://h/\u007f",
        "http://h/a;b,c=d@e!f'g(h)i*j", "http://h\\x", 'http://h/"x"', "http://<h>/", "http://a@b@c/",
        "http://h:/", "http://:80/", "x://", "http://[::1]x", "http://[v1.a]/", "tcp://10.0.0.1:6379",
        "redis://:pw@host:6379/0", "http://a/b#c#d", "http://[::%]/", "http://[::1%25]/",
    )  # fmt: skip
    yield from calls(("urlParse",), addresses)
    yield from calls(("urlParse",), addresses, pipe=" | urlJoin")
    yield from calls(
        ("urlJoin",),
        (
            '(dict "scheme" "http" "host" "h" "path" "p")', '(dict "path" "a:b")',
            '(dict "host" "h" "path" "p q")', '(dict "scheme" "x" "opaque" "o")',
            '(dict "userinfo" "u:p" "host" "h")', '(dict "userinfo" "u" "host" "h" "scheme" "s")',
            '(dict "userinfo" "a b")', '(dict "scheme" 1)', '(dict "scheme" nil)', '(dict "host" (list))',
            '(dict "query" "a=b" "fragment" "f g")', '(dict "path" "*")', '(dict "scheme" "s")',
            '(dict "scheme" "s" "path" "/p")', '(dict "userinfo" "%zz")', '(dict "fragment" "é" "path" "é%")',
            '(dict "host" "[::1]" "path" "x")',
        ),
    )  # fmt: skip


MAPS = (
    "(dict)", '(dict "a" 1)', '(dict "a" 0 "b" false "c" "" "d" nil "e" (list) "f" (dict))',
    '(dict "a" 2 "b" true "c" "x" "d" 1 "e" (list 1) "f" (dict "g" 1))',
    '(dict "f" "str" "e" (dict "x" 1))', '(dict "f" (dict "g" (dict "h" 1) "i" nil))',
    '(dict "f" (dict "g" (dict "h" 2 "j" (list 3)) "i" 5))', '(dict "f" nil "a" (dict))',
    '(dict "s" (splitList "," "a,b") "m" (split "," "a"))', '(dict "m" (dict "_0" 5 "x" 1))',
    ".Values.missing", "nil", '(dict "f" (semver "1.2.3"))', f'(dict "t" {TIME})',
)  # fmt: skip

SHARING = (
    """{{ $s := dict "n" (dict) }}{{ $d := dict "n" (dict) }}{{ $_ := merge $d $s }}
    {{ $_ := set $d.n "y" 2 }}{{ $s }}""",
    """{{ $d := dict "a" 1 }}{{ $_ := merge $d $d }}{{ $d }}""",
    """{{ deepCopy (dict "a" (dict "b" (list 1 nil)) "n" nil) | toJson }}""",
    """{{ $a := dict "x" (list 1) }}{{ $b := deepCopy $a }}{{ $_ := set $b "x" 2 }}{{ $a }}{{ $b }}""",
    """{{ $k := splitList "," "b,a" }}{{ $_ := sortAlpha $k }}{{ $k }}""",
    """{{ $l := list 1 2 3 }}{{ $s := slice $l 0 2 }}{{ $_ := append $s 9 }}{{ $l }}""",
    """{{ $x := .Values.missing }}{{ set $x "a" 1 }}""",
    """{{ dig "a" "b" "c" "no" .Values.m }}{{ dig "a" "x" "no" .Values.m }}""",
    """{{ dig "10" "x" "no" .Values.m }}""",
)
"""Who shares what after a map or list was made from another."""


def maps() -> Iterator[str]:
    """Merging, copying, and who shares what afterwards."""
    generator = random.Random(6)
    functions = ("merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite")
    for name, target in product(functions, MAPS):
        yield from calls((name,), (target,), some(MAPS, 7, generator), pipe=" | toJson")
    for name, target in product(functions[:2], MAPS[:7]):
        yield from calls(
            (name,), (target,), some(MAPS, 2, generator), some(MAPS, 2, generator), pipe=" | toJson"
        )
    for name in functions:
        yield (
            f'{{{{ $s := dict "n" (dict "x" 1) }}}}{{{{ $d := {name} (dict) $s }}}}'
            """{{ $_ := set $d.n "y" 2 }}{{ $s }}"""
        )
    yield from SHARING


def documents() -> Iterator[str]:
    """Values as YAML, JSON and TOML, and back."""
    values = (
        *texts(
            "", "a", "a b", "y", "1.5", "null", "a: b", "a #b", "- x", " x", "x ", "a\nb", "a\n", "a\n\n",
            "\na",
            "a\n b", "a \nb", "a\tb", "a\tb\nc", "é€", "😀", "2001-01-01", "1:30", "@x", "%x", "'x'", '"x"',
            "~",
            "<<", "=", "0o17", "\u2028x", "x:", ":x", "?x", "? x", "-", "--- a", "...", "word " * 40,
        ),
        "1", "-1", "1.5", "1e10", "true", "nil", "(list)", "(dict)", "(list nil)", "(until 2)",
        '(list (list (list 1) 2) (dict "a" (list 1)))', '(dict "a" (dict "b" (dict "c" "x\\ny")))',
        '(dict "1" 1 "a b" 2 "y" 3 "" 4 "a:" 5)', '(list (dict "a" 1 "b" (list (dict "c" 1))))',
        '(dict "x\\ny" 1)', '(list "a\\n" "b")', '(dict "k" "a\\n\\n" "l" 1)',
        '(semver "1.2.3")', '(float64 "NaN")',
    )  # fmt: skip
    writers = (
        "toYaml", "toYamlPretty", "toJson", "toPrettyJson", "toRawJson", "toToml", "mustToYaml", "mustToToml",
        "mustToJson", "mustToPrettyJson", "mustToRawJson",
    )  # fmt: skip
    yield from calls(writers, values)
    times = (f'(dict "t" {TIME} "n" (rest (list)))', f"(list {TIME})", TIME)
    yield from calls(("toYaml", "toYamlPretty", "toJson", "toToml"), times)
    read = texts(
        "", "{", "[1]", '{"a":1}', "null", "1", "a", "a: [", "a: 1", "- 1", "true", "a = 1", "a = ", "= 1",
        "[a",
        "a=1\na=2", "d = 1979-05-27", "c = 1979-05-27T07:32:00Z", "[[e]]\na=1", "t = 07:32:00",
    )  # fmt: skip
    readers = ("fromYaml", "fromYamlArray", "fromJson", "fromJsonArray", "mustFromJson", "fromToml")
    yield from calls(readers, read, pipe=" | toJson")


FAMILIES: dict[str, Callable[[], Iterator[str]]] = {
    family.__name__: family
    for family in (
        casing,
        cutting,
        encodings,
        paths,
        numbers,
        sequences,
        constraints,
        versions,
        expressions,
        durations,
        dates,
        urls,
        maps,
        documents,
    )
}
"""Every family of cases by name."""
