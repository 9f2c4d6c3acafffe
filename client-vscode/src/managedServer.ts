/** The server in a virtual environment of our own, for users who have none elsewhere. */

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import * as path from 'node:path';

import type { Run } from './programs';
import { managedPython } from './serverLocation';

/** The oldest Python that the server runs on. */
export const MINIMUM_PYTHON = [3, 11] as const;

const MARKER = 'installed.json';
const ASK_VERSION = 'import sys; print("%d.%d" % sys.version_info[:2])';

/** A Python to call: the program and the arguments that come before all others (`py -3`). */
export interface Python {
    readonly program: string;
    readonly args: readonly string[];
}

/** Something that the user can do something about; the message says what. */
export class InstallError extends Error {}

/** The folder of the environment for one version of the extension. */
export function managedFolder(storage: string, version: string): string {
    return path.join(storage, `server-${version}`);
}

/** Tells whether the environment was installed to its end. */
export async function isManagedReady(folder: string): Promise<boolean> {
    try {
        await readFile(path.join(folder, MARKER));
        return true;
    } catch {
        return false;
    }
}

/** Tells whether the user had some version installed before, and so wants the next one, too. */
export async function hasOlderServer(storage: string): Promise<boolean> {
    const names = await readdir(storage).catch(() => []);
    const ready = await Promise.all(
        names.filter((name) => name.startsWith('server-')).map((name) => isManagedReady(path.join(storage, name))),
    );
    return ready.includes(true);
}

/** Pythons to try, the most fitting first. */
export function pythonCandidates(interpreter: string | undefined, platform: NodeJS.Platform): Python[] {
    const names =
        platform === 'win32'
            ? [['py', '-3'], ['python'], ['python3']]
            : [['python3'], ['python3.14'], ['python3.13'], ['python3.12'], ['python3.11'], ['python']];
    const all = interpreter === undefined ? names : [[interpreter], ...names];
    return all.map(([program = '', ...args]) => ({ program, args }));
}

/**
 * Gives the first candidate that is new enough.
 *
 * @throws InstallError naming what was tried.
 */
export async function findPython(candidates: readonly Python[], run: Run): Promise<Python> {
    const tried: string[] = [];
    for (const python of candidates) {
        const { code, output } = await run(python.program, [...python.args, '-c', ASK_VERSION]);
        const version = /^(\d+)\.(\d+)\s*$/m.exec(output);
        if (code !== 0 || version === null) {
            continue;
        }
        const [major, minor] = [Number(version[1]), Number(version[2])];
        if (major > MINIMUM_PYTHON[0] || (major === MINIMUM_PYTHON[0] && minor >= MINIMUM_PYTHON[1])) {
            return python;
        }
        tried.push(`${python.program} is ${major}.${minor}`);
    }
    const needed = MINIMUM_PYTHON.join('.');
    const found = tried.length > 0 ? tried.join(', ') : 'none was found on the PATH';
    throw new InstallError(
        `Quarterdeck needs Python ${needed} or newer (${found}). Install one from python.org or with your system's ` +
            'package manager, or set "quarterdeck.server.path" to an installed server.',
    );
}

/** The wheel that came with the extension, or the version to take from the package index. */
export async function requirement(extensionFolder: string, version: string): Promise<string> {
    const bundled = path.join(extensionFolder, 'dist', 'server');
    const wheels = (await readdir(bundled).catch(() => [])).filter((name) => name.endsWith('.whl'));
    return wheels[0] === undefined ? `quarterdeck==${version}` : path.join(bundled, wheels[0]);
}

/** What `install` needs. */
export interface Installation {
    readonly python: Python;
    readonly folder: string;
    readonly requirement: string;
    readonly platform: NodeJS.Platform;
    readonly run: Run;
    /** Told of each step, in words for the user. */
    readonly report: (step: string) => void;
    /** Told of what the programs print. */
    readonly log: (text: string) => void;
    readonly signal: AbortSignal;
}

/**
 * Makes the environment in `folder` and installs the server in it; environments of other versions beside it go.
 *
 * An unfinished one has no marker and is made anew the next time.
 *
 * @throws InstallError with the last words of the step that failed.
 */
export async function install(job: Installation): Promise<void> {
    await rm(job.folder, { recursive: true, force: true });
    await mkdir(path.dirname(job.folder), { recursive: true });
    job.report('Making a Python environment…');
    await step(job, job.python.program, [...job.python.args, '-m', 'venv', job.folder]);
    job.report('Installing the server…');
    const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', job.requirement];
    await step(job, managedPython(job.folder, job.platform), pip);
    await writeFile(path.join(job.folder, MARKER), JSON.stringify({ requirement: job.requirement }));
    await removeOthers(job.folder);
}

async function step(job: Installation, program: string, args: readonly string[]): Promise<void> {
    job.log(`> ${[program, ...args].join(' ')}\n`);
    const { code, output } = await job.run(program, args, { signal: job.signal, onOutput: job.log });
    if (job.signal.aborted) {
        throw new InstallError('The installation was cancelled.');
    }
    if (code !== 0) {
        const lastWords = output.trim().split(/\r?\n/).slice(-3).join(' ').slice(-400);
        throw new InstallError(`Installing the server failed: ${lastWords || `${program} ended with ${code}`}`);
    }
}

async function removeOthers(folder: string): Promise<void> {
    const storage = path.dirname(folder);
    const others = (await readdir(storage)).filter(
        (name) => name.startsWith('server-') && name !== path.basename(folder),
    );
    // One that another window still runs cannot be removed on Windows; the next installation tries again.
    await Promise.all(
        others.map((name) => rm(path.join(storage, name), { recursive: true, force: true }).catch(() => undefined)),
    );
}
