import { once } from 'node:events';
import {
  request as startRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestOptions,
} from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { signBody } from '../../../shared/mapp/signature.ts';
import { intakeForEachTest, SECRET } from './intake-fixture.ts';
import { recordingPublisher } from './recording-publisher.ts';

const BODY = JSON.stringify({
  Type: 'ADD_TO_AUDIENCE',
  Mutations: [{ Audience: 'a.1', External_user_id: 'user-1' }],
});
const SIGNATURE = signBody(BODY, SECRET);
const ADD = '/?type=ADD_TO_AUDIENCE';
const startIntake = intakeForEachTest();

/** Sends headers as they are written, which fetch would not. */
async function send(url: string, { body = BODY, ...options }: RequestOptions & { body?: string }) {
  const request = startRequest(url, options).end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode, text: await text(response) };
}

async function post(path: string, headers: OutgoingHttpHeaders) {
  const { publish, published } = recordingPublisher();
  const { url } = await startIntake(publish);
  return { published, ...(await send(url + path, { method: 'POST', headers })) };
}

describe('HTTP leaves open', () => {
  test.each(['X-HMAC', 'x-hmac', 'X-Hmac', 'x-hMAC'])(
    'the case of a header: %s is read',
    async (name) => {
      expect(await post(ADD, { [name]: SIGNATURE })).toMatchObject({ status: 200 });
    },
  );

  test('whether a body names its type: none is needed', async () => {
    const { status, published } = await post(ADD, { 'X-HMAC': SIGNATURE });
    expect(status).toBe(200);
    expect(published).toHaveLength(1);
  });

  test.each(['application/json', 'Application/JSON; Charset="utf-8"', 'application/mapp+json'])(
    'how JSON is named: %s is read',
    async (type) => {
      const headers = { 'X-HMAC': SIGNATURE, 'Content-Type': type };
      expect(await post(ADD, headers)).toMatchObject({ status: 200 });
    },
  );

  test('whether a body tells its length: one in chunks is read', async () => {
    const headers = { 'X-HMAC': SIGNATURE, 'Transfer-Encoding': 'chunked' };
    const { status, published } = await post(ADD, headers);
    expect(status).toBe(200);
    expect(published).toHaveLength(1);
  });

  test.each(['/mapp/diy?type=ADD_TO_AUDIENCE', '/?client=7&type=ADD_TO_AUDIENCE'])(
    'what a registered URL looks like: %s is read',
    async (path) => {
      expect(await post(path, { 'X-HMAC': SIGNATURE })).toMatchObject({ status: 200 });
    },
  );
});

test.each<[string, string | string[]]>([
  ['given twice', [SIGNATURE, SIGNATURE]],
  ['given with the name of its algorithm', `sha1=${SIGNATURE}`],
])('a signature %s is refused with 401', async (_, signature) => {
  const { status, text, published } = await post(ADD, { 'X-HMAC': signature });
  expect(status).toBe(401);
  expect(text).toMatch(/40 hexadecimal digits/);
  expect(published).toEqual([]);
});

describe('GET is a validation, whatever comes with it', () => {
  test.each<[string, string, RequestOptions & { body?: string }]>([
    ['the type of another call', '/?type=CREATE_AUDIENCE', { body: '' }],
    ['an unknown type', '/?type=DROP_AUDIENCE', { body: '' }],
    ['a wrong signature', '/?type=VALIDATE', { body: '', headers: { 'X-HMAC': 'wrong' } }],
    ['a call, signed', ADD, { headers: { 'X-HMAC': SIGNATURE, 'Content-Length': BODY.length } }],
  ])('%s: answered 200 without a body, and nothing is done', async (_, path, options) => {
    const { publish, published } = recordingPublisher();
    const { url } = await startIntake(publish);
    expect(await send(url + path, { method: 'GET', ...options })).toEqual({
      status: 200,
      text: '',
    });
    expect(published).toEqual([]);
  });

  test('HEAD is not one: 405', async () => {
    const { url } = await startIntake(recordingPublisher().publish);
    expect(await send(url, { method: 'HEAD', body: '' })).toEqual({ status: 405, text: '' });
  });
});
