import assert from 'node:assert/strict';
import test from 'node:test';

import { findServer, type Location, type Places } from '../src/serverLocation';

/** Looks for the server on a machine that has just these programs. */
function find(programs: readonly string[], places: Partial<Places> = {}): Promise<Location> {
    return findServer({
        setting: '',
        workspaceFolder: '/work/shop',
        home: '/home/ada',
        interpreter: undefined,
        pathVariable: '/usr/local/bin:/usr/bin',
        managedFolder: '/storage/server-1',
        platform: 'linux',
        isProgram: (file) => Promise.resolve(programs.includes(file)),
        isManagedReady: () => Promise.resolve(true),
        ...places,
    });
}

const EVERYWHERE = [
    '/opt/quarterdeck',
    '/work/shop/.venv/bin/quarterdeck',
    '/usr/bin/quarterdeck',
    '/storage/server-1/bin/quarterdeck',
];
const INTERPRETER = '/work/shop/.venv/bin/python';

test('the setting comes first', async () => {
    assert.deepEqual(await find(EVERYWHERE, { setting: '/opt/quarterdeck', interpreter: INTERPRETER }), {
        kind: 'found',
        source: 'setting',
        program: '/opt/quarterdeck',
    });
});

test('a setting that names no program is told, and nothing else is started', async () => {
    assert.deepEqual(await find(EVERYWHERE, { setting: '/opt/wrong', interpreter: INTERPRETER }), {
        kind: 'wrongSetting',
        program: '/opt/wrong',
    });
});

test('the setting may speak of home, of the workspace and of the PATH', async () => {
    const programs = ['/home/ada/bin/quarterdeck', '/work/shop/$1/quarterdeck', '/usr/bin/qd'];
    for (const [setting, program] of [
        ['~/bin/quarterdeck', programs[0]],
        ['${workspaceFolder}/$1/quarterdeck', programs[1]],
        [' qd ', programs[2]],
    ] as const) {
        assert.deepEqual(await find(programs, { setting }), { kind: 'found', source: 'setting', program });
    }
});

test('then comes the selected Python environment', async () => {
    assert.deepEqual(await find(EVERYWHERE, { interpreter: INTERPRETER }), {
        kind: 'found',
        source: 'environment',
        program: '/work/shop/.venv/bin/quarterdeck',
    });
});

test('then the PATH, where relative folders do not count', async () => {
    assert.deepEqual(await find(EVERYWHERE), { kind: 'found', source: 'path', program: '/usr/bin/quarterdeck' });
    const relative = await find(['quarterdeck', 'bin/quarterdeck', '/storage/server-1/bin/quarterdeck'], {
        pathVariable: ':.:bin:',
    });
    assert.equal(relative.kind === 'found' && relative.source, 'managed');
});

test('then the environment that was installed here, if the installation came to its end', async () => {
    const managed = ['/storage/server-1/bin/quarterdeck'];
    assert.deepEqual(await find(managed), { kind: 'found', source: 'managed', program: managed[0] });
    const unfinished = await find(managed, { isManagedReady: () => Promise.resolve(false) });
    assert.equal(unfinished.kind, 'missing');
});

test('what was searched is told', async () => {
    assert.deepEqual(await find([], { interpreter: INTERPRETER }), {
        kind: 'missing',
        searched: ['the Python environment (/work/shop/.venv/bin/quarterdeck)', 'the PATH'],
    });
});

test('Windows has its own names and folders', async () => {
    const windows = { platform: 'win32', pathVariable: 'relative;C:\\Tools', managedFolder: 'C:\\storage' } as const;
    const scripts = 'C:\\venv\\Scripts\\quarterdeck.exe';
    for (const interpreter of ['C:\\venv\\Scripts\\python.exe', 'C:\\venv\\python.exe']) {
        assert.deepEqual(await find([scripts], { ...windows, interpreter }), {
            kind: 'found',
            source: 'environment',
            program: scripts,
        });
    }
    for (const [program, places] of [
        ['C:\\Tools\\quarterdeck.exe', {}],
        ['C:\\storage\\Scripts\\quarterdeck.exe', {}],
        ['C:\\Tools\\qd.exe', { setting: 'qd' }],
    ] as const) {
        const location = await find([program], { ...windows, ...places });
        assert.equal(location.kind === 'found' && location.program, program);
    }
});
