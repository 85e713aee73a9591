import { describe, expect, test } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { MAX_AGE_MS, secretsFromFakes } from './secret-from-fake.ts';

const secretFromFake = secretsFromFakes();

describe('the accepted versions', () => {
  test('are the two newest that are enabled', async () => {
    const { secret } = await secretFromFake('one', 'two', 'three', 'four');
    expect(await secret.current()).toEqual(['four', 'three']);
  });

  test('a disabled version is passed over', async () => {
    const { fake, secret } = await secretFromFake('one', 'two', 'three');
    fake.disableVersion(fake.addVersion('four'));
    fake.disableVersion(`${fake.secret}/versions/2`);
    expect(await secret.current()).toEqual(['three', 'one']);
  });

  test.each([
    ['value\n', 'value'],
    ['value\r\n', 'value'],
    ['value\n\n', 'value\n'],
    [' value ', ' value '],
  ])('%j: one trailing newline is no part of the secret', async (stored, accepted) => {
    const { secret } = await secretFromFake(stored);
    expect(await secret.current()).toEqual([accepted]);
  });

  test.each(['', '\n'])(
    'an empty one, %j, with which anybody could sign, is none',
    async (empty) => {
      const { secret } = await secretFromFake('one', empty);
      expect(await secret.current()).toEqual(['one']);
      const { secret: onlyEmpty } = await secretFromFake(empty);
      await expect(onlyEmpty.current()).rejects.toMatchObject({ code: 'SECRET_UNAVAILABLE' });
    },
  );

  test('other bytes than ASCII are read as UTF-8', async () => {
    const { secret } = await secretFromFake(Buffer.from('schlüssel-€', 'utf8'));
    expect(await secret.current()).toEqual(['schlüssel-€']);
  });
});

describe('reading', () => {
  test('happens at first use, not before', async () => {
    const { fake, secret } = await secretFromFake('one', 'two');
    expect(fake.calls).toEqual({ list: 0, access: 0 });
    await secret.current();
    expect(fake.calls).toEqual({ list: 1, access: 2 });
  });

  test('happens once: the values are cached', async () => {
    const { fake, secret, clock } = await secretFromFake('one', 'two');
    for (let asked = 0; asked < 100; asked += 1) {
      clock.time = asked;
      await secret.current();
    }
    expect(fake.calls).toEqual({ list: 1, access: 2 });
  });

  test('is one for all who ask at once', async () => {
    const { fake, secret } = await secretFromFake('one', 'two');
    await Promise.all(Array.from({ length: 100 }, () => secret.current()));
    expect(fake.calls).toEqual({ list: 1, access: 2 });
  });

  test.each([
    ['the secret has no version', undefined],
    ['access is denied', status.PERMISSION_DENIED],
  ])('before the first success, when %s, throws a retryable error', async (_, failure) => {
    const { fake, secret, failures } = await secretFromFake();
    fake.failWith(failure);
    for (const ask of [() => secret.current(), () => secret.refresh()]) {
      await expect(ask()).rejects.toMatchObject({
        name: 'PlatformError',
        code: 'SECRET_UNAVAILABLE',
        retryable: true,
      });
    }
    expect(failures).toEqual([]);
  });

  test('is tried again after a first failure', async () => {
    const { fake, secret } = await secretFromFake('one');
    fake.failWith(status.PERMISSION_DENIED);
    await expect(secret.current()).rejects.toThrow(fake.secret);
    fake.failWith(undefined);
    expect(await secret.current()).toEqual(['one']);
  });
});

describe('the oldest age', () => {
  test('a version that was disabled is not accepted beyond it, by no request', async () => {
    const { fake, secret, clock } = await secretFromFake('one', 'two');
    expect(await secret.current()).toEqual(['two', 'one']);
    fake.disableVersion(`${fake.secret}/versions/1`);

    clock.time = MAX_AGE_MS - 1;
    await secret.current();
    expect(fake.calls.list).toBe(1);

    clock.time = MAX_AGE_MS;
    expect(await secret.current()).toEqual(['two']);
    expect(await secret.current()).toEqual(['two']);
    expect(fake.calls.list).toBe(2);
  });
});
