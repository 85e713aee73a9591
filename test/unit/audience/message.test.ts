import { describe, expect, it } from '@jest/globals';
import { decodeMessage, encodeMessage, type Message } from '../../../shared/audience/message.ts';
import type { MessageError } from '../../../shared/errors.ts';

const messages: Message[] = [
  {
    version: 1,
    kind: 'mutations',
    audience: 'a5940e473cea659.356693871497425011',
    requests: ['r-1', 'r-2'],
    mutations: [
      { operation: 'add', uuid: 'u-1', externalUserId: 'x-1' },
      { operation: 'remove', uuid: 'u-2' },
      { operation: 'add', externalUserId: 'ü 😀 "\\' },
    ],
  },
  { version: 1, kind: 'mutations', audience: 'a', requests: [], mutations: [] },
  {
    version: 1,
    kind: 'create-audience',
    requestId: 'r-1',
    audience: { id: 'a.1', name: 'Käufer', customer: 123 },
  },
  { version: 1, kind: 'create-audience', requestId: 'r', audience: { id: 'a.1', name: 'n' } },
  {
    version: 1,
    kind: 'rejected-entries',
    entries: [
      { reason: 'Audience: is empty', operation: 'add', entry: '{"Audience":"","New":[null,1.5]}' },
      { reason: 'entry: must be an object', operation: 'remove', entry: 'null' },
      { reason: 'Audience: is empty', operation: 'add', entry: '{"Audience":"","New":"\ud83d' },
    ],
  },
];

it.each(messages)('$kind comes back from its bytes as it was', (message) => {
  expect(decodeMessage(encodeMessage(message))).toEqual(message);
});

it('the published JSON is what docs and other deployments read', () => {
  const message: Message = {
    version: 1,
    kind: 'create-audience',
    requestId: 'r-1',
    audience: { id: 'a.1', name: 'Käufer', customer: 123 },
  };
  const json = JSON.parse(encodeMessage(message).toString('utf8')) as unknown;
  expect(json).toEqual({
    version: 1,
    kind: 'create-audience',
    requestId: 'r-1',
    audience: { id: 'a.1', name: 'Käufer', customer: 123 },
  });
});

it('fields a newer deployment has added are ignored', () => {
  const mutations = [{ operation: 'add', uuid: 'u', ttl: 7 }];
  const newer = { version: 1, kind: 'mutations', audience: 'a', mutations, priority: 'high' };
  expect(decodeMessage(Buffer.from(JSON.stringify(newer)))).toEqual({
    version: 1,
    kind: 'mutations',
    audience: 'a',
    requests: [],
    mutations: [{ operation: 'add', uuid: 'u' }],
  });
});

it('a message of an older deployment, which names no requests, is understood', () => {
  const older =
    '{"version":1,"kind":"mutations","audience":"a.1","mutations":[{"operation":"add","externalUserId":"x"}]}';
  expect(decodeMessage(Buffer.from(older))).toEqual({
    version: 1,
    kind: 'mutations',
    audience: 'a.1',
    requests: [],
    mutations: [{ operation: 'add', externalUserId: 'x' }],
  });
});

describe('what is no message of this version', () => {
  const text = (fields: object) => JSON.stringify({ ...messages[0], ...fields });
  const rejected = (entry: unknown) =>
    text({ kind: 'rejected-entries', entries: [{ reason: 'r', operation: 'add', entry }] });

  it.each([
    ['another version', text({ version: 2 }), 'version'],
    ['a version in text', text({ version: '1' }), 'version'],
    ['no version', text({ version: undefined }), 'version'],
    ['an unknown kind', text({ kind: 'rename-audience' }), 'kind'],
    ['no kind', text({ kind: undefined }), 'kind'],
    ['no audience', text({ audience: undefined }), 'audience'],
    ['no array', text({ mutations: {} }), 'mutations'],
    ['a number for a request', text({ requests: [1] }), 'requests.0'],
    ['an unknown operation', text({ mutations: [{ operation: 'x' }] }), 'mutations.0.operation'],
    [
      'a number for a user',
      text({ mutations: [{ operation: 'add', uuid: 1 }] }),
      'mutations.0.uuid',
    ],
    ['an entry that is not JSON text', rejected({ Audience: '' }), 'entries.0.entry'],
    ['null', 'null', 'the top'],
    ['an array', '[]', 'the top'],
    ['a number', '17', 'the top'],
    ['a text', '"marker"', 'the top'],
  ])('(%s) is refused, naming the place', (_, data, place) => {
    expect(() => decodeMessage(Buffer.from(data))).toThrow(
      expect.objectContaining({
        name: 'MessageError',
        code: 'MESSAGE_UNDECODABLE',
        retryable: false,
        message: `The message is no message of version 1 (at ${place}).`,
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['cut off', '{"version":1,"kind":"mutations","audience":"marker'],
    ['text', 'marker'],
    ['two values', '{} marker'],
  ])('(%s) is refused when it is not JSON', (_, data) => {
    expect(() => decodeMessage(Buffer.from(data))).toThrow('The message is not JSON.');
  });

  it.each([
    '{"version":1,"kind":"mutations","audience":marker',
    'marker',
    text({ kind: 'marker' }),
    text({ audience: ['marker'] }),
    rejected({ marker: 'marker' }),
    text({ mutations: [{ operation: 'marker', uuid: 'marker' }] }),
    text({ mutations: [{ operation: 'add', uuid: { marker: 'marker' } }] }),
  ])('is never quoted: %s', (data) => {
    try {
      decodeMessage(Buffer.from(data));
    } catch (error) {
      const { message, stack, details, cause } = error as MessageError;
      expect(JSON.stringify([message, stack, details])).not.toContain('marker');
      expect(cause).toBeUndefined();
    }
    expect.assertions(2);
  });
});
