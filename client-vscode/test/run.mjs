// Runs the bundled unit tests with Node's own runner; a JUnit report goes to $JUNIT_REPORT where that is set.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const files = readdirSync('out').filter((name) => name.endsWith('.test.js')).map((name) => `out/${name}`);
const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout'];
const report = process.env.JUNIT_REPORT;
if (report) {
    reporters.push('--test-reporter=junit', `--test-reporter-destination=${report}`);
}
const { status } = spawnSync(process.execPath, ['--test', ...reporters, ...files], { stdio: 'inherit' });
process.exitCode = status ?? 1;
