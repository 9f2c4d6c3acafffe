/** The Python that the user selected, as the Python extension tells it. */

import * as vscode from 'vscode';

/** Names an environment: its Python, or its folder where it has none. */
interface EnvironmentPath {
    readonly path: string;
}

interface Environment {
    readonly executable: { readonly uri: vscode.Uri | undefined };
}

/** The part of the Python extension's interface that is used here. Source: npm @vscode/python-extension 1.0.5. */
interface PythonApi {
    readonly ready: Promise<void>;
    readonly environments: {
        getActiveEnvironmentPath(resource?: vscode.Uri): EnvironmentPath;
        resolveEnvironment(environment: EnvironmentPath): Promise<Environment | undefined>;
        readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
    };
}

/** Gives the selected Python, or undefined where none is, or the workspace is not trusted. */
export async function selectedInterpreter(folder: vscode.Uri | undefined): Promise<string | undefined> {
    if (!vscode.workspace.isTrusted) {
        return undefined;
    }
    const environments = (await pythonApi())?.environments;
    const selected = await environments?.resolveEnvironment(environments.getActiveEnvironmentPath(folder));
    const configured = vscode.workspace
        .getConfiguration('python', folder ?? null)
        .get<string>('defaultInterpreterPath');
    return [selected?.executable.uri?.fsPath, configured].find((each) => each !== undefined && /[\\/]/.test(each) && !each.includes('${'));
}

/** Calls `changed` whenever another Python is selected. */
export async function onInterpreterChange(changed: () => void): Promise<vscode.Disposable | undefined> {
    return (await pythonApi())?.environments.onDidChangeActiveEnvironmentPath(changed);
}

async function pythonApi(): Promise<PythonApi | undefined> {
    const extension = vscode.extensions.getExtension<PythonApi>('ms-python.python');
    if (extension === undefined) {
        return undefined;
    }
    try {
        const api = await extension.activate();
        await api.ready;
        return api;
    } catch {
        return undefined; // an extension that does not start is its own business; the other places are searched
    }
}
