import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, test } from '@jest/globals';
import { createProgram } from '../../../../cli/program.ts';
import { runCli } from '../run-cli.ts';

interface Named {
  readonly path: string;
  readonly command: Command;
}

/** A command and all below it. */
function tree(command: Command, path = ''): Named[] {
  const below = command.commands.flatMap((one) => tree(one, `${path} ${one.name()}`));
  return [{ path: path.trim(), command }, ...below];
}

const all = tree(createProgram());
const leaves = all.filter(({ command }) => command.commands.length === 0);

describe.each(all.map(({ path, command }) => [path, command] as const))(
  '%s --help',
  (path, command) => {
    let text = '';
    command.configureOutput({ writeOut: (part) => (text += part) });
    command.outputHelp();

    test('has an example of itself, and documents its exit codes', () => {
      const [, examples = ''] = /\nExamples:\n((?: {2}.*\n)+)/.exec(text) ?? [];
      expect(examples).toContain(`audience-relay ${path}`.trim());
      expect(text).toMatch(/\nExit codes:\n {2}0 .*\n {2}1 .*\n {2}2 /);
    });

    test('its examples are commands that exist', () => {
      const examples = [...text.matchAll(/^ {2}(?:[A-Z_]+=\S+ )*audience-relay (.*)$/gm)];
      const known = all.map((one) => one.path);
      for (const [, line = ''] of examples) {
        const words = line.replace(/^help /, '').split(' ');
        expect(known.some((one) => [1, 2].some((n) => words.slice(0, n).join(' ') === one))).toBe(
          true,
        );
      }
    });
  },
);

test.each([
  '--help',
  'start --help',
  'dmp add --help',
  'dmp load --help',
  'audiences retry --help',
])('%s, 0', async (line) => {
  const { code, stdout, stderr } = await runCli(line.split(' '));
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('Exit codes:');
});

test('docs/cli.md has a row for every command, and no other; of the groups of its own, an example', () => {
  const page = readFileSync('docs/cli.md', 'utf8');
  const rows = [...page.matchAll(/^\| \[`([a-z -]+)`\]/gm)].map(([, path]) => path);
  expect(rows).toEqual(leaves.map(({ path }) => path));
  const own = leaves.filter(({ path }) => /^(start|demo|dmp|audiences)/.test(path));
  for (const { path } of own)
    expect(page).toMatch(new RegExp(`^.*npx audience-relay ${path}\\b`, 'm'));
});
