// Bundles the extension into dist/, or with --tests the unit tests into out/.
import { readdirSync } from 'node:fs';
import { build } from 'esbuild';

const common = { bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'warning' };

if (process.argv.includes('--tests')) {
    const tests = readdirSync('test').filter((name) => name.endsWith('.test.ts')).map((name) => `test/${name}`);
    // The wasm of vscode-oniguruma is found beside its module, so packages stay outside.
    await build({ ...common, entryPoints: tests, outdir: 'out', packages: 'external', sourcemap: 'inline' });
} else {
    await build({
        ...common,
        entryPoints: ['src/extension.ts'],
        outfile: 'dist/extension.js',
        external: ['vscode'],
        minify: true,
        legalComments: 'none',
    });
}
