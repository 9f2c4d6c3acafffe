"""The table has the functions of the official engine, no more and no fewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from function_engines import OfficialEngine
from quarterdeck.runtime.funcs.table import function_table

if TYPE_CHECKING:
    from pathlib import Path

GO = """
    and call eq ge gt html index js le len lt ne not or print printf println slice urlquery break continue
    define
"""
SPRIG = """
    abbrev abbrevboth add add1 add1f addf adler32sum ago all any append atoi b32dec b32enc b64dec b64enc base
    bcrypt
    biggest buildCustomCert camelcase cat ceil chunk clean coalesce compact concat contains date dateInZone
    dateModify
    date_in_zone date_modify decryptAES deepCopy deepEqual default derivePassword dict dig dir div divf
    duration
    durationRound empty encryptAES env expandenv ext fail first float64 floor fromJson genCA genCAWithKey
    genPrivateKey
    genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey get getHostByName has hasKey
    hasPrefix
    hasSuffix hello htmlDate htmlDateInZone htpasswd indent initial initials int int64 isAbs join kebabcase
    keys kindIs
    kindOf last list lower max maxf merge mergeOverwrite min minf mod mul mulf mustAppend mustChunk
    mustCompact
    mustDateModify mustDeepCopy mustFirst mustFromJson mustHas mustInitial mustLast mustMerge
    mustMergeOverwrite
    mustPrepend mustPush mustRegexFind mustRegexFindAll mustRegexMatch mustRegexReplaceAll
    mustRegexReplaceAllLiteral
    mustRegexSplit mustRest mustReverse mustSlice mustToDate mustToJson mustToPrettyJson mustToRawJson
    mustUniq
    mustWithout must_date_modify nindent nospace now omit osBase osClean osDir osExt osIsAbs pick pluck plural
    prepend
    push quote randAlpha randAlphaNum randAscii randBytes randInt randNumeric regexFind regexFindAll
    regexMatch
    regexQuoteMeta regexReplaceAll regexReplaceAllLiteral regexSplit repeat replace rest reverse round semver
    semverCompare seq set sha1sum sha256sum sha512sum shuffle slice snakecase sortAlpha split splitList splitn
    squote
    sub subf substr swapcase ternary title toDate toDecimal toJson toPrettyJson toRawJson toString toStrings
    trim trimAll
    trimPrefix trimSuffix trimall trunc tuple typeIs typeIsLike typeOf uniq unixEpoch unset until untilStep
    untitle upper
    urlJoin urlParse uuidv4 values without wrap wrapWith
"""
HELM = """
    fromJson fromJsonArray fromToml fromYaml fromYamlArray include lookup mustToJson mustToToml mustToYaml
    required toJson
    toToml toYaml toYamlPretty tpl
"""
NEWER = """
    mustToDuration durationSeconds durationMilliseconds durationMicroseconds durationNanoseconds
    durationMinutes
    durationHours durationDays durationWeeks durationRoundTo durationTruncateTo mustFromToml mustFromYaml
    toIni exec
"""
"""Names that look as if they could be functions, some of them of later versions."""


def test_exactly_the_functions_of_the_official_engine_are_defined(tmp_path: Path) -> None:
    table = set(function_table())
    engine = OfficialEngine(tmp_path)
    candidates = {*table, *GO.split(), *SPRIG.split(), *HELM.split(), *NEWER.split()}
    defined = {name for name in candidates if not _is_refused(engine, name)}
    assert table == defined - {"break", "continue", "define"}


def _is_refused(engine: OfficialEngine, name: str) -> bool:
    """Tell whether the engine does not know a function of this name."""
    _, error = engine.answer(f"{{{{ if false }}}}{{{{ ({name}) }}}}{{{{ end }}}}")
    assert not error or f'function "{name}" not defined' in error or name in {"break", "continue", "define"}
    return bool(error)
