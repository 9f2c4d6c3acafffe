// The part of the Python extension's interface that ours asks for, with the answer from a file.
const { readFileSync, watchFile, unwatchFile } = require('node:fs');
const vscode = require('vscode');

exports.activate = function activate(context) {
    const file = process.env.SELECTED_PYTHON;
    const changes = new vscode.EventEmitter();
    watchFile(file, { interval: 100 }, () => changes.fire({}));
    context.subscriptions.push(changes, { dispose: () => unwatchFile(file) });
    return {
        ready: Promise.resolve(),
        environments: {
            getActiveEnvironmentPath: () => ({ path: readFileSync(file, 'utf8') }),
            resolveEnvironment: async ({ path }) =>
                path === '' ? undefined : { executable: { uri: vscode.Uri.file(path) } },
            onDidChangeActiveEnvironmentPath: changes.event,
        },
    };
};
