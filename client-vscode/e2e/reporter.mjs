// Prints one line for each test, what failed in full, and at the end `N passed, N failed`.
export default async function* report(source) {
    const counts = { passed: 0, failed: 0 };
    for await (const { type, data } of source) {
        const isFile = data?.details?.type === 'suite' || data?.name?.endsWith('.mjs');
        if (type === 'test:pass' && !isFile) {
            counts.passed += 1;
            yield `ok - ${data.name} (${Math.round(data.details.duration_ms)} ms)\n`;
        } else if (type === 'test:fail') {
            counts.failed += 1;
            const { error } = data.details;
            yield `not ok - ${data.name}: ${error?.cause?.stack ?? error?.cause ?? error}\n`;
        } else if (type === 'test:stdout' || type === 'test:stderr') {
            yield data.message;
        }
    }
    yield `${counts.passed} passed, ${counts.failed} failed\n`;
}
