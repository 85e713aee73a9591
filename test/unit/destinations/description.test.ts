import { describe, expect, it } from '@jest/globals';
import { parseDescription } from '../../../shared/destinations/http/description.ts';
import { ConfigurationError } from '../../../shared/errors.ts';

const create = {
  method: 'POST',
  path: '/segments',
  query: { title: '{{title}}' },
  idempotentBy: 'none',
  segmentAt: ['id'],
};
const memberCall = { method: 'POST', path: '/members', bodyEach: { user: '{{user}}' } };
const minimal = {
  id: 'acme',
  name: 'Acme Ads',
  baseUrl: 'https://api.acme.example',
  auth: 'none',
  maxMembersPerCall: 100,
  create,
  add: memberCall,
  remove: { ...memberCall, method: 'DELETE' },
};

function problemsOf(fields: object): readonly string[] {
  try {
    parseDescription({ ...minimal, ...fields }, 'acme.json');
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

it('a minimal description is enough; the rest has defaults', () => {
  expect(parseDescription(minimal, 'acme.json')).toEqual({
    ...minimal,
    timeoutMs: 10_000,
    maxSegmentsPerCall: 1,
    maxConcurrentCalls: 4,
    oneCallPerSegment: false,
    add: { ...memberCall, query: {} },
    remove: { ...memberCall, query: {}, method: 'DELETE' },
  });
});

describe('a wrong field is named by its place', () => {
  it.each<[string, object]>([
    ['id', { id: 'Acme Ads' }],
    ['id', { id: '' }],
    ['id', { id: '../acme' }],
    ['name', { name: undefined }],
    ['auth', { auth: 'bearer' }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['maxMembersPerCall', { maxMembersPerCall: 0 }],
    ['maxMembersPerCall', { maxMembersPerCall: 1.5 }],
    ['maxConcurrentCalls', { maxConcurrentCalls: '4' }],
    ['create.method', { create: { ...create, method: 'post' } }],
    ['create.method', { create: { ...create, method: 'DELETE' } }],
    ['add.method', { add: { ...memberCall, method: 'GET' } }],
    ['remove.method', { remove: { ...memberCall, method: 'GET' } }],
    ['create.path', { create: { ...create, path: 'segments' } }],
    ['create.query.a', { create: { ...create, query: { a: 1 } } }],
    ['create.idempotentBy', { create: { ...create, idempotentBy: 'id' } }],
    ['create.segmentAt', { create: { ...create, segmentAt: [] } }],
    ['create.segmentAt', { create: { ...create, segmentAt: 'id' } }],
    ['add.path', { add: { ...memberCall, path: 'https://evil.example/' } }],
    ['remove', { remove: undefined }],
  ])('%s in %j', (place, fields) => {
    const problems = problemsOf(fields);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^acme\\.json at ${place}: `));
  });
});

describe('a base URL', () => {
  it.each(['https://api.acme.example/v2', 'http://127.0.0.1:8090', 'http://[::1]:1'])(
    'may be %s',
    (baseUrl) => {
      expect(problemsOf({ baseUrl })).toEqual([]);
    },
  );

  it.each([
    ...['http://api.acme.example', 'http://10.0.0.1', 'ftp://api.acme.example', 'nonsense', 7],
    ...['https://user:password@api.acme.example', 'https://token@api.acme.example'],
    ...['https://api.acme.example?v=2', 'https://api.acme.example/#v2'],
  ])('may not be %j', (baseUrl) => {
    const problems = problemsOf({ baseUrl });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^acme\.json at baseUrl: /);
  });
});

describe('an unknown key is refused, lest a typing error go unnoticed', () => {
  it.each<[string, object]>([
    ['the top', { maxMembersPercall: 5 }],
    ['create', { create: { ...create, headers: {} } }],
    ['add', { add: { ...memberCall, body: {} } }],
    ['remove', { remove: { ...memberCall, Query: {} } }],
  ])('at %s: %j', (place, fields) => {
    expect(problemsOf(fields)).toEqual([
      expect.stringMatching(new RegExp(`^acme\\.json at ${place}: .*key`)),
    ]);
  });
});

it.each([null, 'acme', [], 7, undefined])('%j is no description', (value) => {
  expect(() => parseDescription(value, 'acme.json')).toThrow(/acme\.json at the top: /);
});

it('every problem is listed at once, in one ConfigurationError', () => {
  const fields = {
    typo: 1,
    id: 'Not Ok',
    baseUrl: 'http://api.acme.example',
    auth: 'bearer',
    create: { ...create, path: 'segments' },
    add: { ...memberCall, method: 'FETCH' },
  };
  const places = problemsOf(fields).map((problem) => /^acme\.json at ([^:]+):/.exec(problem)?.[1]);
  expect(places.sort()).toEqual(['add.method', 'auth', 'baseUrl', 'create.path', 'id', 'the top']);
});
