import { describe, expect, test } from '@jest/globals';
import { createOf, deliveryFixture } from './delivery-fixture.ts';
import { recordingDestination } from './recording-destination.ts';

const first = createOf('r-1', { id: 'a.1', name: 'Buyers' });
const second = createOf('r-2', { id: 'a.2', name: 'Buyers' });

describe('two audiences of one name', () => {
  test('get two segments where the third party knows segments by title', async () => {
    const destination = recordingDestination();
    const { audienceMap, deliver } = deliveryFixture({ destination });
    expect(await deliver(first)).toBe('ack');
    expect(await deliver(second)).toBe('ack');
    expect(destination.requests).toEqual([
      { title: 'Buyers', audienceId: 'a.1' },
      { title: 'Buyers', audienceId: 'a.2' },
      { title: 'Buyers (a.2)', audienceId: 'a.2' },
    ]);
    expect(await audienceMap.find('a.1')).toMatchObject({ state: 'ready', segment: '12345' });
    expect(await audienceMap.find('a.2')).toMatchObject({ state: 'ready', segment: '12346' });
  });

  test('get two segments also when both are created at once', async () => {
    const { audienceMap, deliver } = deliveryFixture({ destination: recordingDestination() });
    expect(await Promise.all([deliver(first), deliver(second)])).toEqual(['ack', 'ack']);
    const records = await Promise.all([audienceMap.find('a.1'), audienceMap.find('a.2')]);
    const segments = records.map((record) => record?.state === 'ready' && record.segment);
    expect(segments.toSorted()).toEqual(['12345', '12346']);
  });

  test('keep their name where it makes a segment each time', async () => {
    let made = 0;
    const destination = recordingDestination({
      capabilities: { creationIdempotentBy: 'none' },
      createSegment: () => ({ segment: String((made += 1)), created: true }),
    });
    const { deliver } = deliveryFixture({ destination });
    await deliver(first);
    await deliver(second);
    expect(destination.requests.map(({ title }) => title)).toEqual(['Buyers', 'Buyers']);
  });

  test('fail, in words, where it has one segment for everything', async () => {
    const destination = recordingDestination({
      createSegment: () => ({ segment: '1', created: false }),
    });
    const { audienceMap, deliver } = deliveryFixture({ destination });
    await deliver(first);
    expect(await deliver(second)).toBe('ack');
    expect(await audienceMap.find('a.2')).toMatchObject({
      state: 'failed',
      reason: 'The platform already uses this name for another audience; choose another name.',
      requestId: 'r-2',
    });
  });
});
