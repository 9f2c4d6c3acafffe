// What a person does and sees, in a real VS Code with the packed extension installed.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';

import { until, VSCode } from './vscode.mjs';

const PROGRAM = process.env.QUARTERDECK;
const SHOTS = path.resolve('.e2e');
const MISTAKE = 'undefinedFunction';

let vscode;
let page;
let isBroken = false;

/** A step needs the ones before it: after a failure the rest fails at once, and a picture is kept. */
function step(name, body) {
    test(name, async () => {
        assert.ok(!isBroken, 'an earlier step failed');
        try {
            await body();
        } catch (error) {
            isBroken = true;
            await shoot('failure').catch(() => undefined);
            throw error;
        }
    });
}

before(async () => {
    assert.ok(PROGRAM, 'QUARTERDECK names the server to start');
    mkdirSync(SHOTS, { recursive: true });
    vscode = await VSCode.start({ 'quarterdeck.server.path': PROGRAM });
    page = vscode.page;
    await vscode.open('shop/templates/configmap.yaml');
});

after(() => vscode?.stop());

const shoot = (name) => page.screenshot({ path: path.join(SHOTS, `${name}.png`) });
const file = (name) => path.join(vscode.workspace, name);
const squiggle = () => page.locator('.editor-instance .view-overlays .squiggly-error');
const rows = (text) => page.locator('.markers-panel .monaco-list-row', { hasText: text });
const status = (id, text) => page.locator(`#status\\.${id}`, { hasText: text }).first().waitFor();

async function editorText() {
    const lines = await page.locator('.editor-instance .view-lines').first().innerText();
    return lines.replaceAll('\u00a0', ' ');
}

/** Opens a file by its name, as with the keyboard. */
async function quickOpen(name) {
    await page.keyboard.press('Control+KeyP');
    await page.locator('.quick-input-widget input').fill(name);
    await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: path.basename(name) }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.tab.active', { hasText: path.basename(name) }).waitFor();
}

/** Finds a text in the active editor and leaves it selected. */
async function select(text) {
    await page.locator('.editor-instance .view-lines').first().click();
    await page.keyboard.press('Control+KeyF');
    await page.locator('.find-widget.visible textarea').first().fill(text);
    await page.keyboard.press('Enter');
    await status('editor\\.selection', `(${text.length} selected)`);
    // The first Escape may go to a notification.
    await until('the find widget to close', async () => {
        await page.keyboard.press('Escape');
        return (await page.locator('.find-widget.visible').count()) === 0;
    });
}

/** Where a text stands on the screen. */
function boxOf(text) {
    return page.evaluate((wanted) => {
        const walker = document.createTreeWalker(
            document.querySelector('.editor-instance .view-lines'),
            NodeFilter.SHOW_TEXT,
        );
        for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
            const at = node.data.indexOf(wanted);
            if (at >= 0) {
                const range = document.createRange();
                range.setStart(node, at);
                range.setEnd(node, at + wanted.length);
                const { left, right, top, bottom } = range.getBoundingClientRect();
                return { left, right, top, bottom };
            }
        }
        return null;
    }, text);
}

/** The class that gives a text its colour. */
function colourOf(text) {
    return page.evaluate((wanted) => {
        const spans = [...document.querySelectorAll('.editor-instance .view-line span > span')];
        const span = spans.find((each) => each.textContent.replaceAll('\u00a0', ' ').trim() === wanted);
        return span && getComputedStyle(span).color;
    }, text);
}

step('a template of a chart opens as Helm', async () => {
    await page.locator('.editor-instance .view-lines .view-line').first().waitFor({ timeout: 60_000 });
    await status('editor\\.mode', 'Helm');
});

step('a squiggle appears under the mistake, and only there', async () => {
    await squiggle().first().waitFor({ timeout: 60_000 });
    assert.equal(await squiggle().count(), 1);
    const mark = await squiggle().first().boundingBox();
    const word = await boxOf(MISTAKE);
    assert.ok(Math.abs(mark.x - word.left) <= 2, `${mark.x} is not ${word.left}`);
    assert.ok(Math.abs(mark.x + mark.width - word.right) <= 2, `${mark.x + mark.width} is not ${word.right}`);
    assert.ok(mark.y >= word.top - 4 && mark.y <= word.bottom, 'the mark is on another line');
});

step('the Problems view lists it with its place', async () => {
    await status('problems', '1');
    await page.keyboard.press('Control+Shift+KeyM');
    await rows(MISTAKE).first().waitFor();
    const row = await rows(MISTAKE).first().innerText();
    assert.match(row, /quarterdeck/);
    assert.match(row, /\[Ln 7, Col 41\]/);
    await shoot('1-mistake');
});

step('colours tell actions from YAML', async () => {
    const colours = {};
    for (const text of ['kind', 'Values', 'undefinedFunction']) {
        colours[text] = await until(`the colour of ${text}`, () => colourOf(text), 5000).catch(() => undefined);
    }
    assert.ok(colours.kind && colours.undefinedFunction, JSON.stringify(colours));
    assert.notEqual(colours.kind, colours.undefinedFunction);
});

step('typing the repair makes it vanish, without saving', async () => {
    await select(MISTAKE);
    await page.keyboard.type('upper');
    await squiggle().first().waitFor({ state: 'detached' });
    await page.locator('.markers-panel', { hasText: 'No problems have been detected' }).waitFor();
    assert.ok(readFileSync(file('shop/templates/configmap.yaml'), 'utf8').includes(MISTAKE));
    await shoot('2-mended');
});

step('braces close themselves', async () => {
    await page.keyboard.press('Control+End');
    await page.keyboard.type('  bye: {{ ');
    await until('the braces', async () => /bye: \{\{ {1,2}\}\}(?!\})/.test(await editorText()));
    await page.keyboard.type('.Values.greeting');
    await until('the action', async () => /bye: \{\{ \.Values\.greeting ?\}\}(?!\})/.test(await editorText()));
});

step('a value that is renamed shows in the template that needs it, though that is not open', async () => {
    await quickOpen('shop/values.yaml');
    await select('server');
    await page.keyboard.type('servant');
    await rows('service.yaml').first().waitFor();
    await shoot('3-values');
});

step('undoing it makes that vanish, too', async () => {
    for (let count = 0; count < 20 && !(await editorText()).includes('server:'); count++) {
        await page.keyboard.press('Control+KeyZ');
    }
    await page.locator('.markers-panel', { hasText: 'No problems have been detected' }).waitFor();
});

step('a setting that names no program is told', async () => {
    vscode.setMachineSettings({ 'quarterdeck.server.path': '/nowhere/quarterdeck' });
    const message = page.locator('.notifications-toasts', { hasText: 'names no program: /nowhere/quarterdeck' });
    await message.waitFor();
    await shoot('4-wrong-setting');
});

step('a changed setting starts the server anew', async () => {
    await quickOpen('configmap.yaml');
    await select('upper');
    await page.keyboard.type(MISTAKE);
    vscode.setMachineSettings({ 'quarterdeck.server.path': PROGRAM });
    await rows(MISTAKE).first().waitFor();
});

step('the server can be restarted by a command', async () => {
    await page.keyboard.press('F1');
    await page.locator('.quick-input-widget input').fill('>Quarterdeck: Restart Server');
    await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: 'Restart Server' }).waitFor();
    await page.keyboard.press('Enter');
    await select(MISTAKE);
    await page.keyboard.type('lower');
    await page.locator('.markers-panel', { hasText: 'No problems have been detected' }).waitFor();
});

step('the selected Python environment is asked, and its change noticed', async () => {
    vscode.selectEnvironment(vscode.makeEnvironment(PROGRAM));
    vscode.setMachineSettings({});
    await select('lower');
    await page.keyboard.type(MISTAKE);
    await rows(MISTAKE).first().waitFor();
    vscode.selectEnvironment(undefined);
    await page.locator('.markers-panel', { hasText: 'No problems have been detected' }).waitFor();
});

step('where there is no server it offers to install one, and does', async () => {
    const offer = page.locator('.notifications-toasts .notification-list-item', { hasText: 'is not installed' });
    await offer.waitFor();
    await shoot('5-offer');
    await offer.getByRole('button', { name: 'Install', exact: true }).click();
    await page.locator('.notifications-toasts', { hasText: 'Making a Python environment' }).waitFor();
    await shoot('6-installing');
    await rows(MISTAKE).first().waitFor({ timeout: 240_000 });
    await shoot('7-installed');
});

step('templates of other tools are given back to YAML', async () => {
    await quickOpen('ansible/templates/play.yaml');
    await status('editor\\.mode', 'YAML');
});
