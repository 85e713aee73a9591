import type { IncomingMessage } from 'node:http';
import { expect, it } from '@jest/globals';
import { correlate } from '../../../shared/http/correlation.ts';

const TRACE = '105445aa7843bc8bf206b12000100000';

const requestWith = (trace?: string | string[]) =>
  ({
    headers: trace === undefined ? {} : { 'x-cloud-trace-context': trace },
  }) as unknown as IncomingMessage;

it('every request gets an id of its own', () => {
  const ids = Array.from({ length: 100 }, () => correlate(requestWith(), 'p').requestId);
  expect(new Set(ids).size).toBe(100);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
});

it("a caller cannot choose a request's id", () => {
  const request = { headers: { 'x-request-id': 'marker', 'x-correlation-id': 'marker' } };
  expect(correlate(request as unknown as IncomingMessage, 'p').requestId).not.toBe('marker');
});

it.each([`${TRACE}/1;o=1`, `${TRACE}/16817386129428466013`, TRACE])(
  'the trace %s is named as Cloud Logging does',
  (header) => {
    const { trace } = correlate(requestWith(header), 'my-project');
    expect(trace).toBe(`projects/my-project/traces/${TRACE}`);
  },
);

it.each([
  ['none was sent', undefined],
  ['it is empty', ''],
  ['it is too short', TRACE.slice(1)],
  ['it is not hexadecimal', `g${TRACE.slice(1)}`],
  ['it stands behind something', ` ${TRACE}/1`],
  ['it carries a log line', '{"severity":"ERROR"}'],
  ['it came twice', [TRACE, TRACE]],
])('there is no trace when %s', (_, header) => {
  expect(correlate(requestWith(header), 'p').trace).toBeUndefined();
});

it('there is no trace when the project is not known', () => {
  expect(correlate(requestWith(`${TRACE}/1`), undefined).trace).toBeUndefined();
});
