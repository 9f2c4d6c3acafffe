"""Every kind of finding: its code, what it is called, and what it means.

docs/findings.md is printed from here (`markdown`). A code is never given to another kind.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Kind(NamedTuple):
    """One kind of finding: `title` names it in a few words, `explanation` says what it means."""

    code: str
    title: str
    explanation: str


class Group(NamedTuple):
    """Kinds that belong together."""

    title: str
    kinds: tuple[Kind, ...]


# --- templates: their syntax -------------------------------------------------------------------------------

SYNTAX_CODES: Final = {
    "syntax": "QD101",
    "unknown-function": "QD102",
    "undefined-variable": "QD103",
    "missing-end": "QD104",
    "unexpected-end": "QD105",
    "unexpected-else": "QD106",
    "unclosed-action": "QD107",
    "unclosed-string": "QD108",
    "unclosed-comment": "QD109",
    "nested-define": "QD110",
    "duplicate-define": "QD111",
    "outside-range": "QD112",
    "too-deep": "QD113",
}
"""What the parser calls a problem, and its code here."""

UNKNOWN_TEMPLATE: Final = "QD150"

# --- templates: their run ----------------------------------------------------------------------------------

RUN_FAILED: Final = "QD301"
REFUSED: Final = "QD302"
BUDGET: Final = "QD303"
MISSING_VALUE: Final = "QD304"

# --- rendered documents ------------------------------------------------------------------------------------

BAD_RENDERED_YAML: Final = "QD401"
NOT_A_MANIFEST: Final = "QD402"
NO_KIND: Final = "QD403"
NO_API_VERSION: Final = "QD404"
UNKNOWN_HOOK: Final = "QD405"

# --- settings and scenarios ---------------------------------------------------------------------------------

BAD_SETTINGS_FILE: Final = "QD801"
UNKNOWN_SETTING: Final = "QD802"
BAD_SETTING: Final = "QD803"
UNKNOWN_CODE: Final = "QD804"
MISSING_VALUES_FILE: Final = "QD805"
OUTSIDE_FILE: Final = "QD806"
UNKNOWN_SCENARIO: Final = "QD807"

# --- Quarterdeck itself ------------------------------------------------------------------------------------

OUR_MISTAKE: Final = "QD901"
INCOMPLETE: Final = "QD902"

# --- what is known of kinds besides their texts -------------------------------------------------------------

DOCUMENTATION: Final = "https://github.com/quarterdeck-helm/quarterdeck/blob/main/docs"
"""Where the documents are on the web; pyproject.toml says the same."""
TAGS: Final = {"QD224": "deprecated"}
"""Kinds that editors show in a way of their own: `unnecessary` ones faded, `deprecated` ones struck out."""

GROUPS: Final = (
    Group(
        "Syntax of templates",
        (
            Kind(
                "QD101",
                "Syntax error",
                "The text between `{{` and `}}` is no expression of Go's templates. Helm parses all "
                "templates before it renders any, so one syntax error stops the whole chart.",
            ),
            Kind(
                "QD102",
                "Unknown function",
                "No function of this name exists in Helm. Helm offers the functions of Go templates "
                "and of Sprig, without `env` and `expandenv`, and some of its own.",
            ),
            Kind(
                "QD103",
                "Undefined variable",
                "The variable is not declared with `:=` before this place, or its block has ended. A "
                "variable of an `if`, `with` or `range` body is gone after its `end`.",
            ),
            Kind("QD104", "Missing end", "An `if`, `with`, `range`, `define` or `block` is never closed."),
            Kind("QD105", "Unexpected end", "An `end` closes nothing."),
            Kind(
                "QD106",
                "Unexpected else",
                "An `else` stands outside of `if`, `with` and `range`, or after another.",
            ),
            Kind("QD107", "Unclosed action", "A `{{` has no `}}`."),
            Kind("QD108", "Unclosed string", "A string is opened and not closed on its line."),
            Kind("QD109", "Unclosed comment", "A comment `{{/*` is not closed by `*/}}`."),
            Kind(
                "QD110",
                "Define inside a block",
                "A `define` stands inside another statement; Go allows it only at the top level of a file.",
            ),
            Kind("QD111", "Template defined twice", "One file defines two templates of one name."),
            Kind(
                "QD112",
                "Break or continue outside of range",
                "`break` and `continue` work inside `range` only.",
            ),
            Kind(
                "QD113",
                "Nested too deeply",
                "Parentheses or blocks are nested deeper than any parser follows.",
            ),
        ),
    ),
    Group(
        "Names of templates",
        (
            Kind(
                "QD150",
                "Unknown template",
                "`include` or `template` names a template that no file of the chart and of its "
                "sub-charts defines. Critical where it is rendered; high where no value leads there "
                "today, low in sub-charts. Names that only a dependency could define which is not "
                "vendored are not reported.",
            ),
        ),
    ),
    Group(
        "Files, folders and archives",
        (
            Kind(
                "QD201",
                "Unreadable file",
                "A file of the chart cannot be read, or a link leads nowhere.",
            ),
            Kind(
                "QD202",
                "Irregular file",
                "A file of the chart is a device, socket or pipe, which Helm refuses.",
            ),
            Kind(
                "QD203",
                "Too large",
                "A file, the chart or a values file exceeds Helm's limit, or the one that protects "
                "memory here.",
            ),
            Kind("QD204", "Link out of the chart", "A symbolic link leads out of the chart's folder."),
            Kind("QD205", "Bad archive", "The archive is damaged, or has paths that lead out of it."),
            Kind(
                "QD206",
                "Link in an archive",
                "The archive has a link, which Helm takes for an empty file.",
            ),
            Kind("QD207", "Not UTF-8", "A template or values file has bytes that are not UTF-8."),
            Kind("QD208", "Bad ignore rule", "A line of .helmignore is malformed."),
            Kind("QD209", "Charts nested too deeply", "Sub-charts are nested deeper than any real chart."),
        ),
    ),
    Group(
        "Chart.yaml",
        (
            Kind("QD220", "No Chart.yaml", "The folder or archive has templates, and no Chart.yaml."),
            Kind(
                "QD221",
                "Unreadable Chart.yaml",
                "Chart.yaml is no YAML, or a field has a value of another type.",
            ),
            Kind(
                "QD222",
                "Invalid metadata",
                "Chart.yaml lacks what Helm demands, or says what it refuses.",
            ),
            Kind("QD223", "Bad Chart.lock", "Chart.lock cannot be read."),
            Kind(
                "QD224",
                "Old requirements.yaml",
                "A chart of apiVersion v2 keeps its dependencies in Chart.yaml.",
            ),
        ),
    ),
    Group(
        "Values",
        (
            Kind(
                "QD240",
                "Unreadable values",
                "A values file is no YAML, or no map at its top. Nothing is rendered with it, as Helm "
                "renders nothing: mistakes that show in rendering are found once it can be read.",
            ),
            Kind("QD241", "Bad flag", "A `--set` flag or one of its siblings makes no sense."),
            Kind(
                "QD242",
                "Map expected",
                "A value stands where the values of a sub-chart, a map, must be.",
            ),
        ),
    ),
    Group(
        "Dependencies",
        (
            Kind(
                "QD250",
                "Missing dependency",
                "Chart.yaml declares a dependency that is not in charts/. `helm template` refuses; "
                "here the rest of the chart is checked all the same.",
            ),
            Kind("QD251", "Bad sub-chart", "An entry of charts/ cannot be read as a chart."),
            Kind(
                "QD252",
                "Wrong version vendored",
                "charts/ has a version that Chart.yaml does not ask for: condition, tags and alias do"
                " not apply.",
            ),
        ),
    ),
    Group(
        "values.schema.json",
        (
            Kind(
                "QD260",
                "Schema violated",
                "A value is not what the schema allows; Helm refuses the chart.",
            ),
            Kind("QD261", "Bad schema", "The schema is no JSON, or no valid schema."),
            Kind(
                "QD262",
                "Schema not reachable",
                "A `$ref` leads out of the file. Nothing is fetched, so that part is not checked.",
            ),
        ),
    ),
    Group(
        "Kubernetes",
        (
            Kind(
                "QD270",
                "Kubernetes version",
                "The chart does not want the chosen version of Kubernetes.",
            ),
        ),
    ),
    Group(
        "Rendering",
        (
            Kind(
                "QD301",
                "Template fails",
                "An action fails when it runs; the message is Go's or the function's.",
            ),
            Kind("QD302", "Chart refuses", "The chart itself stops with `fail` or `required`."),
            Kind(
                "QD303",
                "Too much",
                "Rendering takes more than 10 seconds, 64 million characters, 3 million steps of `range` and"
                " `include`, or nests too deeply: usually a loop or a template that includes itself.",
            ),
            Kind(
                "QD304",
                "Missing value",
                "A field is read from a value that is not set. `{{ .Values.a }}` may be missing, `{{ "
                ".Values.a.b }}` needs `.Values.a`.",
            ),
        ),
    ),
    Group(
        "Rendered documents",
        (
            Kind(
                "QD401",
                "Rendered text is no YAML",
                "What the templates made is no valid YAML. The place is the template text or action "
                "that wrote the offending characters; the value they come from is named beside it.",
            ),
            Kind(
                "QD402",
                "No manifest",
                "A rendered document is no map, or its kind, apiVersion or metadata has a value of "
                "another type.",
            ),
            Kind(
                "QD403",
                "No kind",
                "A rendered document has no `kind`. `helm template` prints it, `helm install` refuses it.",
            ),
            Kind(
                "QD404",
                "No apiVersion",
                "A rendered document has no `apiVersion`. `helm template` prints it, `helm install` "
                "refuses it.",
            ),
            Kind(
                "QD405",
                "Unknown hook",
                "`helm.sh/hook` names an event that Helm does not know: Helm leaves the document out.",
            ),
        ),
    ),
    Group(
        "Settings",
        (
            Kind(
                BAD_SETTINGS_FILE,
                "Unreadable settings",
                "`.quarterdeck.yaml` is no YAML, or no map at its top. What stands before the damage counts.",
            ),
            Kind(
                UNKNOWN_SETTING,
                "Unknown setting",
                "No setting has this name; it is left alone. See [all settings](configuration.md).",
            ),
            Kind(
                BAD_SETTING,
                "Bad setting",
                "A setting has a value of another type, or one that makes no sense; its default counts.",
            ),
            Kind(
                UNKNOWN_CODE,
                "Unknown code",
                "`rules` or `ignore` names a code that no finding has.",
            ),
            Kind(
                MISSING_VALUES_FILE,
                "Missing values file",
                "A scenario names a values file that is not there or cannot be read: Helm would refuse. The "
                "scenario is not rendered.",
            ),
            Kind(
                OUTSIDE_FILE,
                "File out of the workspace",
                "A scenario names a file that lies out of the workspace, or is reached by a link that leads "
                "out of it. It is not read, and the scenario is not rendered.",
            ),
            Kind(
                UNKNOWN_SCENARIO,
                "Unknown scenario",
                "`focus` names a scenario that no chart has.",
            ),
        ),
    ),
    Group(
        "Quarterdeck itself",
        (
            Kind(
                OUR_MISTAKE,
                "A mistake of ours",
                "Quarterdeck failed while it checked the chart in an editor; its log says where. Other "
                "findings are missing until it succeeds again.",
            ),
            Kind(
                INCOMPLETE,
                "Not all is known",
                "The analysis of the chart in an editor took longer than it may, or was cancelled: findings "
                "of this chart may be missing or out of date until it is analysed again.",
            ),
        ),
    ),
)

KINDS: Final = {kind.code: kind for group in GROUPS for kind in group.kinds}
"""All kinds by code."""


def title_of(code: str) -> str:
    """Give what a kind of finding is called; the code itself for one that is not ours."""
    kind = KINDS.get(code)
    return code if kind is None else kind.title


def link_of(code: str) -> str:
    """Give the address of the text that explains a kind of finding."""
    return f"{DOCUMENTATION}/findings.md#{code.lower()}"


def markdown() -> str:
    """Print docs/findings.md."""
    lines = [
        "# Findings",
        "",
        "<!-- Generated by quarterdeck.diagnostics.catalog; a test fails when it is stale. -->",
        "",
        "Each kind of finding has a code that never changes. How bad one is depends on what it does:",
        "whatever stops Helm is `critical`, what a cluster would refuse or what is lost silently is",
        "`high`, the rest `medium`, `low` or `info`.",
    ]
    for group in GROUPS:
        lines += ["", f"## {group.title}", "", "| code | finding | what it means |", "| --- | --- | --- |"]
        lines += [
            f'| <a id="{kind.code.lower()}"></a>{kind.code} | {kind.title} | {kind.explanation} |'
            for kind in group.kinds
        ]
    return "\n".join(lines) + "\n"
