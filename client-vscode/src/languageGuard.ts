/**
 * Gives back files that are no chart's.
 *
 * VS Code knows a language by the file's path, and other tools have folders called `templates`, too. What was opened as
 * Helm without a chart around it becomes YAML again; once, so that the user's own choice stays.
 */

import { access } from 'node:fs/promises';
import * as vscode from 'vscode';

import { isInChart, otherLanguage } from './chartFiles';

const OURS = new Set(['helm', 'helm-text']);

/** Watches the files that are opened, until disposed. */
export function guardLanguages(): vscode.Disposable {
    const seen = new Set<string>();
    const look = async (document: vscode.TextDocument): Promise<void> => {
        const name = document.uri.toString();
        if (!OURS.has(document.languageId) || document.uri.scheme !== 'file' || seen.has(name)) {
            return;
        }
        seen.add(name);
        if (!(await isInChart(document.fileName, exists)) && !document.isClosed) {
            await vscode.languages.setTextDocumentLanguage(document, otherLanguage(document.fileName));
        }
    };
    vscode.workspace.textDocuments.forEach((document) => void look(document));
    return vscode.workspace.onDidOpenTextDocument((document) => void look(document));
}

async function exists(file: string): Promise<boolean> {
    try {
        await access(file);
        return true;
    } catch {
        return false;
    }
}
