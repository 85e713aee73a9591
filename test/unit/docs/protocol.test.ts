import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { startLocalStack, type LocalStack } from '../../../cli/local-stack/local-stack.ts';
import { readConfig } from '../../../shared/config.ts';
import { createLogger } from '../../../shared/logger.ts';
import { signBody } from '../../../shared/mapp/signature.ts';
import { answerIn, httpExamplesIn } from './http-examples.ts';

const SECRET = 'local-secret';
const SOURCES = ['documented', 'inferred', 'ours'];
const page = readFileSync('docs/protocol.md', 'utf8');
const examples = httpExamplesIn(page);

describe('every rule', () => {
  const tables = page.match(/(?:^\|.*\n)+/gm) ?? [];
  const rows = tables
    .filter((table) => /\| test +\|\n/.test(table))
    .map((table) => table.trimEnd().split('\n'));
  const rules = rows.flatMap(([, , ...body]) => body);

  test('says where it is from, or why it was decided so', () => {
    const sourced = rows.flatMap(([head = '', , ...body]) =>
      /\| from +\|/.test(head) ? body : [],
    );
    const sources = sourced.map((rule) => rule.split('|')[2]?.trim() ?? '');
    expect(sources.filter((source) => !SOURCES.includes(source))).toEqual([]);
    const cells = rules.map((rule) => rule.split('|').slice(1, -1));
    expect(cells.filter((row) => row.length !== 4 || row.some((cell) => !cell.trim()))).toEqual([]);
    expect(rules.length).toBeGreaterThan(60);
  });

  test.each(rules.map((rule) => [rule.split('|')[1]?.trim(), rule]))(
    'is linked to a test that exists: %s',
    (_, rule = '') => {
      const proof = rule.split('|').at(-2) ?? '';
      const links = [...proof.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)];
      expect(links).not.toEqual([]);
      for (const [, title = '', file = ''] of links) {
        expect(titlesIn(join('docs', file))).toContainEqual(expect.stringContaining(title));
      }
    },
  );
});

test('links to sections that exist', () => {
  const sections = [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, link]) => link);
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((link) => !sections.includes(link ?? ''))).toEqual([]);
});

describe('the examples', () => {
  test('are signed with the default secret', () => {
    const signed = examples.flatMap(({ command }) => {
      const signature = /X-HMAC: (\w+)/.exec(command)?.[1];
      return signature === undefined ? [] : [[signature, / -d '(.*)'$/.exec(command)?.[1]]];
    });
    expect(signed.length).toBeGreaterThan(7);
    for (const [signature, body] of signed) expect(signature).toBe(signBody(body ?? '', SECRET));
  });

  test('sign as openssl does', () => {
    const [, body = '', result] =
      /^printf %s '(.*)' \| openssl dgst -sha1 -hmac local-secret .*\n```\n\n```text\n(\w+)$/m.exec(
        page,
      ) ?? [];
    expect(result).toBe(signBody(body, SECRET));
  });

  const stacks: LocalStack[] = [];
  const stopLast = () => stacks.pop()?.stop();
  afterAll(stopLast);

  test('are answered as shown, pasted into a shell one after the other', async () => {
    let shown = 0;
    for (const { command, answer } of examples) {
      const start = /^((?:\w+=\S+ )*)npm start$/.exec(command);
      if (start !== null) {
        await stopLast();
        stacks.push(await startStack(start[1] ?? ''));
      } else if (command.startsWith('curl')) {
        const output = await runInShell(atStack(command, stacks[0]));
        if (answer === undefined) continue;
        const { status, headers, body } = answerIn(output);
        expect({ command, status, body }).toEqual({
          command,
          status: answer.status,
          body: answer.body,
        });
        expect(headers).toEqual(expect.arrayContaining([...answer.headers]));
        shown += 1;
      }
    }
    expect(shown).toBeGreaterThan(8);
  });
});

/** Text in quotes, which titles of tests are: an identifier is none. */
function titlesIn(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => /['"`].*['"`]/.exec(line)?.[0] ?? []);
}

/** @param assignments as they stand before a command */
function startStack(assignments: string): Promise<LocalStack> {
  const words = assignments.split(' ').filter((word) => word !== '');
  const variables = Object.fromEntries(words.map((word) => word.split('=', 2) as [string, string]));
  const config = readConfig('localStack', { PORT: '0', PANGOLIN_PORT: '0', ...variables });
  return startLocalStack(config, createLogger('silent'));
}

function atStack(command: string, stack: LocalStack | undefined): string {
  return command
    .replaceAll('http://127.0.0.1:8080', stack?.intakeUrl ?? '')
    .replaceAll('http://127.0.0.1:8090', stack?.pangolinUrl ?? '');
}

function runInShell(command: string): Promise<string> {
  return new Promise((resolve) => {
    execFile('sh', ['-c', command], (_error, stdout) => {
      resolve(stdout);
    });
  });
}
