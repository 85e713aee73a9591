import { expect, test } from '@jest/globals';
import { countsIn } from '../../../../cli/dmp/read-reply.ts';

function answered(status: number, body: string) {
  const headers = new Headers();
  return {
    kind: 'answered',
    status,
    headers,
    body,
    isWhole: true,
    retryAfterMs: undefined,
  } as const;
}

test.each([
  [200, '{"accepted":2,"rejected":1}', { accepted: 2, rejected: 1 }],
  [202, '{"accepted":2,"rejected":1}', undefined],
  [200, '{"accepted":-1,"rejected":1}', undefined],
  [200, '<html>', undefined],
])('the counts in an answer of %d, %s', (status, body, counts) => {
  expect(countsIn(answered(status, body))).toEqual(counts);
});
