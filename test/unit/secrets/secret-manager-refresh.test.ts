import { describe, expect, test } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { settlesWithin } from '../../setup/machine-time.ts';
import { MAX_AGE_MS, MIN_REFRESH_INTERVAL_MS, secretsFromFakes } from './secret-from-fake.ts';

const secretFromFake = secretsFromFakes();

describe('a rotation', () => {
  test('is seen by the refresh after a mismatch; the version before stays accepted', async () => {
    const { fake, secret, clock } = await secretFromFake('one', 'two');
    await secret.current();
    fake.addVersion('three');
    expect(await secret.current()).toEqual(['two', 'one']);
    clock.time = MIN_REFRESH_INTERVAL_MS;
    expect(await secret.refresh()).toEqual(['three', 'two']);
    expect(await secret.current()).toEqual(['three', 'two']);
  });

  test('is seen by all who mismatch at once, for one read', async () => {
    const { fake, secret, clock } = await secretFromFake('one');
    await secret.current();
    fake.addVersion('two');
    clock.time = MIN_REFRESH_INTERVAL_MS;
    const refreshed = await Promise.all(Array.from({ length: 1_000 }, () => secret.refresh()));
    expect(new Set(refreshed.map(String))).toEqual(new Set(['two,one']));
    expect(fake.calls.list).toBe(2);
  });
});

describe('a flood of mismatches', () => {
  test('one after the other, reads once an interval', async () => {
    const { fake, secret, clock } = await secretFromFake('one');
    await secret.current();
    const flood = async () => {
      for (let asked = 0; asked < 1_000; asked += 1) await secret.refresh();
    };
    await flood();
    clock.time = MIN_REFRESH_INTERVAL_MS - 1;
    await flood();
    expect(fake.calls.list).toBe(1);
    clock.time = MIN_REFRESH_INTERVAL_MS;
    await flood();
    expect(fake.calls.list).toBe(2);
  });

  test('is bounded in the same way while reading fails', async () => {
    const { fake, secret, clock, failures } = await secretFromFake('one');
    await secret.current();
    fake.failWith(status.PERMISSION_DENIED);
    clock.time = MIN_REFRESH_INTERVAL_MS;
    for (let asked = 0; asked < 1_000; asked += 1) await secret.refresh();
    expect(fake.calls.list).toBe(2);
    expect(failures).toHaveLength(1);
  });
});

describe('a refresh that fails', () => {
  test('keeps the cached values and tells', async () => {
    const { fake, secret, clock, failures } = await secretFromFake('one', 'two');
    await secret.current();
    fake.failWith(status.PERMISSION_DENIED);
    clock.time = MIN_REFRESH_INTERVAL_MS;
    expect(await secret.refresh()).toEqual(['two', 'one']);
    expect(await secret.current()).toEqual(['two', 'one']);
    expect(failures).toMatchObject([{ code: 'SECRET_UNAVAILABLE', retryable: true }]);
  });

  test('tells once, however many wait for it', async () => {
    const { fake, secret, clock, failures } = await secretFromFake('one');
    await secret.current();
    fake.failWith(status.PERMISSION_DENIED);
    clock.time = MIN_REFRESH_INTERVAL_MS;
    await Promise.all(Array.from({ length: 1_000 }, () => secret.refresh()));
    expect(failures).toHaveLength(1);
  });

  test('because of age tells too, and the next one that succeeds counts', async () => {
    const { fake, secret, clock, failures } = await secretFromFake('one');
    await secret.current();
    fake.failWith(status.PERMISSION_DENIED);
    clock.time = MAX_AGE_MS;
    expect(await secret.current()).toEqual(['one']);
    expect(failures).toHaveLength(1);

    fake.failWith(undefined);
    fake.addVersion('two');
    clock.time += MIN_REFRESH_INTERVAL_MS;
    expect(await secret.refresh()).toEqual(['two', 'one']);
  });

  test('ends soon when the store is down: the client alone would try for ten minutes', async () => {
    const { fake, secret } = await secretFromFake('one');
    fake.failWith(status.UNAVAILABLE);
    const reading = secret.current();
    expect(await settlesWithin(reading, 15_000)).toBe(true);
    await expect(reading).rejects.toMatchObject({ code: 'SECRET_UNAVAILABLE' });
  });
});
