import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { scopesOf, tokens } from './grammar';

/** Asserts what parts of a text are: `[part, scope]` or `[part, scope, nth]`. */
async function check(text: string, ...expected: [string, RegExp | string, number?][]): Promise<void> {
    for (const [part, scope, nth] of expected) {
        const scopes = await scopesOf(text, part, nth);
        const isThere = scope instanceof RegExp ? scope.test(scopes) : scopes.split(' ').includes(scope);
        assert.ok(isThere, `${part} in ${text} is ${scopes}, not ${String(scope)}`);
    }
}

test('an action stands out from the YAML around it', async () => {
    await check(
        'name: {{ .Values.name }}-x',
        ['name', /entity\.name\.tag\.yaml/],
        ['{{', 'punctuation.section.embedded.begin.helm'],
        ['Values', 'support.variable.helm'],
        ['name', 'variable.other.property.helm', 2],
        ['}}', 'punctuation.section.embedded.end.helm'],
    );
    assert.doesNotMatch(await scopesOf('name: {{ .a }}-x', '-x'), /helm-action|go-template/);
});

test('actions are found inside strings, block scalars, flow collections, keys and comments', async () => {
    for (const text of [
        'a: "x{{ .Values.b }}y"',
        "a: 'x{{ .Values.b }}y'",
        'a: |\n  x {{ .Values.b }} y',
        'a: [1, {{ .Values.b }}, 2]',
        'a: {b: {{ .Values.b }}}',
        '{{ .Values.b }}: c',
        'x-{{ .Values.b }}: c',
        '- {{ .Values.b }}',
        '# comment {{ .Values.b }}',
        'a: plain text {{ .Values.b }} more',
        'a: {{ .x }}:{{ .Values.b }}',
        'a: {{ .x }}-{{ .Values.b }}',
        'a: {{ .x }}{{ .Values.b }}',
    ]) {
        await check(text, ['Values', 'support.variable.helm'], ['b', 'variable.other.property.helm', text.startsWith('a: {b') ? 2 : 1]);
    }
});

test('YAML goes on after an action', async () => {
    const text = '{{- if .x }}\na: "s"\n{{- end }}\nb: true # c';
    await check(
        text,
        ['a', /entity\.name\.tag\.yaml/],
        ['b', /entity\.name\.tag\.yaml/],
        ['true', /constant\.language/],
        [' c', /comment\.line/],
    );
    for (const token of (await tokens(text)).filter((each) => /^[ab]$/.test(each.text))) {
        assert.doesNotMatch(token.scopes.join(' '), /meta\.embedded\.action\.helm/);
    }
});

test('keywords, but not fields and variables of that name', async () => {
    for (const keyword of ['if', 'else', 'end', 'range', 'with', 'define', 'block', 'template', 'break', 'continue']) {
        await check(`{{ ${keyword} }}`, [keyword, 'keyword.control.helm']);
    }
    await check('{{ else if .if }}{{ $end }}{{ .a.range }}{{ ending }}',
        ['if', 'variable.other.property.helm', 2],
        ['range', 'variable.other.property.helm'],
        ['ending', 'support.function.helm'],
    );
});

test('functions, of Go and others', async () => {
    await check(
        '{{ and (eq 1 2) | quote | default "x" }}',
        ['and', 'support.function.builtin.helm'],
        ['eq', 'support.function.builtin.helm'],
        ['quote', 'support.function.helm'],
        ['default', 'support.function.helm'],
        ['|', 'keyword.operator.pipe.helm'],
    );
});

test('variables and their fields', async () => {
    await check(
        '{{ $a := $.Values.b }}{{ $a.c }}{{ range $i, $e := . }}',
        ['$', 'punctuation.definition.variable.helm'],
        [':=', 'keyword.operator.assignment.helm'],
        ['Values', 'support.variable.helm'],
        ['c', 'variable.other.property.helm'],
        [',', 'punctuation.separator.helm'],
    );
    await check('{{ $ }}', ['$', /variable\.other\.helm/]);
    await check('{{ . }}', ['.', 'variable.language.dot.helm']);
    await check('{{ .a.Values }}', ['Values', 'variable.other.property.helm']);
});

test('trim markers, but not signs of numbers', async () => {
    await check(
        '{{- -3 -}}',
        ['-', 'keyword.operator.trim.helm', 1],
        ['-3', 'constant.numeric.helm'],
        ['-', 'keyword.operator.trim.helm', 2],
    );
    await check('{{-3}}', ['-3', 'constant.numeric.helm']);
});

test('numbers as Go writes them', async () => {
    for (const number of ['0', '42', '1_000', '0x1F', '0b10', '0o17', '1.5', '.5', '1e3', '1.5e-3', '3i', '+7']) {
        await check(`{{ f ${number} }}`, [number, 'constant.numeric.helm']);
    }
});

test('strings with escapes and formats', async () => {
    await check(
        '{{ printf "a\\n%-5.2f %s\\q" `raw }} %d` }}',
        ['a', 'string.quoted.double.helm'],
        ['\\n', 'constant.character.escape.helm'],
        ['%-5.2f', 'constant.other.placeholder.helm'],
        ['\\q', 'invalid.illegal.escape.helm'],
        ['raw }} ', 'string.quoted.raw.helm'],
        ['%d', 'constant.other.placeholder.helm'],
    );
    await check("{{ 'x' }}", ["'x'", 'constant.character.helm']);
    await check('{{ true }}{{ nil }}', ['true', 'constant.language.helm'], ['nil', 'constant.language.helm']);
});

test('raw strings may go over lines, quoted ones may not', async () => {
    await check('{{ `a\nb }} c` }}d', ['b }} c', 'string.quoted.raw.helm']);
    await check('{{ "a\n.Values }}', ['Values', 'support.variable.helm']);
});

test('names of templates', async () => {
    await check(
        '{{ define "shop.name" }}{{ include "shop.labels" . }}{{ template `shop.raw` . }}',
        ['define', 'keyword.control.helm'],
        ['shop.name', 'entity.name.function.template.helm'],
        ['include', 'support.function.helm'],
        ['shop.labels', 'entity.name.function.template.helm'],
        ['shop.raw', 'entity.name.function.template.helm'],
    );
});

test('comments, also with trim markers, over lines and with braces inside', async () => {
    await check('{{/* a }} {{ b */}}c: d', ['a }} {{ b', 'comment.block.helm'], ['c', /entity\.name\.tag\.yaml/]);
    await check('{{- /* a\nb */ -}}\nc: d', ['b', 'comment.block.helm'], ['c', /entity\.name\.tag\.yaml/]);
});

test('an action that is not closed does not swallow the next ones', async () => {
    await check('a: {{ .Values.x\nb: {{ .Values.y }}\nc: d', ['Values', 'support.variable.helm', 2], ['c', /entity\.name\.tag\.yaml/]);
});

test('an action may go over lines', async () => {
    await check('{{ dict\n  "a" 1\n}}\nb: c', ['a', 'string.quoted.double.helm'], ['b', /entity\.name\.tag\.yaml/]);
});

test('plain text is only coloured inside actions', async () => {
    const text = "Don't: \"panic\" # {{ .Release.Name }}";
    assert.equal(await scopesOf(text, "Don't", 1, 'text.helm'), 'text.helm');
    assert.match(await scopesOf(text, 'Release', 1, 'text.helm'), /support\.variable\.helm/);
});

test('a word is a name, without dots and trim markers', () => {
    const configuration = JSON.parse(readFileSync('language-configuration.json', 'utf8')) as { wordPattern: string };
    const words = '{{- .Values.image.tag | my_func }}: pull-policy $x'.match(new RegExp(configuration.wordPattern, 'g'));
    assert.deepEqual(words, ['Values', 'image', 'tag', 'my_func', 'pull-policy', '$x']);
});
