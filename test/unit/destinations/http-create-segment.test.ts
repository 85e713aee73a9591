import { describe, expect, it } from '@jest/globals';
import { describedDestination, thirdPartyForEachTest, type Reaction } from './third-party-stub.ts';

const thirdParty = thirdPartyForEachTest();
const request = { title: 'Käufer & "Freunde"?', audienceId: 'a.1' };

/** A platform that keeps the DMP's id as its own. */
const byId = {
  create: {
    method: 'PUT',
    path: '/segments/{{audience.id}}',
    idempotentBy: 'none',
    segment: { at: '/id' },
  },
};

const create = (fields: object = {}, changed: object = {}) =>
  describedDestination(thirdParty.url, fields).createSegment({ ...request, ...changed });

async function createAnswered(reaction: Reaction) {
  thirdParty.reactWith(reaction);
  return create();
}

it('calls as described, the title as one query parameter', async () => {
  await create();
  const { method, url, body, headers } = thirdParty.call();
  expect(method).toBe('POST');
  expect(url).toBe('/segments?title=K%C3%A4ufer+%26+%22Freunde%22%3F');
  expect(new URL(url ?? '', 'http://h').searchParams.get('title')).toBe(request.title);
  expect([body, headers['content-type']]).toEqual(['', undefined]);
});

it("fills the DMP's id into the path", async () => {
  await create(byId);
  expect(thirdParty.call()).toMatchObject({ method: 'PUT', url: '/segments/a.1' });
});

describe('the segment', () => {
  it.each([
    ['in an answer with a byte order mark', '\ufeff{"id":"s"}', { segment: 's', created: true }],
    ['a number', '{"id":12345}', { segment: '12345', created: true }],
    ['text', '{"id":"seg-1"}', { segment: 'seg-1', created: true }],
    ['said to be new', '{"id":1,"created":true}', { segment: '1', created: true }],
    ['there already', '{"id":1,"created":false}', { segment: '1', created: false }],
  ])('may be %s', async (_, body, segment) => {
    await expect(createAnswered({ status: 201, body })).resolves.toEqual(segment);
  });

  it.each([
    ...['{}', '{"id":""}', '{"id":null}', '', '<html>OK</html>'],
    ...['{"id":1.5}', '{"id":9007199254740993}', '{"id":"a\\nb"}'],
  ])('that is not in the answer %j is a matter for the operator', async (body) => {
    await expect(createAnswered({ status: 200, body })).rejects.toMatchObject({
      name: 'DestinationError',
      code: 'DESTINATION_MISCONFIGURED',
      retryable: true,
      message: expect.stringContaining('named no segment at /id'),
    });
  });
});

describe('a refusal', () => {
  const refused = (text: string) => ({
    code: 'DESTINATION_REFUSED',
    retryable: false,
    message: `Acme Ads refused the audience: ${text}`,
  });

  it.each([400, 413, 422])('of %i speaks with its words', async (status) => {
    const body = '{"error":{"text":"This\\nname is taken."}}';
    await expect(createAnswered({ status, body })).rejects.toMatchObject(
      refused('This name is taken.'),
    );
  });

  it.each([402, 404, 410, 501])(
    'of %i calls the operator: not the audience is wrong',
    async (status) => {
      const body = '{"error":{"text":"No such path."}}';
      await expect(createAnswered({ status, body })).rejects.toMatchObject({
        code: 'DESTINATION_MISCONFIGURED',
        retryable: true,
        details: { status },
      });
    },
  );

  it('without words tells the status', async () => {
    const body = '<html>secret stack trace</html>';
    await expect(createAnswered({ status: 422, body })).rejects.toMatchObject(
      refused('it gave no reason (HTTP 422); ask the operator of this integration'),
    );
  });

  it.each(['', '.', '..'])('meets the id %j before anything is sent', async (audienceId) => {
    await expect(create(byId, { audienceId })).rejects.toMatchObject(
      refused('its name or id contains what this platform cannot take'),
    );
    expect(thirdParty.calls).toEqual([]);
  });
});

it.each([301, 401, 403, 405, 406, 415])(
  '%i asks the operator to check the credentials',
  async (status) => {
    await expect(createAnswered({ status })).rejects.toMatchObject({
      code: 'DESTINATION_MISCONFIGURED',
      retryable: true,
      details: { status },
      message: expect.stringContaining('DESTINATION_CREDENTIALS'),
    });
  },
);

it.each<Reaction>([
  { status: 408 },
  { status: 409 },
  { status: 429 },
  { status: 500 },
  { status: 503 },
  'reset',
  'reset-in-body',
])('%j is tried again later', async (reaction) => {
  await expect(createAnswered(reaction)).rejects.toMatchObject({
    code: 'DESTINATION_UNAVAILABLE',
    retryable: true,
  });
});
