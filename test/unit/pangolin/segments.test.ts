import { describe, expect, it } from '@jest/globals';
import { entries, pangolinForEachTest } from './pangolin-client.ts';

const client = pangolinForEachTest();

describe('creating a segment', () => {
  it('answers ids that start at 12345 and count up', async () => {
    const first = await client.call('POST', '/v1/segment?title=My%20segment');
    const second = await client.call('POST', '/v1/segment?title=Another');
    expect(first.status).toBe(200);
    expect(first.json).toEqual({ status: 'OK', created: true, segment_id: 12345 });
    expect(second.json).toEqual({ status: 'OK', created: true, segment_id: 12346 });
  });

  it('answers the existing segment for an existing title', async () => {
    await client.create('One', 'Two');
    const again = await client.call('POST', '/v1/segment?title=One');
    expect(again.status).toBe(200);
    expect(again.json).toEqual({ status: 'OK', created: false, segment_id: 12345 });
  });

  it('makes one segment of many calls with one title at once', async () => {
    const calls = Array.from({ length: 20 }, () => client.call('POST', '/v1/segment?title=Same'));
    const answers = await Promise.all(calls);
    expect(new Set(answers.map(({ json }) => JSON.stringify(json)))).toEqual(
      new Set([
        '{"status":"OK","created":true,"segment_id":12345}',
        '{"status":"OK","created":false,"segment_id":12345}',
      ]),
    );
  });

  it.each(['/v1/segment?title=', '/v1/segment?title=%20'])('refuses %s', async (path) => {
    const answer = await client.call('POST', path);
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ status: 'ERROR', error: 'title is empty.' });
  });
});

describe('looking inside', () => {
  it('lists the segments with their member counts', async () => {
    await client.create('My segment', 'Empty & <b>');
    await client.call('POST', '/v1/segment', entries(12345, 'a', 'b', 'c'));
    const { status, json } = await client.call('GET', '/v1/segments');
    expect(status).toBe(200);
    expect(json).toEqual([
      { segment_id: 12345, title: 'My segment', members: 3 },
      { segment_id: 12346, title: 'Empty & <b>', members: 0 },
    ]);
  });

  it.each(['99', 'abc', '012345'])('answers 404 for the users of segment %s', async (id) => {
    await client.create('One');
    const { status, json } = await client.call('GET', `/v1/segments/${id}/users`);
    expect(status).toBe(404);
    expect(json).toEqual({ status: 'ERROR', error: 'There is no such segment.' });
  });
});

describe('forgetting', () => {
  it('forgets segments, members and stats, and gives no id twice', async () => {
    await client.create('One', 'Two');
    await client.call('POST', '/v1/segment?id=12345&userid=a');
    expect((await client.call('DELETE', '/v1/segments')).status).toBe(200);

    expect((await client.call('GET', '/v1/segments')).json).toEqual([]);
    expect((await client.call('GET', '/v1/segments/12345/users')).status).toBe(404);
    const nothing = { calls: 0, creates: 0, adds: 0, removes: 0, refused: 0, faults: 0 };
    expect(await client.stats()).toEqual(nothing);
    const { json } = await client.call('POST', '/v1/segment?title=One');
    expect(json).toEqual({ status: 'OK', created: true, segment_id: 12347 });
  });

  it('keeps the faults', async () => {
    await client.call('PUT', '/v1/faults', { refuseTitles: ['Bad'] });
    await client.call('DELETE', '/v1/segments');
    expect((await client.call('POST', '/v1/segment?title=Bad')).status).toBe(422);
  });
});
