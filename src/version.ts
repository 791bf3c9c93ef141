import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);

/** Of this package. */
export const { version } = JSON.parse(readFileSync(resolve('#package'), 'utf8')) as { readonly version: string };
