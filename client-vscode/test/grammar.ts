/** Colours texts with our grammars, as VS Code does: the same engine, and a real YAML grammar. */

import { readFileSync } from 'node:fs';
import * as path from 'node:path';

import { createOnigScanner, createOnigString, loadWASM } from 'vscode-oniguruma';
import { INITIAL, parseRawGrammar, Registry, type IGrammar } from 'vscode-textmate';

const GRAMMARS: Record<string, string> = {
    'source.yaml.helm': 'syntaxes/helm.tmLanguage.json',
    'text.helm': 'syntaxes/helm-text.tmLanguage.json',
    'source.helm-action': 'syntaxes/helm-action.tmLanguage.json',
    'source.yaml': 'node_modules/tm-grammars/grammars/yaml.json',
};

/** A piece of a line with what it is, the most special last. */
export interface Token {
    readonly text: string;
    readonly scopes: readonly string[];
}

const registry = new Registry({
    onigLib: load(),
    loadGrammar: (scope) => {
        const file = GRAMMARS[scope];
        return Promise.resolve(file === undefined ? null : parseRawGrammar(readFileSync(file, 'utf8'), file));
    },
});

async function load(): Promise<{ createOnigScanner: typeof createOnigScanner; createOnigString: typeof createOnigString }> {
    const wasm = path.join(path.dirname(require.resolve('vscode-oniguruma')), 'onig.wasm');
    await loadWASM(readFileSync(wasm));
    return { createOnigScanner, createOnigString };
}

/** Gives the tokens of a text, line by line; neighbours that are the same are one, as VS Code shows them. */
export async function tokens(text: string, scope = 'source.yaml.helm'): Promise<Token[]> {
    const grammar = (await registry.loadGrammar(scope)) as IGrammar;
    let stack = INITIAL;
    return text.split('\n').flatMap((line) => {
        const result = grammar.tokenizeLine(line, stack);
        stack = result.ruleStack;
        const merged: { text: string; scopes: readonly string[] }[] = [];
        for (const { startIndex, endIndex, scopes } of result.tokens) {
            const last = merged.at(-1);
            const piece = line.slice(startIndex, endIndex);
            if (last?.scopes.join(' ') === scopes.join(' ')) {
                last.text += piece;
            } else {
                merged.push({ text: piece, scopes });
            }
        }
        return merged;
    });
}

/** Gives all scopes of the token that is, or else holds, `part` for the `nth` time. */
export async function scopesOf(text: string, part: string, nth = 1, scope?: string): Promise<string> {
    const all = await tokens(text, scope);
    const exact = all.filter((token) => token.text === part);
    const token = (exact.length > 0 ? exact : all.filter((each) => each.text.includes(part)))[nth - 1];
    if (token === undefined) {
        throw new Error(`no token ${JSON.stringify(part)} in ${JSON.stringify(all)}`);
    }
    return token.scopes.join(' ');
}
