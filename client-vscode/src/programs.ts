/** Runs other programs and keeps what they print. */

import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';

/** What a program left behind; `code` is null if it could not be started or was stopped. */
export interface Outcome {
    readonly code: number | null;
    readonly output: string;
}

/** Runs `program` with `args` and waits for its end; `onOutput` is told of what it prints meanwhile. Never rejects. */
export type Run = (
    program: string,
    args: readonly string[],
    options?: { readonly signal?: AbortSignal; readonly onOutput?: (text: string) => void },
) => Promise<Outcome>;

/** `Run` for real. */
export const run: Run = (program, args, options = {}) =>
    new Promise((resolve) => {
        let output = '';
        const take = (chunk: Buffer): void => {
            const text = chunk.toString();
            output += text;
            options.onOutput?.(text);
        };
        const child = spawn(program, args, {
            stdio: ['ignore', 'pipe', 'pipe'],
            windowsHide: true,
            ...(options.signal ? { signal: options.signal } : {}),
        });
        child.stdout.on('data', take);
        child.stderr.on('data', take);
        child.on('error', (error) => {
            resolve({ code: null, output: `${output}${error.message}` });
        });
        child.on('close', (code) => {
            resolve({ code, output });
        });
    });

/** Tells whether `file` is a program that may be started. */
export async function isProgram(file: string): Promise<boolean> {
    try {
        await access(file, constants.X_OK);
        return (await stat(file)).isFile();
    } catch {
        return false;
    }
}
