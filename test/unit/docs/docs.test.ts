import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { variablesOf } from '../../../shared/config.ts';

const read = (file: string) => readFileSync(file, 'utf8');
const documents = ['README.md', ...globSync('docs/**/*.md')];
const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);

describe.each(documents)('%s', (file) => {
  test('links to files that exist', () => {
    const links = [...read(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
      ([, link = '']) => link,
    );
    expect(links.filter((link) => !existsSync(join(dirname(file), link)))).toEqual([]);
  });

  test('names npm scripts that exist', () => {
    const builtIn = ['ci', 'cit', 'install', 'start', 'test'];
    const commands = [...read(file).matchAll(/(?:^|`|&& )npm (?:run )?(?:-s )?([a-z][a-z:-]*)/gm)];
    const unknown = commands
      .map(([, name = '']) => name)
      .filter((name) => ![...builtIn, ...scripts].includes(name));
    expect(unknown).toEqual([]);
  });
});

test('every error code stands in docs/errors.md, and no other', () => {
  const declared = [...read('shared/errors.ts').matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map(
    ([, code]) => code,
  );
  const documented = [...read('docs/errors.md').matchAll(/^\| `([A-Z_]+)`/gm)].map(
    ([, code]) => code,
  );
  expect(declared.length).toBeGreaterThan(5);
  expect(documented.sort()).toEqual(declared.sort());
});

test('every promise of the README is linked to a test that exists', () => {
  const promises = /## Promises\n([\s\S]*?)\n## /.exec(read('README.md'))?.[1] ?? '';
  const rows = promises
    .split('\n')
    .filter((line) => /^\| (?!promise|---)/.test(line) && !line.startsWith('|---'));
  expect(rows.length).toBeGreaterThan(5);
  for (const row of rows) {
    const links = [...row.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)];
    expect(links).not.toEqual([]);
    for (const [, title = '', file = ''] of links) expect(read(file)).toContain(title);
  }
});

test('every threat of docs/security.md names tests that exist, or says that there is none', () => {
  const threats = /## Threats\n([\s\S]*?)\n\n[^|]/.exec(read('docs/security.md'))?.[1] ?? '';
  const rows = threats.split('\n').filter((line) => /^\| (?!threat|-)/.test(line));
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) {
    const proof = row.split('|').at(-2) ?? '';
    const links = [...proof.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)];
    if (proof.trim() !== '–') expect(links).not.toEqual([]);
    for (const [, title = '', file = ''] of links.filter(([, , link]) => !link?.endsWith('.md'))) {
      expect(read(join('docs', file))).toContain(title);
    }
  }
});

/** In the sentence above the table of settings. */
const EMULATORS = ['PUBSUB_EMULATOR_HOST', 'FIRESTORE_EMULATOR_HOST'];

test('the README documents the settings of the local stack, all and no other', () => {
  const documented = settingsIn(read('README.md'));
  expect([...documented, ...EMULATORS].sort()).toEqual(variablesOf('localStack').sort());
});

test.each([
  ['intake', 'intake'],
  ['forward', 'forward'],
  ['user-sync', 'userSync'],
] as const)('the README documents every variable of %s', (folder, program) => {
  const row = new RegExp(`^\\| `.concat('`dist/', folder, '`.*$'), 'm').exec(
    read('README.md'),
  )?.[0];
  const inRow = [...(row ?? '').matchAll(/`([A-Z_]+)`/g)].map(([, name = '']) => name);
  const documented = [...inRow, ...settingsIn(read('README.md')), ...EMULATORS];
  expect(inRow.filter((name) => !variablesOf(program).includes(name))).toEqual([]);
  expect(variablesOf(program).filter((name) => !documented.includes(name))).toEqual([]);
});

function settingsIn(readme: string): string[] {
  const table = /## Settings\n([\s\S]*?)\n## /.exec(readme)?.[1] ?? '';
  return [...table.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name = '']) => name);
}
