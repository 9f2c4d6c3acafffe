/** Which files belong to a chart. */

import * as path from 'node:path';

/** Tells whether a folder above `file` holds a `Chart.yaml`. */
export async function isInChart(file: string, exists: (file: string) => Promise<boolean>): Promise<boolean> {
    for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
        if (await exists(path.join(folder, 'Chart.yaml'))) {
            return true;
        }
        if (folder === path.dirname(folder)) {
            return false;
        }
    }
}

/** The language of a file that only looked like a chart's, by its name. */
export function otherLanguage(file: string): string {
    return /\.ya?ml$/i.test(file) ? 'yaml' : 'plaintext';
}
