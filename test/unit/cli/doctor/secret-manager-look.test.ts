import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import {
  createSecretManagerLook,
  type SecretManagerLook,
} from '../../../../cli/doctor/deployment/secret-manager-look.ts';
import { startSecretManager, type FakeSecretManager } from '../../../fakes/secret-manager.ts';

let fake: FakeSecretManager;
let look: SecretManagerLook;
beforeEach(async () => {
  fake = await startSecretManager();
  look = createSecretManagerLook(fake.clientOptions);
});
afterEach(async () => {
  await look.close();
  fake.close();
});

/** From now on versions can be listed, and not read. */
function forbidReading(): void {
  Object.defineProperty(fake.calls, 'access', {
    get: () => 0,
    set: () => {
      fake.failWith(status.PERMISSION_DENIED);
    },
  });
}

async function newest(): Promise<string> {
  const looked = await look.secret(fake.secret);
  const version = looked.kind === 'found' ? looked.value.newest : undefined;
  if (version?.kind !== 'found') throw new Error(`It is ${version?.kind ?? looked.kind}.`);
  return version.value.reveal();
}

it('counts the enabled versions, and reads the newest of them', async () => {
  fake.addVersion('old');
  fake.addVersion('new\n');
  fake.disableVersion(fake.addVersion('disabled'));
  expect(await look.secret(fake.secret)).toMatchObject({
    kind: 'found',
    value: { name: fake.secret, enabledVersions: 2, newest: { kind: 'found' } },
  });
  expect(await newest()).toBe('new');
});

it('counts no further than three', async () => {
  for (const value of ['1', '2', '3', '4']) fake.addVersion(value);
  expect(await look.secret(fake.secret)).toMatchObject({ value: { enabledVersions: 3 } });
});

it('a value does not appear where what was found is written', async () => {
  fake.addVersion('value-marker');
  expect(JSON.stringify(await look.secret(fake.secret))).not.toContain('marker');
});

describe('what is not found', () => {
  it('a secret that has no enabled version', async () => {
    fake.disableVersion(fake.addVersion('disabled'));
    const value = { name: fake.secret, enabledVersions: 0 };
    expect(await look.secret(fake.secret)).toEqual({ kind: 'found', value });
  });

  it('a secret that is not there', async () => {
    expect(await look.secret('projects/relay/secrets/other')).toEqual({ kind: 'missing' });
  });

  it('a secret that may not be looked at', async () => {
    fake.failWith(status.PERMISSION_DENIED);
    expect(await look.secret(fake.secret)).toEqual({ kind: 'forbidden' });
  });

  it('a value that may not be read', async () => {
    fake.addVersion('value');
    forbidReading();
    expect(await look.secret(fake.secret)).toMatchObject({
      kind: 'found',
      value: { enabledVersions: 1, newest: { kind: 'forbidden' } },
    });
  });

  it('somebody whom Google does not know', async () => {
    fake.failWith(status.UNAUTHENTICATED);
    expect(await look.secret(fake.secret)).toEqual({ kind: 'unknown-caller' });
  });

  it('a failure of another kind, with its reason', async () => {
    fake.failWith(status.INVALID_ARGUMENT);
    expect(await look.secret(fake.secret)).toEqual({
      kind: 'unanswered',
      reason: expect.stringContaining('INVALID_ARGUMENT'),
    });
  });
});
