import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { createProgram } from '../../../cli/program.ts';
import { gcloudCommands } from './gcloud-commands.ts';
import { commandsIn } from './shell-commands.ts';

const pages = ['README.md', ...globSync('docs/*.md')];

describe.each(pages)('%s', (file) => {
  const commands = commandsIn(readFileSync(file, 'utf8'));
  const startingWith = (...words: readonly string[]) =>
    commands.filter((command) => words.every((word, index) => command[index] === word));

  test('names commands of audience-relay that exist, with flags that exist', () => {
    const relay = [
      ...startingWith('npm', 'run', '-s', 'audience-relay', '--').map((words) => words.slice(5)),
      ...startingWith('npx', 'audience-relay').map((words) => words.slice(2)),
      ...startingWith('audience-relay').map((words) => words.slice(1)),
    ];
    expect(relay.flatMap(problemOfRelayCommand)).toEqual([]);
  });

  test('names programs of the repository that exist', () => {
    const programs = startingWith('node').map(([, program = '']) => program);
    expect(programs.filter((program) => !existsSync(program))).toEqual([]);
  });

  test('names outputs of Terraform that exist', () => {
    const outputs = readFileSync('terraform/outputs.tf', 'utf8');
    const named = commands
      .filter(([program]) => program === 'terraform')
      .flatMap((words) => {
        const at = words.indexOf('output');
        return at === -1 ? [] : words.slice(at + 1).filter((word) => !word.startsWith('-'));
      });
    expect(named.filter((name) => !outputs.includes(`output "${name}" {`))).toEqual([]);
  });

  const gcloud = gcloudCommands();
  (gcloud === undefined ? test.skip : test)('names gcloud commands and flags that exist', () => {
    expect(startingWith('gcloud').flatMap((words) => gcloud?.problemOf(words) ?? [])).toEqual([]);
  });
});

test('commands are found in the text and in its blocks, through pipes and substitutions', () => {
  const page = [
    'Run `npx audience-relay doctor --json`, not `npm`.',
    '  ```sh',
    '  # no command',
    '  A=1 gcloud a \\',
    '    --b="c d" | tr x y && eval "$(terraform output -raw url)"',
    '  ```',
  ].join('\n');
  expect(commandsIn(page)).toEqual([
    ['gcloud', 'a', '--b=c d'],
    ['tr', 'x', 'y'],
    ['eval', 'VALUE'],
    ['terraform', 'output', '-raw', 'url'],
    ['npx', 'audience-relay', 'doctor', '--json'],
  ]);
});

test('docs/operating.md sets inputs of the module that exist', () => {
  const variables = readFileSync('terraform/variables.tf', 'utf8');
  const page = readFileSync('docs/operating.md', 'utf8');
  const named = [...page.matchAll(/`((?:intake|destinations|firestore)(?:\.…)?\.[a-z_]+)`/g)].map(
    ([, input = '']) => input,
  );
  const exists = (input: string) => {
    const [variable = '', ...path] = input.split('.').filter((part) => part !== '…');
    const block = new RegExp(`^variable "${variable}" \\{\n[\\s\\S]*?^\\}`, 'm').exec(
      variables,
    )?.[0];
    return path.every((attribute) => new RegExp(`^    ${attribute} +=`, 'm').test(block ?? ''));
  };
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((input) => !exists(input))).toEqual([]);
});

test('the example that docs/operating.md begins with asks for what it writes down, and no more', () => {
  const page = readFileSync('docs/operating.md', 'utf8');
  const written = /terraform\.tfvars`:\s+```hcl\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const example = readFileSync(join('terraform/examples/rokt', 'main.tf'), 'utf8');
  const asked = [...example.matchAll(/^variable "(\w+)"/gm)].map(([, name = '']) => name);
  const given = [...written.matchAll(/^ *(\w+) +=/gm)].map(([, name = '']) => name);
  expect(given.sort()).toEqual(asked.sort());
  expect(example).toContain('source = "../.."');
});

function problemOfRelayCommand(words: readonly string[]): string[] {
  let command: Command = createProgram();
  const rest = [...words];
  for (;;) {
    const next = command.commands.find((one) => one.name() === rest[0]);
    if (next === undefined) break;
    rest.shift();
    command = next;
  }
  if (command.commands.length > 0 && rest[0]?.startsWith('-') !== true) {
    return [`${words.join(' ')}: there is no such command`];
  }
  const flags = [...command.options.flatMap(({ long, short }) => [long, short]), '--help'];
  return rest
    .filter((word) => /^--?[a-z]/.test(word))
    .map((word) => word.replace(/=.*/s, ''))
    .filter((flag) => !flags.includes(flag))
    .map((flag) => `${words.join(' ')}: there is no ${flag}`);
}
