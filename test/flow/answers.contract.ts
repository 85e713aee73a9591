import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { signBody } from '../../shared/mapp/signature.ts';

const SECRET = 'local-secret';
const AUDIENCE = 'a5940e473cea659.356693871497425011';
const USER = 'marker-user-12478286329';
const entry = {
  Uuid: 'ab04',
  Audience: AUDIENCE,
  Customer: 123,
  Platform: 113,
  External_user_id: USER,
};

export interface Call {
  readonly method?: string;
  readonly query?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: signed as the DMP does; null: unsigned. */
  readonly signature?: string | null;
}

/** Makes a call; everything is as the DMP would send it, but for what `call` says. */
export async function send(url: string, call: Call) {
  const { method = 'POST', query = '', body = '', signature = signBody(body, SECRET) } = call;
  const answer = await fetch(`${url}/${query}`, {
    method,
    headers: {
      'Content-Type': 'application/json',
      ...(signature === null ? {} : { 'X-HMAC': signature }),
      ...call.headers,
    },
    ...(method === 'GET' || method === 'HEAD' ? {} : { body }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text };
}

const json = (value: unknown) => JSON.stringify(value);
const add = (fields: object) => ({
  query: '?type=ADD_TO_AUDIENCE',
  body: json({ Type: 'ADD_TO_AUDIENCE', ...fields }),
});
const create = (fields: object) => ({
  query: '?type=CREATE_AUDIENCE',
  body: json({ Type: 'CREATE_AUDIENCE', ...fields }),
});
const valid = add({ Mutations: [entry] });

/** The table of intake's answers (design, section 6), row by row, against a running intake. */
export function answersContract(url: () => string, maxBodyBytes: number): void {
  const call = (request: Call) => send(url(), request);
  const expectError = async (request: Call, status: number, text: RegExp): Promise<void> => {
    const answer = await call(request);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(Object.keys(JSON.parse(answer.text) as object)).toEqual(['error']);
    expect((JSON.parse(answer.text) as { error: string }).error).toMatch(text);
    for (const forbidden of [SECRET, USER, '    at ', 'node_modules']) {
      expect(answer.text).not.toContain(forbidden);
    }
  };

  describe('200', () => {
    test.each<[string, Call]>([
      ['GET /', { method: 'GET', signature: null }],
      ['GET /?type=VALIDATE', { method: 'GET', query: '?type=VALIDATE', signature: null }],
      ['VALIDATE with an empty body', { query: '?type=VALIDATE' }],
      ['VALIDATE with a body', { query: '?type=VALIDATE', body: json({ Type: 'VALIDATE' }) }],
      [
        'VALIDATE with a form-encoded nothing',
        {
          query: '?type=VALIDATE',
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        },
      ],
      [
        'a signature in upper case',
        { ...valid, signature: signBody(valid.body, SECRET).toUpperCase() },
      ],
      [
        'JSON with a charset',
        { ...valid, headers: { 'Content-Type': 'application/json; charset=UTF-8' } },
      ],
    ])('%s', async (_, request) => {
      expect((await call(request)).status).toBe(200);
    });

    test.each(['ADD_TO_AUDIENCE', 'REMOVE_FROM_AUDIENCE'])(
      '%s counts what it took',
      async (type) => {
        const entries = [entry, { ...entry, Audience: '' }, entry];
        const body = json({ Type: type, Mutations: entries, New_field: { at: ['any', 'level'] } });
        const answer = await call({ query: `?type=${type}`, body });
        expect(answer.status).toBe(200);
        expect(JSON.parse(answer.text)).toEqual({ accepted: 2, rejected: 1 });
      },
    );

    test('the array may be called Mutation', async () => {
      const answer = await call(add({ Mutation: [entry] }));
      expect(JSON.parse(answer.text)).toEqual({ accepted: 1, rejected: 0 });
    });
  });

  describe('401', () => {
    const tampered = valid.body.replace(USER, 'someone-else');
    test.each<[string, Call]>([
      ['signature missing', { ...valid, signature: null }],
      ['signature of another secret', { ...valid, signature: signBody(valid.body, 'other') }],
      [
        'signature of another body',
        { ...valid, body: tampered, signature: signBody(valid.body, SECRET) },
      ],
      ['signature cut short', { ...valid, signature: signBody(valid.body, SECRET).slice(0, 39) }],
      ['VALIDATE unsigned', { query: '?type=VALIDATE', signature: null }],
      ['malformed JSON, unsigned', { ...valid, body: '{"Type":', signature: null }],
      ['no type, unsigned', { body: valid.body, signature: null }],
    ])('%s', (_, request) => expectError(request, 401, /^X-HMAC: /));
  });

  describe('400, naming the field', () => {
    test.each<[string, Call, RegExp]>([
      ['type missing', { body: valid.body }, /^type: .*missing/],
      ['type unknown', { ...valid, query: '?type=DROP_AUDIENCE' }, /^type: .*unknown/],
      ['type repeated', { ...valid, query: `${valid.query}&type=VALIDATE` }, /^type: .*repeated/],
      ['type swapped', { ...valid, query: '?type=REMOVE_FROM_AUDIENCE' }, /^Type: /],
      ['Type missing in the body', { ...valid, body: json({ Mutations: [entry] }) }, /^Type: /],
      ['malformed JSON, signed', { ...valid, body: '{"Type":' }, /^body: .*JSON/],
      ['an empty body', { query: valid.query }, /^body: .*JSON/],
      ['a JSON array', { ...valid, body: '[]' }, /^body: .*object/],
      ['not UTF-8', { ...valid, body: Buffer.from([0x7b, 0xff, 0x7d]) }, /^body: .*UTF-8/],
      ['no mutation array', add({}), /^Mutations: .*missing/],
      ['Mutations no array', add({ Mutations: entry }), /^Mutations: .*array/],
      ['no entries', add({ Mutations: [] }), /^Mutations: /],
      [
        'no valid entry',
        add({ Mutations: [{ ...entry, Audience: null }, 7] }),
        /^Mutations: .*Audience/,
      ],
      ['CREATE without Name', create({ Audience: AUDIENCE, Customer: 123 }), /^Name: /],
      ['CREATE without Audience', create({ Name: 'A', Customer: 123 }), /^Audience: /],
    ])('%s', (_, request, text) => expectError(request, 400, text));
  });

  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('405 for %s', async (method) => {
    await expectError({ ...valid, method }, 405, /^method: /);
    expect((await call({ ...valid, method })).headers.get('allow')).toBe('GET, POST');
  });

  test('413 over the limit, 200 at it', async () => {
    const padded = (bytes: number) => {
      const empty = add({ Mutations: [entry], Padding: '' });
      const padding = 'x'.repeat(bytes - Buffer.byteLength(empty.body));
      return add({ Mutations: [entry], Padding: padding });
    };
    expect((await call(padded(maxBodyBytes))).status).toBe(200);
    await expectError(padded(maxBodyBytes + 1), 413, /MAX_BODY_BYTES/);
  });

  describe('415', () => {
    const zipped = gzipSync(valid.body);
    test.each<[string, Call]>([
      [
        'compressed',
        {
          ...valid,
          body: Buffer.from(zipped),
          headers: { 'Content-Encoding': 'gzip' },
          signature: signBody(zipped, SECRET),
        },
      ],
      ['text', { ...valid, headers: { 'Content-Type': 'text/plain' } }],
      ['a form', { ...valid, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }],
      [
        'another charset',
        { ...valid, headers: { 'Content-Type': 'application/json; charset=latin1' } },
      ],
    ])('%s', (_, request) => expectError(request, 415, /^Content-/));
  });
}
