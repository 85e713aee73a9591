import { afterEach, describe, expect, test } from '@jest/globals';
import { createDmpClient } from '../../cli/dmp/dmp-client.ts';
import { createPangolinClient, type PangolinClient } from '../../cli/dmp/pangolin-client.ts';
import { startLocalStack } from '../../cli/local-stack/local-stack.ts';
import { readConfig, type Environment } from '../../shared/config.ts';
import pangolinDescription from '../../shared/destinations/http/platforms/pangolin.json' with { type: 'json' };
import { ConfigurationError } from '../../shared/errors.ts';
import { createLogger } from '../../shared/logger.ts';
import { startPangolin } from '../pangolin/pangolin.ts';
import { eventually } from '../setup/eventually.ts';

/** Named like ours, and none of ours. */
const PLATFORM = 'pangolin-of-mine';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function startStack(variables: Environment) {
  const lines: Readonly<Record<string, unknown>>[] = [];
  const write = (line: string) =>
    void lines.push(JSON.parse(line) as Readonly<Record<string, unknown>>);
  const config = readConfig('localStack', { PORT: '0', PANGOLIN_PORT: '0', ...variables });
  const stack = await startLocalStack(config, createLogger('info', { write }));
  closers.push(() => stack.stop());
  const dmp = createDmpClient({ url: stack.intakeUrl, secret: 'local-secret' });
  return { stack, dmp, lines, pangolin: createPangolinClient(stack.pangolinUrl) };
}

/** A platform of the user's own: another Pangolin, which the stack knows by a description only. */
async function ownPlatform(): Promise<{ description: string; platform: PangolinClient }> {
  const pangolin = await startPangolin();
  const { url } = pangolin;
  closers.push(() => pangolin.close());
  const description = JSON.stringify({ ...pangolinDescription, id: PLATFORM, baseUrl: url });
  return { description, platform: createPangolinClient(url) };
}

const eventuallyMembers = (platform: PangolinClient, count: number) =>
  eventually(async () => {
    expect((await platform.segments()).map(({ members }) => members)).toEqual([count]);
  });

describe('A platform of the user’s own', () => {
  const credentials = { DESTINATION_CREDENTIALS: 'pangolin:pangolin' };

  test('is where its description says, and needs no other name', async () => {
    const { description, platform } = await ownPlatform();
    const variables = { ...credentials, DESTINATION_DESCRIPTION: description };
    const { stack, dmp, pangolin } = await startStack(variables);
    expect(stack.destinations).toEqual([PLATFORM]);
    expect(stack.pangolinUrls.size).toBe(0);
    await dmp.createAudience('a.1', 'Own');
    await dmp.addToAudience('a.1', ['user-1']);
    await eventuallyMembers(platform, 1);
    expect(await pangolin.stats()).toMatchObject({ calls: 0 });
  });

  test('beside Pangolin: both get everything', async () => {
    const { description, platform } = await ownPlatform();
    const { stack, dmp, pangolin } = await startStack({
      ...credentials,
      DESTINATION: `${PLATFORM},pangolin`,
      DESTINATION_DESCRIPTION: description,
    });
    expect([...stack.pangolinUrls.keys()]).toEqual(['pangolin']);
    await dmp.createAudience('a.1', 'Both');
    await dmp.addToAudience('a.1', ['user-1', 'user-2']);
    await eventuallyMembers(platform, 2);
    await eventuallyMembers(pangolin, 2);
  });
});

test('a further destination that needs variables is refused, with what to do', async () => {
  const refusal: unknown = await startStack({ DESTINATION: 'pangolin,moloco' }).catch(
    (error: unknown) => error,
  );
  expect(refusal).toBeInstanceOf(ConfigurationError);
  const { problems } = refusal as ConfigurationError;
  expect(problems[0]).toMatch(/^DESTINATION_/);
  expect(problems.at(-1)).toMatch(/^DESTINATION: .*"pangolin".*"moloco".*first/);
});

test('a destination that nobody knows is refused as such', async () => {
  const refusal = startStack({ DESTINATION: 'pangolin,nobody' });
  await expect(refusal).rejects.toThrow(/"nobody" is unknown/);
  await expect(refusal).rejects.not.toThrow(/name it first/);
});

test('DRY_RUN: everything is answered and logged as counts, and Pangolin is not called', async () => {
  const { dmp, lines, pangolin } = await startStack({
    DRY_RUN: 'true',
    RETURN_SEGMENT_ID: 'true',
    DESTINATION: 'pangolin,pangolin-one-by-one',
  });
  const { status, body } = await dmp.createAudience('a.1', 'Dry');
  expect(status).toBe(200);
  const { id } = body as { id: string };
  await dmp.addToAudience(id, ['user-1', 'user-2']);
  await dmp.removeFromAudience('a.1', ['user-3']);
  const called = (destination: string, operation: string, members: number) => ({
    ...{ event: 'destination_called', dryRun: true, forward: destination },
    ...{ destination, operation, members },
  });
  await eventually(() => {
    for (const line of [
      called('pangolin', 'remove', 1),
      called('pangolin-one-by-one', 'add', 1),
      called('pangolin-one-by-one', 'remove', 1),
    ]) {
      expect(lines).toContainEqual(expect.objectContaining(line));
    }
  });
  expect(lines).toContainEqual(
    expect.objectContaining({ severity: 'WARNING', event: 'dry_run_started', forward: 'pangolin' }),
  );
  expect(await pangolin.stats()).toMatchObject({ calls: 0 });
});
