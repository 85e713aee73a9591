import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { DeadLetter } from '../../shared/dead-letters/dead-letter.ts';
import type {
  DeadLetterSession,
  DeadLetterStore,
  SessionLimits,
} from '../../shared/dead-letters/dead-letter-store.ts';
import type { Publisher } from '../../shared/queue/queue.ts';
import { letter, published } from '../unit/dead-letters/sample-letters.ts';

export interface DeadLetterStoreFixture {
  readonly publisher: Publisher;
  /** Another view of what the publisher publishes to. */
  store(limits?: SessionLimits): DeadLetterStore;
  close(): Promise<void>;
}

/** What every store of dead letters must do; call it inside a describe of the implementation. */
export function deadLetterStoreContract(
  create: (limits?: SessionLimits) => Promise<DeadLetterStoreFixture>,
): void {
  let fixture: DeadLetterStoreFixture;
  let sessions: DeadLetterSession[];
  const start = async (limits?: SessionLimits): Promise<void> => {
    fixture = await create(limits);
    sessions = [];
  };
  const open = async (limits?: SessionLimits): Promise<DeadLetterSession> => {
    const session = await fixture.store(limits).open();
    sessions.push(session);
    return session;
  };
  const close = async (session: DeadLetterSession): Promise<void> => {
    sessions = sessions.filter((candidate) => candidate !== session);
    await session.close();
  };
  const publish = (...letters: readonly DeadLetter[]) =>
    Promise.all(letters.map((deadLetter) => fixture.publisher.publish(published(deadLetter))));
  const timesOf = ({ letters }: DeadLetterSession) =>
    letters.map(({ deadLetter }) => deadLetter.messageId);

  beforeEach(() => start());
  afterEach(async () => {
    await Promise.all(sessions.map((session) => session.close()));
    await fixture.close();
  });

  test('hands out what was published, under the id of its message', async () => {
    const deadLetter = letter('10:00:00', ['add:änna', 'remove:b€n']);
    const [id] = await publish(deadLetter);
    expect((await open()).letters).toEqual([{ id, deadLetter }]);
  });

  test('an empty store hands out nothing', async () => {
    expect(await open()).toMatchObject({ letters: [], complete: true, unreadable: 0 });
  });

  test('the oldest operation comes first; of one time, what died first', async () => {
    const late = new Date('2026-11-03T00:00:00Z').toISOString();
    await publish(
      letter('12:00:00', ['add:a'], { messageId: 'twelve, died late', deadAt: late }),
      letter('11:00:00', ['add:a'], { messageId: 'eleven' }),
      letter('12:00:00', ['add:a'], { messageId: 'twelve' }),
      letter('09:00:00', ['add:a'], { messageId: 'nine', deadAt: late }),
    );
    expect(timesOf(await open())).toEqual(['nine', 'eleven', 'twelve', 'twelve, died late']);
  });

  test('what is removed is gone; the rest is there for the next session, at once', async () => {
    await publish(letter('10:00:00', ['add:a']), letter('11:00:00', ['add:b']));
    const first = await open();
    await first.remove(first.letters.slice(0, 1).map(({ id }) => id));
    await close(first);
    expect((await open()).letters).toEqual(first.letters.slice(1));
  });

  test('an id it does not know is ignored', async () => {
    await publish(letter('10:00:00', ['add:a']));
    const first = await open();
    await first.remove(['12345']);
    await close(first);
    expect((await open()).letters).toEqual(first.letters);
  });

  test('two sessions never hold the same letter', async () => {
    await publish(letter('10:00:00', ['add:a']));
    const first = await open();
    expect(first.letters).toHaveLength(1);
    const second = await open();
    expect(second.letters).toHaveLength(0);
    await second.remove(first.letters.map(({ id }) => id));
    await close(second);
    await close(first);
    expect((await open()).letters).toEqual(first.letters);
  });

  test('what is published meanwhile waits for the next session', async () => {
    await publish(letter('10:00:00', ['add:a']));
    const first = await open();
    await publish(letter('11:00:00', ['add:b'], { messageId: 'new' }));
    expect(first.letters).toHaveLength(1);
    await first.remove(first.letters.map(({ id }) => id));
    await close(first);
    expect(timesOf(await open())).toEqual(['new']);
  });

  test('messages that are no dead letters are counted and left alone', async () => {
    await fixture.publisher.publish({ data: Buffer.from('{"version":2}'), attributes: {} });
    await publish(letter('10:00:00', ['add:a']));
    const session = await open();
    expect(session).toMatchObject({ unreadable: 1, complete: true });
    expect(session.letters).toHaveLength(1);
    await close(session);
    expect(await open()).toMatchObject({ unreadable: 1, complete: true });
  });

  const three = ['10:00:00', '11:00:00', '12:00:00'].map((time) => letter(time, ['add:a']));
  const bytes = published(three[0] ?? letter('10:00:00', [])).data.length;

  test.each([
    ['as many letters as a session takes', { maxLetters: 3, maxBytes: 1_000_000 }, 3],
    ['one letter more than a session takes', { maxLetters: 2, maxBytes: 1_000_000 }, 2],
    ['as many bytes as a session takes', { maxLetters: 9, maxBytes: 3 * bytes }, 3],
    ['one byte more than a session takes', { maxLetters: 9, maxBytes: 3 * bytes - 1 }, 2],
  ])('%s', async (_, limits, count) => {
    await fixture.close();
    await start(limits);
    await publish(...three);
    const session = await open(limits);
    expect(session.complete).toBe(count === three.length);
    expect(session.letters).toHaveLength(count);
    await session.remove(session.letters.map(({ id }) => id));
    await close(session);
    expect(await open(limits)).toMatchObject({ complete: true });
    expect(sessions.at(-1)?.letters).toHaveLength(3 - count);
  });
}
