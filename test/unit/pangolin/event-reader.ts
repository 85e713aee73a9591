import { expect } from '@jest/globals';
import type { View } from '../../pangolin/page-api/view.ts';
import type { Pangolin } from '../../pangolin/pangolin.ts';
import { eventually } from '../../setup/eventually.ts';

/** One server-sent event. */
export interface PageEvent {
  readonly event: string;
  readonly data: Partial<View>;
}

/** Listens to what the page is told. */
export interface EventReader {
  /** Those that have come, without `alive`. */
  events(): readonly PageEvent[];
  /** Waits for a change that has what `expected` has. */
  waitFor(expected: object): Promise<void>;
  close(): void;
}

/** Opens the stream of events, and waits for the first. */
export async function readEvents({ url }: Pangolin, search = ''): Promise<EventReader> {
  const controller = new AbortController();
  const { signal } = controller;
  const answer = await fetch(`${url}/page/events?search=${encodeURIComponent(search)}`, { signal });
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  let text = '';
  void (async () => {
    for await (const chunk of answer.body ?? []) text += Buffer.from(chunk).toString('utf8');
  })().catch(() => undefined);
  const events = () => parse(text).filter(({ event }) => event !== 'alive');
  await eventually(() => {
    expect(events()).not.toEqual([]);
  });
  return {
    events,
    waitFor: (expected) =>
      eventually(() => {
        expect(events().map(({ data }) => data)).toContainEqual(expect.objectContaining(expected));
      }),
    close: () => {
      controller.abort();
    },
  };
}

function parse(text: string): PageEvent[] {
  const blocks = text.split('\n\n').slice(0, -1);
  return blocks.map((block) => {
    const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
    return { event, data: JSON.parse(data) as Partial<View> };
  });
}
