import { expect, it } from '@jest/globals';
import { knownValue } from '../../../../cli/doctor/deployment/secret-facts.ts';
import { look } from '../../../../cli/doctor/deployment/google-call.ts';
import { PlatformError } from '../../../../shared/errors.ts';
import { secret } from './healthy-deployment.ts';

const failing = (message: string, code?: number) =>
  look(Promise.reject(Object.assign(new Error(message), code === undefined ? {} : { code })));

it('what was found is given', async () => {
  expect(await look(Promise.resolve('it'))).toEqual({ kind: 'found', value: 'it' });
  expect(await look(Promise.resolve(undefined))).toEqual({ kind: 'found', value: undefined });
});

it.each([
  [5, 'missing'],
  [7, 'forbidden'],
  [16, 'unknown-caller'],
])('the gRPC code %d is %s', async (code, kind) => {
  expect(await failing('words', code)).toEqual({ kind });
});

it('an API that is switched off is no matter of grants', async () => {
  const reason = '7 PERMISSION_DENIED: The API has not been used before or it is disabled.';
  expect(await failing(`${reason}\nmore`, 7)).toEqual({ kind: 'unanswered', reason });
});

it('other failures are told by their first line, which may be cut', async () => {
  expect(await failing('14 UNAVAILABLE: no route\nat somewhere', 14)).toEqual({
    kind: 'unanswered',
    reason: '14 UNAVAILABLE: no route',
  });
  expect(await failing('x'.repeat(300))).toEqual({ kind: 'unanswered', reason: 'x'.repeat(200) });
  expect(await failing('')).toEqual({ kind: 'unanswered', reason: 'it fails' });
});

it('an error of ours is told by its cause', async () => {
  const cause = Object.assign(new Error('no database'), { code: 5 });
  const error = new PlatformError('AUDIENCE_MAP_UNAVAILABLE', 'Firestore failed', { cause });
  expect(await look(Promise.reject(error))).toEqual({ kind: 'missing' });
});

it('an empty secret is none to sign with', () => {
  expect(knownValue({ kind: 'found', value: secret('') })).toEqual({ kind: 'unknown' });
});
