/** Starts, restarts and stops the server; one step at a time, in the order asked for. */

import * as os from 'node:os';
import * as vscode from 'vscode';
import { LanguageClient, type LanguageClientOptions, type ServerOptions } from 'vscode-languageclient/node';

import {
    findPython,
    hasOlderServer,
    install,
    InstallError,
    isManagedReady,
    managedFolder,
    pythonCandidates,
    requirement,
} from './managedServer';
import { isProgram, run } from './programs';
import { selectedInterpreter } from './pythonEnvironment';
import { ScenarioStatus } from './scenarios';
import { findServer, type Location } from './serverLocation';

const INSTALL = 'Install';
const OPEN_SETTING = 'Open Setting';
const SHOW_OUTPUT = 'Show Output';

/** Files that the server is told of: templates and everything else of a chart that decides what they render to. */
const DOCUMENTS = [
    { scheme: 'file', language: 'helm' },
    { scheme: 'file', language: 'helm-text' },
    { scheme: 'file', pattern: '**/templates/**' },
    { scheme: 'file', pattern: '**/{Chart,requirements}.{yaml,lock}' },
    { scheme: 'file', pattern: '**/*values*.{yaml,yml}' },
    { scheme: 'file', pattern: '**/{ci,env,envs,environment,environments,overlays,values}/**/*.{yaml,yml}' },
    { scheme: 'file', pattern: '**/.quarterdeck.{yaml,yml}' },
    { scheme: 'file', pattern: '**/values.schema.json' },
    { scheme: 'file', pattern: '**/.helmignore' },
];

/** The one server of this window. */
export class ServerController implements vscode.Disposable {
    private client: LanguageClient | undefined;
    private queue: Promise<void> = Promise.resolve();
    private readonly scenarios = new ScenarioStatus();

    constructor(
        private readonly context: vscode.ExtensionContext,
        private readonly output: vscode.LogOutputChannel,
    ) {}

    /** Starts the server anew, found anew. */
    restart(): Promise<void> {
        return this.next(async () => {
            await this.stopClient();
            const location = await this.locate();
            if (location.kind === 'found') {
                await this.startClient(location.program, location.source);
            } else {
                void this.explain(location);
            }
        });
    }

    /** Installs the server into an environment of the extension's own, then starts it. */
    async install(): Promise<void> {
        try {
            await this.next(() => this.installWithProgress());
        } catch (error) {
            await this.tell(error instanceof InstallError ? error.message : `Installing the server failed: ${String(error)}`);
            return;
        }
        await this.restart();
    }

    /** Stops the server. */
    stop(): Promise<void> {
        return this.next(() => this.stopClient());
    }

    dispose(): void {
        this.scenarios.dispose();
        void this.stop();
    }

    private next(step: () => Promise<void>): Promise<void> {
        const done = this.queue.then(step);
        this.queue = done.catch((error: unknown) => {
            this.output.error(String(error));
        });
        return done;
    }

    private async stopClient(): Promise<void> {
        const client = this.client;
        this.client = undefined;
        this.scenarios.use(undefined);
        // A server that did not start, or does not answer, is gone all the same.
        await client?.dispose().catch((error: unknown) => {
            this.output.warn(`stopping the server: ${String(error)}`);
        });
    }

    private async locate(): Promise<Location> {
        const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
        return findServer({
            setting: vscode.workspace.getConfiguration('quarterdeck').get('server.path', ''),
            workspaceFolder: folder?.fsPath,
            home: os.homedir(),
            interpreter: await selectedInterpreter(folder),
            pathVariable: process.env['PATH'] ?? '',
            managedFolder: this.managedFolder,
            platform: process.platform,
            isProgram,
            isManagedReady,
        });
    }

    private async startClient(program: string, source: string): Promise<void> {
        const more = vscode.workspace.getConfiguration('quarterdeck').get<string[]>('server.arguments', []);
        const server: ServerOptions = { command: program, args: ['lsp', '--stdio', ...more] };
        const options: LanguageClientOptions = {
            documentSelector: DOCUMENTS,
            outputChannel: this.output,
            initializationOptions: { reportAnalysis: true },
        };
        const client = new LanguageClient('quarterdeck', 'Quarterdeck', server, options);
        this.client = client;
        this.output.info(`starting ${program} (${source})`);
        try {
            await client.start();
            this.scenarios.use(client);
        } catch (error) {
            this.output.error(`${program} did not start: ${String(error)}`);
            void this.tell(`Quarterdeck's server did not start: ${program}.`);
        }
    }

    private async explain(location: Exclude<Location, { kind: 'found' }>): Promise<void> {
        if (location.kind === 'wrongSetting') {
            await this.tell(`"quarterdeck.server.path" names no program: ${location.program}`, OPEN_SETTING);
            return;
        }
        if (await hasOlderServer(this.storage)) {
            await this.install();
            return;
        }
        this.output.warn(`no server found; searched: ${location.searched.join(', ')}`);
        const choice = await vscode.window.showWarningMessage(
            'Quarterdeck\'s server is not installed. Install it into a Python environment of its own?',
            INSTALL,
            OPEN_SETTING,
        );
        if (choice === INSTALL) {
            await this.install();
        } else if (choice === OPEN_SETTING) {
            await openSetting();
        }
    }

    private async installWithProgress(): Promise<void> {
        await this.stopClient();
        const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
        const python = await findPython(pythonCandidates(await selectedInterpreter(folder), process.platform), run);
        await vscode.window.withProgress(
            { location: vscode.ProgressLocation.Notification, title: 'Quarterdeck', cancellable: true },
            async (progress, token) => {
                const abort = new AbortController();
                token.onCancellationRequested(() => {
                    abort.abort();
                });
                await install({
                    python,
                    folder: this.managedFolder,
                    requirement: await requirement(this.context.extensionPath, this.version),
                    platform: process.platform,
                    run,
                    report: (message) => {
                        progress.report({ message });
                    },
                    log: (text) => {
                        this.output.info(text.trimEnd());
                    },
                    signal: abort.signal,
                });
            },
        );
    }

    private async tell(message: string, ...actions: string[]): Promise<void> {
        this.output.error(message);
        const choice = await vscode.window.showErrorMessage(message, ...actions, SHOW_OUTPUT);
        if (choice === SHOW_OUTPUT) {
            this.output.show();
        } else if (choice === OPEN_SETTING) {
            await openSetting();
        }
    }

    private get version(): string {
        return (this.context.extension.packageJSON as { version: string }).version;
    }

    private get storage(): string {
        return this.context.globalStorageUri.fsPath;
    }

    private get managedFolder(): string {
        return managedFolder(this.storage, this.version);
    }
}

async function openSetting(): Promise<void> {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'quarterdeck.server.path');
}
