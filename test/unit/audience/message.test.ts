import { describe, expect, it } from '@jest/globals';
import {
  decodeMessage,
  encodeIds,
  encodeMessage,
  encodeMutations,
  type Message,
} from '../../../shared/audience/message.ts';
import type { MessageError } from '../../../shared/errors.ts';
import { encodeAnyMessage, encodeVersion1 } from '../../setup/encode-any-message.ts';

const messages: Message[] = [
  {
    kind: 'mutations',
    audience: 'a5940e473cea659.356693871497425011',
    requests: ['r-1', 'r-2'],
    mutations: [
      { operation: 'add', uuid: 'u-1', externalUserId: 'x-1' },
      { operation: 'add', uuid: 'u-2' },
      { operation: 'add', externalUserId: 'ü 😀 "\\' },
    ],
  },
  { kind: 'mutations', audience: 'a', requests: [], mutations: [] },
  {
    kind: 'create-audience',
    requestId: 'r-1',
    audience: { id: 'a.1', name: 'Käufer', customer: 123 },
  },
  { kind: 'create-audience', requestId: 'r', audience: { id: 'a.1', name: 'n' } },
  {
    kind: 'rejected-entries',
    entries: [
      { reason: 'Audience: is empty', operation: 'add', entry: '{"Audience":"","New":[null,1.5]}' },
      { reason: 'entry: must be an object', operation: 'remove', entry: 'null' },
      { reason: 'Audience: is empty', operation: 'add', entry: '{"Audience":"","New":"\ud83d' },
    ],
  },
];

it.each(messages)('$kind comes back from its bytes as it was', (message) => {
  expect(decodeMessage(encodeAnyMessage(message))).toStrictEqual(message);
});

it('mutations of version 1 are read, and may mix operations', () => {
  const message: Message = {
    kind: 'mutations',
    audience: 'a.1',
    requests: ['r-1'],
    mutations: [
      { operation: 'add', uuid: 'u-1', externalUserId: 'x,~1' },
      { operation: 'remove', uuid: '' },
      { operation: 'add' },
    ],
  };
  expect(decodeMessage(encodeVersion1(message))).toStrictEqual(message);
});

it('the published JSON of mutations is what docs and other deployments read', () => {
  const head = { audience: 'a.1', operation: 'remove', requests: ['r-1'] } as const;
  const ids = encodeIds([{ uuid: 'u-1', externalUserId: 'x-1' }, { uuid: 'u-2' }]);
  const data = encodeMutations(head, [ids, encodeIds([{ externalUserId: 'x,3' }])]);
  expect(data.toString('utf8')).toBe(
    '{"version":2,"kind":"mutations","audience":"a.1","operation":"remove","requests":["r-1"],"ids":"u-1,x-1,u-2,,,x~13"}',
  );
});

it('the published JSON is what docs and other deployments read', () => {
  const message = {
    kind: 'create-audience',
    requestId: 'r-1',
    audience: { id: 'a.1', name: 'Käufer', customer: 123 },
  } as const;
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
    kind: 'mutations',
    audience: 'a.1',
    requests: [],
    mutations: [{ operation: 'add', externalUserId: 'x' }],
  });
});

describe('what is not a message of a known version', () => {
  const text = (fields: object) => JSON.stringify({ version: 1, ...messages[0], ...fields });
  const text2 = (fields: object) =>
    text({ version: 2, operation: 'add', ids: 'u,x', mutations: undefined, ...fields });
  const rejected = (entry: unknown) =>
    text({ kind: 'rejected-entries', entries: [{ reason: 'r', operation: 'add', entry }] });

  it.each([
    ['a later version', text({ version: 3 }), 'version'],
    ['a creation of version 2', JSON.stringify({ ...messages[2], version: 2 }), 'version'],
    ['version 2 without ids', text2({ ids: undefined }), 'ids'],
    ['ids in an array', text2({ ids: ['u', 'x'] }), 'ids'],
    ['an id without its partner', text2({ ids: 'u,x,u' }), 'ids'],
    ['version 2 without requests', text2({ requests: undefined }), 'requests'],
    ['version 2 with an unknown operation', text2({ operation: 'x' }), 'operation'],
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
        message: `The message is not one of version 1 or 2 (at ${place}).`,
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
    text2({ ids: 'marker' }),
    text2({ operation: 'marker' }),
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
