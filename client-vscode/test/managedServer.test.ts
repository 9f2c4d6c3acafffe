import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import test, { after, before } from 'node:test';

import {
    findPython,
    hasOlderServer,
    install,
    InstallError,
    isManagedReady,
    managedFolder,
    pythonCandidates,
    requirement,
    type Installation,
} from '../src/managedServer';
import { isProgram, run, type Run } from '../src/programs';
import { managedProgram } from '../src/serverLocation';

let folder: string;
before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'quarterdeck test '));
});
after(() => rm(folder, { recursive: true, force: true }));

/** A machine where these commands print these versions, and others do not exist. */
function machine(versions: Record<string, string>): Run {
    return (program, args) => {
        const command = [program, ...args.slice(0, -2)].join(' ');
        const output = versions[command];
        return Promise.resolve(output === undefined ? { code: null, output: 'ENOENT' } : { code: 0, output });
    };
}

test('the first Python that is new enough is taken', async () => {
    const python = await findPython(
        pythonCandidates(undefined, 'linux'),
        machine({ python3: '3.9\n', 'python3.12': '3.12\n', python: '3.13\n' }),
    );
    assert.deepEqual(python, { program: 'python3.12', args: [] });
});

test('the selected Python comes first, and Windows has its launcher', async () => {
    const both = machine({ '/venv/bin/python': '3.11', python3: '3.13', 'py -3': '4.0' });
    assert.equal((await findPython(pythonCandidates('/venv/bin/python', 'linux'), both)).program, '/venv/bin/python');
    assert.deepEqual(await findPython(pythonCandidates(undefined, 'win32'), both), { program: 'py', args: ['-3'] });
});

test('a shop window that only pretends to be Python is passed over', async () => {
    const store = machine({ python: 'Python was not found; run without arguments to install' });
    await assert.rejects(findPython(pythonCandidates(undefined, 'win32'), store), /none was found on the PATH/);
});

test('without a Python that is new enough the message says what is needed and what is there', async () => {
    await assert.rejects(findPython(pythonCandidates(undefined, 'linux'), machine({ python3: '3.9' })), (error) => {
        assert.ok(error instanceof InstallError);
        assert.match(error.message, /needs Python 3\.11 or newer \(python3 is 3\.9\)/);
        assert.match(error.message, /"quarterdeck\.server\.path"/);
        return true;
    });
});

test('the wheel that came along is installed, else the same version from the index', async () => {
    const extension = path.join(folder, 'extension');
    assert.equal(await requirement(extension, '1.2.3'), 'quarterdeck==1.2.3');
    const wheel = path.join(extension, 'dist', 'server', 'quarterdeck-1.2.3-py3-none-any.whl');
    await mkdir(path.dirname(wheel), { recursive: true });
    await writeFile(wheel, '');
    assert.equal(await requirement(extension, '1.2.3'), wheel);
});

test('the server is installed into an environment of its own and older ones go', async () => {
    const storage = path.join(folder, 'storage with spaces');
    const older = managedFolder(storage, '0.0.9');
    await mkdir(older, { recursive: true });
    assert.equal(await hasOlderServer(storage), false, 'an unfinished one does not count');
    await writeFile(path.join(older, 'installed.json'), '{}');
    assert.equal(await hasOlderServer(storage), true);

    const job = await realInstallation(managedFolder(storage, '0.1.0'));
    await install(job);
    const program = managedProgram(job.folder, process.platform);
    assert.ok(await isProgram(program));
    assert.equal((await run(program, ['lsp'])).output.trim(), "started with ['lsp']");
    assert.ok(await isManagedReady(job.folder));
    assert.equal(existsSync(older), false);
});

test('a step that fails is told with its last words, and leaves nothing that would be started', async () => {
    const steps: string[] = [];
    const job = await realInstallation(managedFolder(path.join(folder, 'failing'), '0.1.0'));
    const bad = path.join(folder, 'nowhere.whl');
    await assert.rejects(install({ ...job, requirement: bad, report: (step) => steps.push(step) }), (error) => {
        assert.ok(error instanceof InstallError);
        assert.match(error.message, /^Installing the server failed: .*nowhere\.whl/s);
        return true;
    });
    assert.equal(steps.length, 2);
    assert.equal(await isManagedReady(job.folder), false);
});

test('the user can cancel', async () => {
    const abort = new AbortController();
    const job = await realInstallation(managedFolder(path.join(folder, 'cancelled'), '0.1.0'));
    const started = { ...job, signal: abort.signal, report: () => abort.abort() };
    await assert.rejects(install(started), /cancelled/);
    assert.equal(await isManagedReady(job.folder), false);
});

/** An installation with the Python of this machine and a wheel that holds a one-line server. */
async function realInstallation(target: string): Promise<Installation> {
    const python = await findPython(pythonCandidates(undefined, process.platform), run);
    const wheel = path.join(folder, 'quarterdeck-0.1.0-py3-none-any.whl');
    if (!existsSync(wheel)) {
        const made = await run(python.program, [...python.args, '-c', MAKE_WHEEL, wheel]);
        assert.equal(made.code, 0, made.output);
    }
    return {
        python,
        folder: target,
        requirement: wheel,
        platform: process.platform,
        run,
        report: () => undefined,
        log: () => undefined,
        signal: new AbortController().signal,
    };
}

const MAKE_WHEEL = `
import sys, zipfile
info = "quarterdeck-0.1.0.dist-info/"
files = {
    "quarterdeck_stand_in.py": "import sys\\ndef main():\\n    print('started with', sys.argv[1:])\\n",
    info + "METADATA": "Metadata-Version: 2.1\\nName: quarterdeck\\nVersion: 0.1.0\\n",
    info + "WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    info + "entry_points.txt": "[console_scripts]\\nquarterdeck = quarterdeck_stand_in:main\\n",
    info + "RECORD": "",
}
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    for name, text in files.items():
        wheel.writestr(name, text)
`;
