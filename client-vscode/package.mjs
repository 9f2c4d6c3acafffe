// Packs dist/quarterdeck-<version>.vsix, with the server's wheel inside where ../dist has one.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
rmSync('dist', { recursive: true, force: true });
mkdirSync('dist/server', { recursive: true });
execFileSync(process.execPath, ['esbuild.mjs'], { stdio: 'inherit' });

const wheels = existsSync('../dist')
    ? readdirSync('../dist').filter((name) => name.startsWith(`quarterdeck-${version}-`) && name.endsWith('.whl'))
    : [];
for (const wheel of wheels) {
    cpSync(path.join('../dist', wheel), path.join('dist/server', wheel));
}
console.log(wheels.length > 0 ? `with ${wheels.join(', ')}` : `without a wheel: takes quarterdeck==${version} from PyPI`);

if (existsSync('../LICENSE')) {
    cpSync('../LICENSE', 'LICENSE');
}
const vsce = path.join('node_modules', '@vscode', 'vsce', 'vsce');
const target = `dist/quarterdeck-${version}.vsix`;
execFileSync(
    process.execPath,
    [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', target],
    { stdio: 'inherit' },
);
