import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startLocalStack, type LocalStack } from '../../../cli/local-stack/local-stack.ts';
import { TERRAFORM_INPUTS } from '../../../shared/config-terraform.ts';
import { readConfig, variablesOf, type Environment } from '../../../shared/config.ts';
import { createLogger } from '../../../shared/logger.ts';

const page = readFileSync('docs/user-sync.md', 'utf8');

describe('the commands of docs/user-sync.md', () => {
  const tried = page.slice(page.indexOf('## Try it'));
  const commands = [...tried.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, text = '']) => text);
  const [newBrowser = '', knownBrowser = '', elsewhere = '', consenting = '', signed = ''] =
    commands;
  const required = { SYNC_REQUIRE_CONSENT: 'true' };
  const signing = { SYNC_SECRETS: 'sync-secret' };

  let stack: LocalStack | undefined;
  afterEach(() => stack?.stop());

  async function run(command: string, variables: Environment): Promise<string> {
    const config = readConfig('localStack', { ...variables, PORT: '0', PANGOLIN_PORT: '0' });
    stack = await startLocalStack(config, createLogger('silent'));
    const here = command.replaceAll('http://127.0.0.1:8080', stack.intakeUrl);
    expect(here).not.toBe(command);
    return new Promise((resolve) => {
      execFile('sh', ['-c', here], (_error, stdout) => {
        resolve(stdout);
      });
    });
  }

  it('are all of these', () => {
    expect(commands).toHaveLength(5);
  });

  it.each<readonly [string, string, Environment, RegExp]>([
    ['a new browser', newBrowser, {}, /^HTTP\/1.1 302 [^]*\nLocation: .*userid=[0-9a-f]{32}&pl=/],
    ['one that is known', knownBrowser, {}, /^HTTP\/1.1 302 [^]*userid=0123456789abcdef01/],
    ['one that is sent elsewhere', elsewhere, {}, /^HTTP\/1.1 400 (?![^]*\nLocation)/],
    ['one without consent', newBrowser, required, /^HTTP\/1.1 204 (?![^]*\n(Location|Set-Cookie))/],
    ['one that consents', consenting, required, /^HTTP\/1.1 302 [^]*\nSet-Cookie: /],
    ['an unsigned URL', newBrowser, signing, /^HTTP\/1.1 401 (?![^]*\nLocation)/],
    ['a signed URL', signed, signing, /^HTTP\/1.1 302 [^]*\nLocation: https:\/\/go\.flx1\.com/],
  ])('answer %s as the page says', async (_, command, ...expected) => {
    const [variables, answer] = expected;
    expect(await run(command, variables)).toMatch(answer);
  });
});

describe('the settings of docs/user-sync.md', () => {
  const rows = [...page.matchAll(/^\| `(SYNC_\w+)` *\| (\S+) *\| (\S+)/gm)].map(
    ([, variable = '', input = '', byDefault = '']) => ({
      variable,
      input: input.replaceAll('`', ''),
      byDefault: byDefault.replaceAll('`', ''),
    }),
  );

  it('are those that the function reads, all and no other', () => {
    const read = variablesOf('userSync').filter((variable) => variable.startsWith('SYNC_'));
    expect(rows.map(({ variable }) => variable).sort()).toEqual(read.sort());
  });

  it('have the inputs of Terraform that set them', () => {
    const inputs = TERRAFORM_INPUTS['userSync'] ?? {};
    for (const { variable, input } of rows) expect(input).toBe(inputs[variable] ?? '–');
  });

  it('have the defaults of the function', () => {
    const config: Readonly<Record<string, unknown>> = readConfig('userSync', {});
    for (const { variable, byDefault } of rows) {
      expect([byDefault]).toEqual([config[variable] ?? 'none'].flat().map(String));
    }
  });
});
