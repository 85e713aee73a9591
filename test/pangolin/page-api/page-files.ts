import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from '../answers.ts';
import { notFound } from '../choose.ts';

const folder = join(import.meta.dirname, '../page');
// No slash and no second dot: a name leads to nothing outside of the folder.
const servedName = /^[a-z][a-z-]*\.(html|css|js|svg)$/;

const contentTypes = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
  ['svg', 'image/svg+xml'],
]);

const headers = {
  'content-security-policy': [
    "default-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** A file of the page, read anew each time, so that a change is there after a reload. */
export function pageFile(name: string): Answer {
  const extension = servedName.exec(name)?.[1];
  if (extension === undefined) throw notFound();
  const file = join(folder, name);
  if (!existsSync(file)) throw notFound();
  const contentType = contentTypes.get(extension);
  const body = readFileSync(file, 'utf8');
  return { status: 200, headers: { ...headers, 'content-type': contentType }, body };
}
