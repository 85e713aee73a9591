import { expect, it } from '@jest/globals';
import { sendAnswer, type Answer } from '../../../shared/http/answer.ts';
import { serverForEachTest } from './server-for-each-test.ts';

let answer: Answer;
const target = serverForEachTest((_, response) => {
  sendAnswer(response, answer);
  return Promise.resolve();
});

async function received(sent: Answer) {
  answer = sent;
  const { status, headers, text } = await fetch(target.url, { redirect: 'manual' }).then(
    async (response) => ({
      status: response.status,
      headers: response.headers,
      text: await response.text(),
    }),
  );
  return { status, headers, text };
}

it('a body is JSON in UTF-8, its length counted in bytes', async () => {
  const { status, headers, text } = await received({ status: 400, body: { error: 'Käufer: ü' } });
  expect(status).toBe(400);
  expect(text).toBe('{"error":"Käufer: ü"}');
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
});

it('without a body there is a length of 0 and no type', async () => {
  const { status, headers, text } = await received({ status: 200 });
  expect([status, text]).toEqual([200, '']);
  expect(headers.get('content-length')).toBe('0');
  expect(headers.get('content-type')).toBeNull();
});

it('204 has no body, and so no length (RFC 9110)', async () => {
  const { status, headers } = await received({ status: 204 });
  expect(status).toBe(204);
  expect(headers.get('content-length')).toBeNull();
});

it('further headers go along', async () => {
  const headers = { 'Retry-After': '1', Location: 'https://go.flx1.com/' };
  const answered = await received({ status: 503, body: {}, headers });
  expect(answered.headers.get('retry-after')).toBe('1');
  expect(answered.headers.get('location')).toBe('https://go.flx1.com/');
});
