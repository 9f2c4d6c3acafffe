/** Starts the server with VS Code and shows what it finds; all analysis is the server's. */

import * as vscode from 'vscode';

import { guardLanguages } from './languageGuard';
import { onInterpreterChange } from './pythonEnvironment';
import { ServerController } from './serverController';

let controller: ServerController | undefined;

/** Called by VS Code when a chart is opened. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
    const output = vscode.window.createOutputChannel('Quarterdeck', { log: true });
    const server = new ServerController(context, output);
    controller = server;
    context.subscriptions.push(
        output,
        guardLanguages(),
        vscode.commands.registerCommand('quarterdeck.restartServer', () => server.restart()),
        vscode.commands.registerCommand('quarterdeck.installServer', () => server.install()),
        vscode.commands.registerCommand('quarterdeck.showOutput', () => {
            output.show();
        }),
        vscode.workspace.onDidChangeConfiguration((event) => {
            if (event.affectsConfiguration('quarterdeck.server')) {
                void server.restart();
            }
        }),
        vscode.workspace.onDidGrantWorkspaceTrust(() => void server.restart()),
    );
    await server.restart();
    const watching = await onInterpreterChange(() => void server.restart());
    if (watching !== undefined) {
        context.subscriptions.push(watching);
    }
}

/** Called by VS Code at the end; it waits for the server to stop. */
export async function deactivate(): Promise<void> {
    await controller?.stop();
}
