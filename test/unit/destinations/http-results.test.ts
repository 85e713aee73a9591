import { describe, expect, it } from '@jest/globals';
import { describedDestination, thirdPartyForEachTest } from './third-party-stub.ts';

const thirdParty = thirdPartyForEachTest();
const members = ['u1', 'u2', 'u3'].map((user) => ({ segment: '1', user, operatedAt: 0 }));
const DELIVERED = { status: 'delivered' };

interface Answer {
  readonly body: unknown;
  readonly status?: number;
}

/** What becomes of the members when the platform answers so, by the description with these fields. */
function applied(add: object, { body, status = 200 }: Answer, fields: object = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  thirdParty.reactWith({ status, body: text });
  const call = { method: 'POST', path: '/members', member: '{{user}}', ...add };
  const destination = describedDestination(thirdParty.url, { add: call, ...fields });
  return destination.apply({ operation: 'add', members });
}

const outcomes = (...list: object[]) => ({ kind: 'outcomes', outcomes: list });
const rejected = (reason = 'not taken') => ({ status: 'rejected', reason });
const retry = (reason = 'not taken') => ({ status: 'retry', reason });

describe('results by position', () => {
  const results = {
    by: 'position',
    at: '/elements',
    taken: { at: '/status', in: [200, 201] },
    retry: { at: '/status', in: [429] },
    code: '/status',
  };

  it('say of each what became of it', async () => {
    const elements = [{ status: 201 }, { status: 429 }, { status: 404 }];
    expect(await applied({ results }, { body: { elements }, status: 207 })).toEqual(
      outcomes(DELIVERED, retry('not taken: 429'), rejected('not taken: 404')),
    );
  });

  it.each(['{}', '<html>'])('that are missing leave all to come again: %s', async (body) => {
    const again = retry('the answer leaves it out');
    expect(await applied({ results }, { body })).toEqual(outcomes(again, again, again));
  });

  it('that end too soon leave the others to come again', async () => {
    expect(await applied({ results }, { body: { elements: [{ status: 200 }] } })).toEqual(
      outcomes(DELIVERED, retry('the answer leaves it out'), retry('the answer leaves it out')),
    );
  });
});

describe('results by index', () => {
  const results = { by: 'index', at: '/errors', indexAt: '/i', retry: { at: '/t', in: [true] } };

  it.each<[unknown, object[]]>([
    [{ errors: [] }, [DELIVERED, DELIVERED, DELIVERED]],
    [{ errors: [{ i: 1 }, { i: '2', t: true }] }, [DELIVERED, rejected(), retry()]],
    [{ errors: [{ i: 7 }, { i: null }, null, 4] }, [DELIVERED, DELIVERED, DELIVERED]],
    [{}, [DELIVERED, DELIVERED, DELIVERED]],
    ['<html>', [DELIVERED, DELIVERED, DELIVERED]],
  ])('in %j', async (answer, expected) => {
    expect(await applied({ results }, { body: answer })).toEqual(outcomes(...expected));
  });

  it('of a call that is refused: the others come again without those it names', async () => {
    expect(await applied({ results }, { body: { errors: [{ i: 0 }] }, status: 400 })).toEqual(
      outcomes(
        rejected(),
        retry('the call was refused because of others'),
        retry('the call was refused because of others'),
      ),
    );
  });

  it.each([{ errors: [] }, {}, 'nonsense'])(
    'of a call that is refused, and names none: %j',
    async (answer) => {
      expect(await applied({ results }, { body: answer, status: 400 })).toEqual({
        kind: 'refused-whole',
        reason: 'answered 400',
      });
    },
  );
});

describe('results by id', () => {
  it('may be a list of ids, as they were sent', async () => {
    const add = { results: { by: 'id', at: '/failed' } };
    const user = { hash: 'md5-hex' };
    const u2 = '270c1b084f3f146eb5787075158d9c53';
    expect(await applied(add, { body: { failed: [u2] } }, { user })).toEqual(
      outcomes(DELIVERED, rejected(), DELIVERED),
    );
  });

  it('show a code, and nothing that may quote an id', async () => {
    const results = { by: 'id', at: '', idAt: '/id', code: '/why' };
    const answer = [
      { id: 'u1', why: 'BAD_ID' },
      { id: 'u2', why: 'the user u2@example.com is unknown' },
      { id: 'u3', why: { code: 1 } },
    ];
    expect(await applied({ results }, { body: answer })).toEqual(
      outcomes(rejected('not taken: BAD_ID'), rejected(), rejected()),
    );
  });
});

describe('counts', () => {
  const all = outcomes(DELIVERED, DELIVERED, DELIVERED);
  it.each<[string, unknown, object]>([
    ['refused', { n: 0 }, all],
    ['refused', { n: 2 }, { ...all, unnamedRefusals: 2 }],
    ['refused', { n: 9 }, { ...all, unnamedRefusals: 3 }],
    ['refused', { n: 'many' }, all],
    ['refused', { n: null }, all],
    ['refused', {}, all],
    ['taken', { n: 3 }, all],
    ['taken', { n: '1' }, { ...all, unnamedRefusals: 2 }],
  ])('of those %s are counted: %j', async (counts, answer, expected) => {
    const results = { by: 'count', at: '/n', counts };
    expect(await applied({ results }, { body: answer })).toEqual(expected);
  });

  it('may make the delivery look for whom they are about', async () => {
    const results = { by: 'count', at: '/n', counts: 'refused', then: 'search' };
    expect(await applied({ results }, { body: { n: 1 } })).toMatchObject({ kind: 'refused-whole' });
    expect(await applied({ results }, { body: { n: 0 } })).toEqual(all);
  });
});

it('an answer that is too long to read makes calls smaller, and nothing is taken for delivered', async () => {
  const errors = [{ i: 0, text: 'x'.repeat(1_000_000) }];
  const results = { by: 'index', at: '/errors', indexAt: '/i' };
  expect(await applied({ results }, { body: { errors } })).toEqual({
    kind: 'refused-whole',
    reason: 'its answer is too long to read',
  });
});

it('an answer that only says that they came is taken for that', async () => {
  expect(await applied({ results: { by: 'none' } }, { body: '{"errors":[0]}' })).toEqual(
    outcomes(DELIVERED, DELIVERED, DELIVERED),
  );
});

describe('what an answer means', () => {
  const limited = { status: [404], means: 'retry' };
  const isFault = { at: '/error/code', in: [190], means: 'fault' };
  const first = [
    { status: [409], means: 'ok' },
    { status: [409], means: 'fault' },
  ];
  const both = { status: [400], at: '/error/code', in: [190], means: 'fault' };
  const code190 = { error: { code: 190 } };

  it.each<[string, { answers: object[]; answer: Answer; expected: object }]>([
    [
      'by its status',
      { answers: [limited], answer: { body: '', status: 404 }, expected: { kind: 'retry' } },
    ],
    [
      'by a code in its body',
      { answers: [isFault], answer: { body: code190, status: 400 }, expected: { kind: 'fault' } },
    ],
    [
      'by both together',
      {
        answers: [both],
        answer: { body: code190, status: 422 },
        expected: { kind: 'refused-whole' },
      },
    ],
    [
      'though its status is 200',
      { answers: [isFault], answer: { body: code190 }, expected: { kind: 'fault', status: 200 } },
    ],
    [
      'too fast, in its body',
      {
        answers: [{ ...isFault, means: 'too-fast' }],
        answer: { body: code190, status: 400 },
        expected: { kind: 'retry', tooFast: true },
      },
    ],
    [
      'by the first rule that fits',
      { answers: first, answer: { body: '', status: 409 }, expected: { kind: 'outcomes' } },
    ],
    [
      'by its status as usual where no rule fits',
      { answers: [limited], answer: { body: '', status: 403 }, expected: { kind: 'fault' } },
    ],
  ])('is told %s', async (_, { answers, answer, expected }) => {
    expect(await applied({ answers }, answer)).toMatchObject(expected);
  });

  it('is told by the rules of the call before those of the platform', async () => {
    const fields = { answers: [{ status: [404], means: 'fault' }] };
    const answer = { body: '', status: 404 };
    expect(await applied({ answers: [limited] }, answer, fields)).toMatchObject({ kind: 'retry' });
    expect(await applied({}, answer, fields)).toMatchObject({ kind: 'fault' });
  });
});
