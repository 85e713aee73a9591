import { beforeEach, describe, expect, it } from '@jest/globals';
import { authorization, entries, pangolinForEachTest } from './pangolin-client.ts';

const client = pangolinForEachTest();
beforeEach(() => client.create('One'));

const failed = { status: 'ERROR', error: expect.any(String) };

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

describe('Basic Auth', () => {
  const wrong = [undefined, 'Bearer pangolin', 'Basic', basic('pangolin:wrong'), basic('a:b')];
  const paths = ['segment?title=Two', 'segments', 'stats', 'faults', 'segments/12345/users', 'no'];

  it.each(paths)('is needed for /v1/%s', async (path) => {
    for (const header of wrong) {
      const answer = await fetch(`${client.pangolin.url}/v1/${path}`, {
        method: 'POST',
        headers: header === undefined ? {} : { authorization: header },
      });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Basic');
      expect(await answer.json()).toEqual(failed);
    }
    expect((await client.call('GET', '/v1/segments')).json).toHaveLength(1);
  });

  it('takes the scheme in any case', async () => {
    const headers = { authorization: authorization.replace('Basic', 'basic') };
    expect((await fetch(`${client.pangolin.url}/v1/stats`, { headers })).status).toBe(200);
  });
});

describe('an ambiguous request', () => {
  it.each([
    ['POST', ''],
    ['POST', '?other=1'],
    ['POST', '?id=12345'],
    ['POST', '?userid=a'],
    ['POST', '?id=12345&userid='],
    ['POST', '?id=abc&userid=a'],
    ['POST', '?title=Two&id=12345'],
    ['POST', '?title=Two&userid=a'],
    ['POST', '?title=Two&title=Three'],
    ['POST', '?id=12345&userid=a&userid=b'],
    ['DELETE', '?title=One'],
    ['DELETE', '?id=12345'],
    ['DELETE', ''],
  ])('%s /v1/segment%s is refused', async (method, query) => {
    const { status, json } = await client.call(method, `/v1/segment${query}`);
    expect([status, json]).toEqual([400, failed]);
    const segments = [{ segment_id: 12345, title: 'One', members: 0 }];
    expect((await client.call('GET', '/v1/segments')).json).toEqual(segments);
  });

  it.each(['?title=Two', '?id=12345&userid=a'])('%s with an array is refused', async (query) => {
    const body = entries(12345, 'b');
    const { status, json } = await client.call('POST', `/v1/segment${query}`, body);
    expect([status, json]).toEqual([400, failed]);
    const segments = [{ segment_id: 12345, title: 'One', members: 0 }];
    expect((await client.call('GET', '/v1/segments')).json).toEqual(segments);
  });
});

describe('a body', () => {
  it.each([
    ['POST', '/v1/segment'],
    ['DELETE', '/v1/segment'],
    ['PUT', '/v1/faults'],
  ])('that is not JSON is refused by %s %s', async (method, path) => {
    const { status, json } = await client.call(method, path, '[{"segment":12345,');
    expect(status).toBe(400);
    expect(json).toEqual({ status: 'ERROR', error: 'The body is not valid JSON.' });
  });

  it.each([
    ['POST', '/v1/segment'],
    ['PUT', '/v1/faults'],
  ])('over 5 MiB is refused by %s %s', async (method, path) => {
    const spaces = ' '.repeat(5 * 1024 * 1024);
    const { status, json } = await client.call(method, path, `${spaces}[]`);
    expect([status, json]).toEqual([413, failed]);
  });

  it('of 5 MiB is read', async () => {
    const body = JSON.stringify(entries(12345, 'a')).padEnd(5 * 1024 * 1024);
    expect((await client.call('POST', '/v1/segment', body)).status).toBe(200);
  });
});

describe('paths and methods', () => {
  it.each(['/nothing', '/v1/nothing', '/v1/segment/', '/v1/segments/12345'])(
    'answers 404 for %s',
    async (path) => {
      const { status, json } = await client.call('GET', path);
      expect([status, json]).toEqual([404, failed]);
    },
  );

  it.each([
    ['PUT', '/v1/segment', 'POST, DELETE'],
    ['GET', '/v1/segment?id=12345&userid=a', 'POST, DELETE'],
    ['POST', '/v1/segments', 'GET, DELETE'],
    ['DELETE', '/v1/segments/12345/users', 'GET'],
    ['DELETE', '/v1/stats', 'GET'],
    ['POST', '/v1/faults', 'GET, PUT, DELETE'],
    ['POST', '/', 'GET'],
  ])('answers 405 for %s %s and allows %s', async (method, path, allow) => {
    const { status, json, headers } = await client.call(method, path);
    expect([status, json, headers.get('allow')]).toEqual([405, failed, allow]);
  });
});
