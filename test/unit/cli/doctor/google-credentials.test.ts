import { expect, it } from '@jest/globals';
import { findGoogleCaller } from '../../../../cli/doctor/deployment/google-credentials.ts';

const failing = (message: string) =>
  findGoogleCaller({ getRequestHeaders: () => Promise.reject(new Error(message)) });

it('who has credentials is known by the headers that prove it', async () => {
  const headers = new Headers({ authorization: 'Bearer token', 'x-goog-user-project': 'p' });
  expect(await findGoogleCaller({ getRequestHeaders: () => Promise.resolve(headers) })).toEqual({
    headers: { authorization: 'Bearer token', 'x-goog-user-project': 'p' },
  });
});

it.each([
  ['Could not load the default credentials. Browse to …', 'there are none'],
  [
    '{"error":"invalid_grant","error_description":"Token has been expired"}',
    'Google gave no token for them (invalid_grant)',
  ],
  ['Unexpected token, "key-marker" is not valid JSON', 'Google gave no token for them'],
])('%j is told in words of ours', async (message, problem) => {
  expect(await failing(message)).toEqual({ problem });
});
