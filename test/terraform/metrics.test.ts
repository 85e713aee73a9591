import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Line } from '../flow/plays/marks.ts';
import { holds } from './log-filter.ts';
import { alerts, demands, logAlerts, logMetrics, type LogUse } from './monitoring-files.ts';
import { playedLines } from './played-lines.ts';

const metrics = logMetrics();
const uses = [...metrics, ...logAlerts()];
const declared = [...readFileSync('shared/log-events.ts', 'utf8').matchAll(/event: '(\w+)'/g)].map(
  ([, event]) => event,
);

let lines: readonly Line[];
beforeAll(async () => {
  lines = await playedLines();
});

const counts = (use: LogUse, line: Line) => use.conditions.every((one) => holds(one, line));
const countedBy = (use: LogUse) => lines.filter((line) => counts(use, line));

test('metrics and alerts about the log are found', () => {
  expect(metrics.length).toBeGreaterThan(15);
  expect(logAlerts().map(({ key }) => key)).toContain('dead_letters_appeared');
  expect(alerts().length).toBeGreaterThan(15);
});

describe.each(uses.map((use) => [use.key, use] as const))('%s', (_, use) => {
  test('names events that there are', () => {
    expect(use.events.filter((event) => !declared.includes(event))).toEqual([]);
  });

  test('names fields that its lines have', () => {
    // A dry run leaves its mark in every line, and only there.
    const ofItsEvents = lines.filter((line) => use.events.includes(String(line['event'])));
    const written = new Set((use.events.length > 0 ? ofItsEvents : lines).flatMap(Object.keys));
    expect(use.fields.filter((field) => !written.has(field))).toEqual([]);
  });

  test('is told by lines that the relay writes', () => {
    expect(countedBy(use)).not.toEqual([]);
  });
});

test.each(metrics.filter(({ value }) => value !== undefined).map((metric) => [metric.key, metric]))(
  '%s: every line that counts has the number',
  (_, metric) => {
    const values = countedBy(metric as LogUse).map((line) => line[(metric as LogUse).value ?? '']);
    expect(values.filter((value) => typeof value !== 'number')).toEqual([]);
  },
);

test('labels are told apart by values that lines have', () => {
  const alike = metrics.flatMap((metric) =>
    [...metric.labels].flatMap(([label, extractor]) => {
      const values = countedBy(metric).flatMap((line) => extracted(extractor, line) ?? []);
      return values.length === 0 ? [`${metric.key} ${label}`] : [];
    }),
  );
  expect(alike).toEqual([]);
});

test('calls are told apart by the status that the third party answered', () => {
  const calls = find('calls');
  const statuses = countedBy(calls).map((line) => [
    line['result'],
    extracted(calls.labels.get('status') ?? '', line),
  ]);
  expect(statuses).toEqual(
    expect.arrayContaining([
      ['outcomes', undefined],
      ['refused-whole', '422'],
      ['retry', '429'],
      ['retry', '500'],
      ['retry', '503'],
      ['fault', '302'],
      ['fault', '401'],
    ]),
  );
});

test('queries demand labels that there are, and values that they can have', () => {
  const impossible = demands().filter(({ metric, label, values }) => {
    const extractor = find(metric).labels.get(label);
    if (extractor === undefined) return true;
    const told = countedBy(find(metric)).map((line) => extracted(extractor, line));
    return !values.every((value) => told.includes(value));
  });
  expect(demands().length).toBeGreaterThan(10);
  expect(impossible).toEqual([]);
});

test('a dry run counts nowhere', () => {
  const dry = lines.filter(({ dryRun }) => dryRun === true);
  const events = new Set(dry.map(({ event }) => event));
  expect(events).toEqual(
    new Set([
      'dry_run_started',
      'destination_called',
      'delivery_settled',
      'dead_letter_published',
      'audience_created',
    ]),
  );
  expect(uses.filter((use) => dry.some((line) => counts(use, line)))).toEqual([]);
});

test('no ERROR goes unnoticed: each is told by an alert, or counted by what one watches', () => {
  const watched = new Set(alerts().flatMap((alert) => alert.metrics));
  const noticing = uses.filter(
    ({ key }) => watched.has(key) || !metrics.some((one) => one.key === key),
  );
  const errors = lines.filter((line) => line['severity'] === 'ERROR' && line['dryRun'] !== true);
  expect(new Set(errors.map(({ event }) => event)).size).toBeGreaterThan(6);
  expect(errors.filter((line) => !noticing.some((use) => counts(use, line)))).toEqual([]);
});

test('the alert about the unexpected leaves to the others what is theirs', () => {
  const unexpected = find('something_unexpected_was_logged');
  expect(new Set(countedBy(unexpected).map(({ event }) => event))).toEqual(
    new Set(['handler_failed', 'push_refused', 'audience_map_unreadable', 'delivery_failed']),
  );
});

function find(key: string): LogUse {
  const use = uses.find((one) => one.key === key);
  if (use === undefined) throw new Error(`${key} is not in the Terraform files`);
  return use;
}

/** What Cloud Logging would extract; a pattern must fit the whole field or a part of it alike. */
function extracted(extractor: string, line: Line): string | undefined {
  const [, field = '', pattern = '(.*)'] =
    /EXTRACT\(jsonPayload\.(\w+)(?:, "(.*)")?\)$/.exec(extractor) ?? [];
  const value = line[field] as string | number | boolean | undefined;
  return value === undefined ? undefined : new RegExp(`^${pattern}$`).exec(String(value))?.[1];
}
