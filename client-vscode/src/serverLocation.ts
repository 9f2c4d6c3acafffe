/** Where the `quarterdeck` program is: the setting, then the Python environment, then the PATH, then our own. */

import * as path from 'node:path';

/** Who named the program. */
export type Source = 'setting' | 'environment' | 'path' | 'managed';

/** The outcome of the search; `searched` says, for the user, where nothing was found. */
export type Location =
    | { readonly kind: 'found'; readonly source: Source; readonly program: string }
    | { readonly kind: 'wrongSetting'; readonly program: string }
    | { readonly kind: 'missing'; readonly searched: readonly string[] };

/** All that the search looks at; nothing else of the world is read. */
export interface Places {
    /** `quarterdeck.server.path` as written, empty if not set. */
    readonly setting: string;
    /** What `${workspaceFolder}` in the setting means. */
    readonly workspaceFolder: string | undefined;
    /** What `~` in the setting means. */
    readonly home: string;
    /** The Python that the user selected for the workspace. */
    readonly interpreter: string | undefined;
    /** The environment's PATH. */
    readonly pathVariable: string;
    /** The folder of the environment that this extension made, which need not be there. */
    readonly managedFolder: string;
    readonly platform: NodeJS.Platform;
    /** Tells whether a program can be started. */
    readonly isProgram: (file: string) => Promise<boolean>;
    /** Tells whether the managed environment was installed to its end. */
    readonly isManagedReady: (folder: string) => Promise<boolean>;
}

/** Finds the program to start; a setting that names none is a mistake to tell, not to pass over. */
export async function findServer(places: Places): Promise<Location> {
    const setting = expand(places.setting.trim(), places);
    if (setting !== '') {
        const program = await firstProgram(isBareName(setting) ? onPath(setting, places) : [setting], places);
        return program === undefined
            ? { kind: 'wrongSetting', program: setting }
            : { kind: 'found', source: 'setting', program };
    }
    const searched: string[] = [];
    if (places.interpreter !== undefined) {
        const beside = besideInterpreter(places.interpreter, places.platform);
        if (await places.isProgram(beside)) {
            return { kind: 'found', source: 'environment', program: beside };
        }
        searched.push(`the Python environment (${beside})`);
    }
    const program = await firstProgram(onPath(programName(places.platform), places), places);
    if (program !== undefined) {
        return { kind: 'found', source: 'path', program };
    }
    searched.push('the PATH');
    const managed = managedProgram(places.managedFolder, places.platform);
    if ((await places.isManagedReady(places.managedFolder)) && (await places.isProgram(managed))) {
        return { kind: 'found', source: 'managed', program: managed };
    }
    return { kind: 'missing', searched };
}

/** The `quarterdeck` of a virtual environment's folder. */
export function managedProgram(folder: string, platform: NodeJS.Platform): string {
    return pathsOf(platform).join(folder, scriptsFolder(platform), programName(platform));
}

/** The `python` of a virtual environment's folder. */
export function managedPython(folder: string, platform: NodeJS.Platform): string {
    const name = platform === 'win32' ? 'python.exe' : 'python';
    return pathsOf(platform).join(folder, scriptsFolder(platform), name);
}

function scriptsFolder(platform: NodeJS.Platform): string {
    return platform === 'win32' ? 'Scripts' : 'bin';
}

function programName(platform: NodeJS.Platform): string {
    return platform === 'win32' ? 'quarterdeck.exe' : 'quarterdeck';
}

/** Programs of an environment stand beside its Python; on Windows, without a virtual environment, in `Scripts`. */
function besideInterpreter(interpreter: string, platform: NodeJS.Platform): string {
    const paths = pathsOf(platform);
    const folder = paths.dirname(interpreter);
    if (platform === 'win32' && paths.basename(folder).toLowerCase() !== 'scripts') {
        return paths.join(folder, 'Scripts', programName(platform));
    }
    return paths.join(folder, programName(platform));
}

function isBareName(program: string): boolean {
    return !/[\\/]/.test(program);
}

function onPath(name: string, places: Places): string[] {
    const paths = pathsOf(places.platform);
    const folders = places.pathVariable.split(paths.delimiter).filter((folder) => paths.isAbsolute(folder));
    const file = places.platform === 'win32' && paths.extname(name) === '' ? `${name}.exe` : name;
    return folders.map((folder) => paths.join(folder, file));
}

async function firstProgram(files: readonly string[], places: Places): Promise<string | undefined> {
    for (const file of files) {
        if (await places.isProgram(file)) {
            return file;
        }
    }
    return undefined;
}

function expand(setting: string, places: Places): string {
    const home = setting.replace(/^~(?=$|[\\/])/, () => places.home);
    return home.replaceAll('${workspaceFolder}', () => places.workspaceFolder ?? '');
}

function pathsOf(platform: NodeJS.Platform): path.PlatformPath {
    return platform === 'win32' ? path.win32 : path.posix;
}
