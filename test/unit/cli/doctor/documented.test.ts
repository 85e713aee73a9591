import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { deploymentChecks } from '../../../../cli/doctor/deployment/checks.ts';
import { localChecks } from '../../../../cli/doctor/local/checks.ts';

const page = readFileSync('docs/doctor.md', 'utf8');

/** The names in the first column of the table in a section. */
function linesIn(section: string): string[] {
  const text = new RegExp(`\\n## ${section}\\n([\\s\\S]*?)\\n## `).exec(page)?.[1] ?? '';
  return [...text.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name);
}

test.each([
  ['A deployment', deploymentChecks, []],
  ['The local stack', localChecks, ['destination …']],
])('"%s" documents every line, in their order, and no other', (section, checks, more) => {
  const names = checks.map(({ name }) => name);
  expect(linesIn(section)).toEqual(['configuration', ...names, ...more]);
});
