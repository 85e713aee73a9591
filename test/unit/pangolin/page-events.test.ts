import { afterEach, describe, expect, it } from '@jest/globals';
import type { CallView } from '../../pangolin/page-api/view.ts';
import { eventually } from '../../setup/eventually.ts';
import { readEvents, type EventReader } from './event-reader.ts';
import { entries, pangolinForEachTest } from './pangolin-client.ts';

const client = pangolinForEachTest();
const opened: EventReader[] = [];
afterEach(() => {
  for (const reader of opened.splice(0)) reader.close();
});

async function open(search = ''): Promise<EventReader> {
  const reader = await readEvents(client.pangolin, search);
  opened.push(reader);
  return reader;
}

const sum = (values: readonly number[] = []) => values.reduce((total, value) => total + value, 0);
const callsIn = (reader: EventReader): readonly CallView[] =>
  reader
    .events()
    .toReversed()
    .flatMap(({ data }) => data.calls ?? []);

describe('GET /page/events', () => {
  it('begins with all there is, without secrets and user ids', async () => {
    await client.create('Shoe lovers');
    await client.call('POST', '/v1/segment', entries(12345, 'anna', 'ben'));
    const [first] = (await open()).events();
    expect(first).toMatchObject({
      event: 'snapshot',
      data: {
        segments: {
          total: 1,
          members: 2,
          matching: 1,
          newest: [{ id: 12345, title: 'Shoe lovers', members: 2 }],
        },
        stats: { calls: 2, creates: 1, adds: 2 },
        faults: { error500: 0, refuseUsers: [] },
        dmp: { intakeUrl: null, audiences: [] },
        calls: [{ what: 'add 2 to 12345', result: 200 }, { what: 'create “Shoe lovers”' }],
      },
    });
    expect(sum(first?.data.series?.adds)).toBe(2);
    expect(first?.data.series?.adds).toHaveLength(60);
    expect(JSON.stringify(first)).not.toMatch(/anna|ben/);
  });

  it('goes on with what changed, and only that', async () => {
    await client.create('One');
    const reader = await open();
    await client.call('PUT', '/v1/faults', { latencyMs: 1 });
    await reader.waitFor({ faults: expect.objectContaining({ latencyMs: 1 }) });
    expect(reader.events()).toHaveLength(2);
    expect(Object.keys(reader.events()[1]?.data ?? {})).toEqual(['faults']);
  });

  it('says nothing while nothing happens, and at most a few things a second when much does', async () => {
    const reader = await open();
    await client.create('One');
    const startedAt = Date.now();
    for (let index = 0; index < 300; index += 1) {
      await client.call('POST', `/v1/segment?id=12345&userid=${index}`);
    }
    await reader.waitFor({ segments: expect.objectContaining({ members: 300 }) });
    const intervals = (Date.now() - startedAt) / 200;
    expect(reader.events().length).toBeLessThanOrEqual(intervals + 3);
  });

  it('tells every call once, the last fifty to whoever comes later', async () => {
    const anAdd = expect.objectContaining({ what: 'add 1 to 12345' });
    const reader = await open();
    await client.create('One');
    for (let index = 0; index < 70; index += 1) {
      await client.call('POST', '/v1/segment?id=12345&userid=a');
      if (index === 30) await reader.waitFor({ calls: expect.arrayContaining([anAdd]) });
    }
    await eventually(() => {
      expect(callsIn(reader)[0]?.id).toBe(71);
    });
    const ids = callsIn(reader).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const late = callsIn(await open()).map(({ id }) => id);
    expect(late).toEqual(Array.from({ length: 50 }, (_, index) => 71 - index));
  });

  it('lists the newest hundred of many segments, and finds the others', async () => {
    for (let index = 0; index < 1_200; index += 100) {
      const titles = Array.from({ length: 100 }, (_, offset) => `Audience ${index + offset}`);
      await Promise.all(titles.map((title) => client.create(title)));
    }
    const [all] = (await open()).events();
    expect(all?.data.segments).toMatchObject({ total: 1200, matching: 1200 });
    expect(all?.data.segments?.newest).toHaveLength(100);
    expect(all?.data.segments?.newest[0]?.id).toBe(12345 + 1199);
    const [found] = (await open('AUDIENCE 77')).events();
    const titles = found?.data.segments?.newest.map(({ title }) => title) ?? [];
    expect(found?.data.segments).toMatchObject({ total: 1200, matching: 11 });
    expect(titles.every((title) => title.startsWith('Audience 77'))).toBe(true);
    const [byId] = (await open('12346')).events();
    expect(byId?.data.segments?.newest).toMatchObject([{ id: 12346 }]);
  });

  it('forgets segments with the platform', async () => {
    await client.create('One');
    const reader = await open();
    await client.call('DELETE', '/v1/segments');
    await reader.waitFor({ segments: { total: 0, members: 0, matching: 0, newest: [] } });
  });

  it('is refused in words to the fifty-first page, until one closes', async () => {
    const readers = await Promise.all(Array.from({ length: 50 }, () => open()));
    const refused = await fetch(`${client.pangolin.url}/page/events`);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toEqual({ status: 'ERROR', error: expect.stringContaining('50') });
    readers[0]?.close();
    await eventually(async () => {
      await open();
    });
  });

  it('ends with Pangolin', async () => {
    const answer = await fetch(`${client.pangolin.url}/page/events`);
    const ended = answer.text();
    await Promise.all([client.pangolin.close(), expect(ended).rejects.toThrow()]);
  });
});
