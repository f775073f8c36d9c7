import { pathToFileURL } from 'node:url';

// node … test/several.mjs FILE…    test files in one process: what they share is loaded once
for (const file of process.argv.slice(2)) await import(pathToFileURL(file).href);
