// A real VS Code for one test run: its own server with the packed extension, and a headless Chromium that shows it.
import { spawn, spawnSync } from 'node:child_process';
import {
    cpSync,
    createWriteStream,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const client = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const main = path.join(client, '.vscode-server/node_modules/code-server/lib/vscode/out/server-main.js');

const USER_SETTINGS = {
    'workbench.startupEditor': 'none',
    'workbench.enableExperiments': false,
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'telemetry.telemetryLevel': 'off',
    'update.mode': 'none',
    'extensions.autoCheckUpdates': false,
    'extensions.autoUpdate': false,
    'extensions.ignoreRecommendations': true,
    'files.autoSave': 'off',
    'git.enabled': false,
    'editor.accessibilitySupport': 'off',
    'editor.minimap.enabled': false,
    'editor.wordBasedSuggestions': 'off',
    'chat.commandCenter.enabled': false,
};

const CHROMIUM_FLAGS = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-sync',
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    '--disable-component-update',
    '--no-first-run',
];

/** Waits until `get` gives something, and gives that. */
export async function until(what, get, patience = 30_000) {
    for (const end = Date.now() + patience; ; ) {
        const got = await get();
        if (got) {
            return got;
        }
        if (Date.now() > end) {
            throw new Error(`waited ${patience} ms in vain for ${what}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}

/** One VS Code with a copy of e2e/workspace open; `machine` are the settings of the machine that the server runs on. */
export class VSCode {
    static async start(machine) {
        const vscode = new VSCode();
        try {
            vscode.installExtensions();
            vscode.setMachineSettings(machine);
            await vscode.startServer();
            await vscode.startBrowser();
            return vscode;
        } catch (error) {
            await vscode.stop();
            throw error;
        }
    }

    constructor() {
        this.root = mkdtempSync(path.join(tmpdir(), 'quarterdeck-e2e-'));
        this.workspace = path.join(this.root, 'work space');
        cpSync(path.join(client, 'e2e/workspace'), this.workspace, { recursive: true });
        mkdirSync(path.join(this.root, 'user/User'), { recursive: true });
        writeFileSync(path.join(this.root, 'user/User/settings.json'), JSON.stringify(USER_SETTINGS));
        // No `quarterdeck` of this machine may be found by chance.
        const searched = (process.env.PATH ?? '').split(path.delimiter);
        const withoutServer = searched.filter((folder) => !existsSync(path.join(folder, 'quarterdeck')));
        const home = path.join(this.root, 'home');
        mkdirSync(home);
        this.environment = {
            ...process.env,
            HOME: home,
            PATH: withoutServer.join(path.delimiter),
            SELECTED_PYTHON: path.join(this.root, 'selected-python'),
        };
        this.selectEnvironment(undefined);
        delete this.environment.VSCODE_IPC_HOOK_CLI;
    }

    get arguments() {
        const user = path.join(this.root, 'user');
        return [
            main,
            '--accept-server-license-terms',
            ...['--extensions-dir', path.join(this.root, 'extensions')],
            ...['--user-data-dir', user, '--server-data-dir', user],
        ];
    }

    /** Installs the package that `npm run package` made, and what stands for the Python extension. */
    installExtensions() {
        const [packed] = readdirSync(path.join(client, 'dist')).filter((name) => name.endsWith('.vsix'));
        this.install(path.join(client, '.e2e/python.vsix'));
        this.install(path.join(client, 'dist', packed));
    }

    /** Makes the folder of a Python environment that has this server, and gives its Python. */
    makeEnvironment(program) {
        const folder = path.join(this.root, 'environment/bin');
        mkdirSync(folder, { recursive: true });
        symlinkSync(program, path.join(folder, 'quarterdeck'));
        return path.join(folder, 'python');
    }

    /** Selects a Python, as the user does with the Python extension. */
    selectEnvironment(python) {
        writeFileSync(this.environment.SELECTED_PYTHON, python ?? '');
    }

    install(file) {
        const done = spawnSync(process.execPath, [...this.arguments, '--install-extension', file], {
            env: this.environment,
            encoding: 'utf8',
        });
        if (done.status !== 0) {
            throw new Error(`${file} cannot be installed: ${done.stdout}${done.stderr}`);
        }
    }

    /** Writes the settings of the machine; VS Code notices while it runs. */
    setMachineSettings(settings) {
        const file = path.join(this.root, 'user/Machine/settings.json');
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, JSON.stringify(settings));
    }

    async startServer() {
        this.port = await freePort();
        const log = createWriteStream(path.join(this.root, 'vscode.log'));
        const more = ['--host', '127.0.0.1', '--port', String(this.port), '--without-connection-token'];
        const quiet = ['--telemetry-level', 'off', '--disable-workspace-trust'];
        // A process group of its own, so that its children can be ended with it.
        this.server = spawn(process.execPath, [...this.arguments, ...more, ...quiet], {
            env: this.environment,
            detached: true,
            stdio: ['ignore', 'pipe', 'pipe'],
        });
        this.server.stdout.pipe(log);
        this.server.stderr.pipe(log);
        const version = `http://127.0.0.1:${this.port}/version`;
        await until('VS Code', () => fetch(version).then((answer) => answer.ok, () => false));
    }

    async startBrowser() {
        this.browser = await chromium.launchPersistentContext(path.join(this.root, 'chromium'), {
            executablePath: process.env.CHROMIUM,
            headless: true,
            viewport: { width: 1280, height: 800 },
            args: CHROMIUM_FLAGS,
        });
        this.page = this.browser.pages()[0] ?? (await this.browser.newPage());
    }

    /** Opens the workspace with these files, paths inside it. */
    async open(...files) {
        const base = `vscode-remote://127.0.0.1:${this.port}`;
        const payload = files.map((file) => ['openFile', encodeURI(base + path.join(this.workspace, file))]);
        const query = new URLSearchParams({ folder: this.workspace, payload: JSON.stringify(payload) });
        await this.page.goto(`http://127.0.0.1:${this.port}/?${query.toString().replaceAll('+', '%20')}`);
    }

    /** Ends all that was started, and removes what was written. */
    async stop() {
        await this.browser?.close().catch(() => undefined);
        if (this.server !== undefined && this.server.exitCode === null) {
            const gone = new Promise((resolve) => this.server.once('exit', resolve));
            process.kill(-this.server.pid, 'SIGTERM');
            const patience = setTimeout(() => process.kill(-this.server.pid, 'SIGKILL'), 5000);
            await gone;
            clearTimeout(patience);
        }
        rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
    }
}

function freePort() {
    return new Promise((resolve, reject) => {
        const probe = createServer().once('error', reject);
        probe.listen(0, '127.0.0.1', () => {
            const { port } = probe.address();
            probe.close(() => resolve(port));
        });
    });
}
