import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Firestore, Timestamp, Transaction } from '@google-cloud/firestore';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { DeadMembers } from '../../shared/dead-letters/dead-members.ts';
import { digestOf } from '../../shared/dead-letters/digest-of.ts';
import { createEmbeddedDeadMembers } from '../../shared/dead-letters/embedded-dead-members.ts';
import {
  createFirestoreDeadMembers,
  type FirestoreDeadMembersOptions,
} from '../../shared/dead-letters/firestore-dead-members.ts';
import { describeWithEmulators } from '../setup/describe-with-emulators.ts';
import { deadMembersContract } from './dead-members.contract.ts';

describe('embedded dead members', () => {
  deadMembersContract((now) => {
    const store = createEmbeddedDeadMembers(now);
    return [store, store];
  });
});

const DATABASE = { projectId: 'dead-members-contract', databaseId: '(default)' };

describeWithEmulators('Firestore dead members', () => {
  deadMembersContract((now) => {
    const options = { ...DATABASE, collection: randomUUID(), destination: 'pangolin' };
    const create = () => createFirestoreDeadMembers({ ...options, now, freshMs: 20 });
    return [create(), create()];
  });
});

describeWithEmulators('instances of a function that share dead members in Firestore', () => {
  const AUDIENCE = 'a.1';
  const PATIENT = { freshMs: 200, keepMs: 3_000 };
  const NOW = Date.now();
  const dead = { users: ['anna'], at: NOW };
  const delivered = { users: ['anna'], at: NOW + 1 };
  let database: Firestore;
  let created: DeadMembers[] = [];
  beforeAll(() => {
    database = new Firestore(DATABASE);
  });
  afterAll(() => database.terminate());
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(created.map((instance) => instance.close()));
    created = [];
  });

  const instanceAt = (collection: string, options: Partial<FirestoreDeadMembersOptions> = {}) => {
    const place = { ...DATABASE, collection, destination: 'pangolin' };
    const instance = createFirestoreDeadMembers({ ...place, ...options });
    created.push(instance);
    return instance;
  };
  const documentAt = (collection: string, destination = 'pangolin', audience = AUDIENCE) =>
    database.doc(`${collection}/id:${destination}/dead-members/id:${audience}`);
  const sizeIn = async (instance: DeadMembers) => (await instance.find(AUDIENCE)).members.size;

  test.each([
    ['its own time', undefined],
    ['400 ms', 400],
  ])(
    'one that had cached the record for %s sees what another recorded once that resolves',
    async (_, freshMs) => {
      const collection = randomUUID();
      const options = freshMs === undefined ? {} : { freshMs };
      const [one, two] = [instanceAt(collection, options), instanceAt(collection, options)];
      await one.find('warm up');
      expect(await sizeIn(two)).toBe(0);
      await one.recordDead(AUDIENCE, dead);
      expect(await sizeIn(two)).toBe(1);
      // Also when there was nothing left to write: another instance may have written it just now.
      await documentAt(collection).delete();
      const three = instanceAt(collection, options);
      expect(await sizeIn(three)).toBe(0);
      await documentAt(collection).set({
        members: { [digestOf(AUDIENCE, 'anna')]: { diedAt: NOW } },
      });
      await one.recordDead(AUDIENCE, dead);
      expect(await sizeIn(three)).toBe(1);
    },
  );

  test('sees its own changes at once, and what is forgotten elsewhere after a while', async () => {
    const collection = randomUUID();
    const one = instanceAt(collection, { keepMs: 1_500 });
    const two = instanceAt(collection, { keepMs: 1_500 });
    await one.recordDead(AUDIENCE, dead);
    await two.find('warm up');
    expect(await sizeIn(one)).toBe(1);
    await two.forget(AUDIENCE, dead);
    expect(await sizeIn(one)).toBe(1);
    expect(await sizeIn(two)).toBe(0);
    await sleep(1_500);
    expect(await sizeIn(one)).toBe(0);
  });

  test('reads from memory until another instance records a death', async () => {
    const collection = randomUUID();
    const [one, two] = [instanceAt(collection, PATIENT), instanceAt(collection, PATIENT)];
    for (const instance of [one, two]) expect(await sizeIn(instance)).toBe(0);
    // Nobody announces this one.
    await documentAt(collection).set({ members: { digest: { diedAt: NOW } } });
    await sleep(250);
    for (const instance of [one, two]) expect(await sizeIn(instance)).toBe(0);
    await one.recordDead('another', dead);
    await sleep(250);
    expect(await sizeIn(two)).toBe(1);
    // Its own death says nothing new of the other audiences.
    expect(await sizeIn(one)).toBe(0);
    await sleep(PATIENT.keepMs);
    expect(await sizeIn(one)).toBe(1);
  });

  test('stores digests and times, no user id, for each destination', async () => {
    const collection = randomUUID();
    const one = instanceAt(collection, { freshMs: 0 });
    await one.recordDead(AUDIENCE, { users: ['anna@example.org'], at: NOW });
    await one.recordDelivered(AUDIENCE, { users: ['anna@example.org'], at: NOW + 1 });
    await one.recordDead(AUDIENCE, { at: NOW });
    const snapshot = await documentAt(collection).get();
    expect(snapshot.data()).toEqual({
      expiresAt: expect.any(Timestamp),
      members: {
        [digestOf(AUDIENCE, 'anna@example.org')]: { diedAt: NOW, deliveredAt: NOW + 1 },
      },
      others: { diedAt: NOW },
    });
    expect(JSON.stringify(snapshot.data())).not.toMatch(/anna|example/);

    const other = instanceAt(collection, { destination: 'rokt', freshMs: 0 });
    expect(await sizeIn(other)).toBe(0);
    await other.recordDead(AUDIENCE, dead);
    expect((await documentAt(collection, 'rokt').get()).exists).toBe(true);
  });

  test('the record expires 32 days after it was last changed: its dead letters are gone', async () => {
    const collection = randomUUID();
    const now = new Date('2026-01-01T00:00:00Z');
    const one = instanceAt(collection, { freshMs: 0, now: () => now });
    await one.recordDead(AUDIENCE, { users: ['anna'], at: now.getTime() });
    const expiresAt: unknown = (await documentAt(collection).get()).get('expiresAt');
    expect(expiresAt).toEqual(Timestamp.fromDate(new Date('2026-02-02T00:00:00Z')));
  });

  test('writes only what changes, and keeps no empty document', async () => {
    const collection = randomUUID();
    const one = instanceAt(collection, { freshMs: 0 });
    await one.recordDead(AUDIENCE, dead);
    await one.recordDelivered(AUDIENCE, delivered);
    // Firestore itself leaves the time of a document alone that is written as it was.
    const sets = jest.spyOn(Transaction.prototype, 'set');
    const deletes = jest.spyOn(Transaction.prototype, 'delete');
    await one.recordDead(AUDIENCE, dead);
    await one.recordDelivered(AUDIENCE, delivered);
    await one.recordDelivered(AUDIENCE, { users: ['ben'], at: NOW + 9 });
    await one.recordDelivered(AUDIENCE, { at: NOW + 9 });
    await one.forget(AUDIENCE, { users: ['anna'], at: NOW - 1 });
    await one.forget('unknown', dead);
    // A death that is recorded again is announced again.
    expect(sets.mock.calls.map(([reference]) => reference.id)).toEqual(['mark']);
    expect(deletes).not.toHaveBeenCalled();
    await one.forget(AUDIENCE, dead);
    expect(deletes).toHaveBeenCalledTimes(1);
    expect((await documentAt(collection).get()).exists).toBe(false);
  });

  test.each([
    ['does not answer in time', { members: {} }, 1],
    ['holds something else', { members: 'many' }, 10_000],
  ])('a store that %s fails every call with what to check', async (_, document, timeoutMs) => {
    const collection = randomUUID();
    await documentAt(collection).set(document);
    const one = instanceAt(collection, { timeoutMs });
    const calls = [
      () => one.find(AUDIENCE),
      () => one.recordDead(AUDIENCE, dead),
      () => one.recordDelivered(AUDIENCE, delivered),
      () => one.forget(AUDIENCE, dead),
    ];
    for (const result of await Promise.allSettled(calls.map((call) => call()))) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'AUDIENCE_MAP_UNAVAILABLE',
          retryable: true,
          message: expect.stringContaining('check the database'),
        },
      });
    }
  });

  test('once closed, it fails without a call', async () => {
    const one = instanceAt(randomUUID());
    await one.close();
    const closed = { code: 'AUDIENCE_MAP_UNAVAILABLE', cause: new Error('closed') };
    await expect(one.find(AUDIENCE)).rejects.toMatchObject(closed);
    await expect(one.recordDead(AUDIENCE, dead)).rejects.toMatchObject(closed);
  });

  test('a read that failed is not kept', async () => {
    const collection = randomUUID();
    const one = instanceAt(collection, { freshMs: 30_000 });
    await documentAt(collection).set({ members: 'many' });
    await expect(one.find(AUDIENCE)).rejects.toThrow('check the database');
    await documentAt(collection).delete();
    expect(await sizeIn(one)).toBe(0);
  });
});
