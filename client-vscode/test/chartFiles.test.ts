import assert from 'node:assert/strict';
import test from 'node:test';

import { isInChart, otherLanguage } from '../src/chartFiles';

const exists = (file: string): Promise<boolean> => Promise.resolve(file === '/work/shop/Chart.yaml');

test('a file below a folder with a Chart.yaml is a chart\'s, at any depth', async () => {
    assert.ok(await isInChart('/work/shop/values.yaml', exists));
    assert.ok(await isInChart('/work/shop/templates/deep/er/a.yaml', exists));
});

test('others are not', async () => {
    assert.equal(await isInChart('/work/ansible/templates/a.yaml', exists), false);
    assert.equal(await isInChart('/a.yaml', exists), false);
});

test('what only looked like a template gets the language of its name', () => {
    assert.deepEqual(['a.yaml', 'b.YML', 'c.tpl', 'NOTES.txt'].map(otherLanguage), [
        'yaml',
        'yaml',
        'plaintext',
        'plaintext',
    ]);
});
