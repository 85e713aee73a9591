import { describe, expect, it } from '@jest/globals';
import { describedDestination, thirdPartyForEachTest, type Reaction } from './third-party-stub.ts';

const thirdParty = thirdPartyForEachTest();
const request = { title: 'Käufer & Co', audienceId: 'a.1' };

/** Looks the segment up in a list, by the DMP's id. */
const inList = {
  method: 'GET',
  path: '/segments',
  query: { key: '{{audience.id}}' },
  listAt: '/data/segments',
  where: { '/key': '{{audience.id}}' },
  segment: { at: '/id' },
};
/** Asks for the one segment. */
const single = { method: 'GET', path: '/segments/{{audience.id}}', segment: { at: '/segment/id' } };

function find(description: object, reaction: Reaction, changed: object = {}) {
  thirdParty.reactWith(reaction);
  const destination = describedDestination(thirdParty.url, { find: description });
  return destination.findSegment?.({ ...request, ...changed });
}

const answering = (value: unknown): Reaction => ({ status: 200, body: JSON.stringify(value) });
const listOf = (...segments: unknown[]) => answering({ data: { segments } });

it('a platform that describes no look-up has none', () => {
  expect(describedDestination(thirdParty.url)).not.toHaveProperty('findSegment');
});

describe('a segment in a list', () => {
  it('is asked for as described', async () => {
    await find(inList, listOf());
    expect(thirdParty.call()).toMatchObject({ method: 'GET', url: '/segments?key=a.1', body: '' });
  });

  it.each<[string, unknown[], string | undefined]>([
    ['the only one', [{ key: 'a.1', id: 7 }], '7'],
    ['among others', [{ key: 'a.11', id: 1 }, { id: 2 }, { key: 'a.1', id: 'seg-3' }], 'seg-3'],
    [
      'the first of two',
      [
        { key: 'a.1', id: 1 },
        { key: 'a.1', id: 2 },
      ],
      '1',
    ],
    ['not there', [{ key: 'a.2', id: 1 }], undefined],
    ['not there, as nothing is', [], undefined],
    ['there without an id', [{ key: 'a.1' }], undefined],
    ['beside what is no segment', [null, 'a.1', 7, ['a.1'], { key: 'a.1', id: 5 }], '5'],
  ])('%s', async (_, segments, expected) => {
    expect(await find(inList, listOf(...segments))).toBe(expected);
  });

  it('is known by all of its fields, numbers as their text', async () => {
    const where = { '/key': '{{audience.id}}', '/name': '{{title}}', '/version': '2' };
    const own = { key: 'a.1', name: request.title, version: 2, id: 9 };
    const others = ['key', 'name', 'version'].map((key, index) => ({
      ...own,
      [key]: 'other',
      id: index,
    }));
    expect(await find({ ...inList, where }, listOf(...others, own))).toBe('9');
  });

  it('may be in a list that is the whole answer', async () => {
    const description = { ...inList, listAt: undefined };
    const withoutListAt = JSON.parse(JSON.stringify(description)) as object;
    expect(await find(withoutListAt, answering([{ key: 'a.1', id: 4 }]))).toBe('4');
  });
});

describe('a single segment', () => {
  it('is the answer itself', async () => {
    expect(await find(single, answering({ segment: { id: 12 } }))).toBe('12');
    expect(thirdParty.call().url).toBe('/segments/a.1');
  });

  it.each(['{}', 'null', '{"segment":{}}'])('is not there in the answer %j', async (body) => {
    expect(await find(single, { status: 200, body })).toBeUndefined();
  });
});

describe('an answer', () => {
  it('of 404 says that there is none', async () => {
    const body = '{"segment":{"id":"no"}}';
    expect(await find(single, { status: 404, body })).toBeUndefined();
  });

  it.each([401, 403])('of %i is a fault: the third party refuses us', async (status) => {
    await expect(find(single, { status })).rejects.toMatchObject({
      code: 'DESTINATION_MISCONFIGURED',
      retryable: true,
      details: { status, fault: true },
    });
  });

  it.each([400, 410, 422, 501])('of %i is about this call alone', async (status) => {
    const error = await find(single, { status })?.catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'DESTINATION_MISCONFIGURED',
      retryable: true,
      details: { status },
    });
    expect(error).not.toHaveProperty('details.fault');
  });

  it.each<Reaction>([{ status: 500 }, { status: 503 }, { status: 408 }, 'reset'])(
    '%j is tried again later: nothing is created meanwhile',
    async (reaction) => {
      await expect(find(single, reaction)).rejects.toMatchObject({
        code: 'DESTINATION_UNAVAILABLE',
        retryable: true,
      });
    },
  );

  it('that asks for a pause says how long', async () => {
    const headers = { 'Retry-After': '7' };
    await expect(find(single, { status: 429, headers })).rejects.toMatchObject({
      code: 'DESTINATION_UNAVAILABLE',
      retryAfterMs: 7_000,
    });
  });

  it('is not asked for an id that cannot stand in a path', async () => {
    await expect(find(single, { status: 200 }, { audienceId: '..' })).rejects.toMatchObject({
      code: 'DESTINATION_REFUSED',
    });
    expect(thirdParty.calls).toEqual([]);
  });
});
