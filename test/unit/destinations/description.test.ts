import { describe, expect, it } from '@jest/globals';
import { parseDescription } from '../../../shared/destinations/http/description/parse-description.ts';
import { ConfigurationError } from '../../../shared/errors.ts';

const create = {
  method: 'POST',
  path: '/segments',
  query: { title: '{{title}}' },
  idempotentBy: 'none',
  segment: { at: '/id' },
};
const memberCall = { method: 'POST', path: '/members', member: { user: '{{user}}' } };
const minimal = {
  id: 'acme',
  name: 'Acme Ads',
  baseUrl: 'https://api.acme.example',
  auth: { type: 'none' },
  limits: { membersPerCall: 100 },
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
  const calls = { query: {}, headers: {}, answers: [] };
  expect(parseDescription(minimal, 'acme.json')).toEqual({
    ...minimal,
    options: {},
    headers: {},
    answers: [],
    timeoutMs: 10_000,
    limits: {
      membersPerCall: 100,
      segmentsPerCall: 1,
      concurrentCalls: 4,
      oneCallPerSegment: false,
    },
    user: { normalize: [], alreadyHashed: 'keep' },
    create: { ...calls, ...create },
    add: { ...calls, ...memberCall },
    remove: { ...calls, ...memberCall, method: 'DELETE' },
  });
});

describe('a wrong field is named by its place', () => {
  it.each<[string, object]>([
    ['id', { id: 'Acme Ads' }],
    ['id', { id: '' }],
    ['id', { id: '../acme' }],
    ['name', { name: undefined }],
    ['auth.type', { auth: { type: 'digest' } }],
    ['auth', { auth: 'basic' }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['limits', { limits: undefined }],
    ['limits.membersPerCall', { limits: {} }],
    ['limits.membersPerCall', { limits: { membersPerCall: 0 } }],
    ['limits.membersPerCall', { limits: { membersPerCall: 1.5 } }],
    ['limits.concurrentCalls', { limits: { membersPerCall: 1, concurrentCalls: '4' } }],
    ['limits.callsPerSecond', { limits: { membersPerCall: 1, callsPerSecond: 0.5 } }],
    ['limits.oneCallPerSegment', { limits: { membersPerCall: 1, oneCallPerSegment: 'yes' } }],
    ['create.method', { create: { ...create, method: 'post' } }],
    ['create.method', { create: { ...create, method: 'DELETE' } }],
    ['add.method', { add: { ...memberCall, method: 'FETCH' } }],
    ['create.path', { create: { ...create, path: 'segments' } }],
    ['create.query.a', { create: { ...create, query: { a: 1 } } }],
    ['create.idempotentBy', { create: { ...create, idempotentBy: 'id' } }],
    ['create.segment.at', { create: { ...create, segment: { at: 'id' } } }],
    ['create.segment.at', { create: { ...create, segment: { at: '/a~2' } } }],
    ['headers.X Y', { headers: { 'X Y': '1' } }],
    ['add.method', { add: { ...memberCall, method: 'GET' } }],
    ['create.method', { create: { ...create, method: 'GET', body: { json: {} } } }],
    ['add.path', { add: { ...memberCall, path: 'https://evil.example/' } }],
    ['add.results.by', { add: { ...memberCall, results: { by: 'name' } } }],
    ['add.results.indexAt', { add: { ...memberCall, results: { by: 'index', at: '/e' } } }],
    ['user.hash', { user: { hash: 'sha512' } }],
    ['user.normalize.0', { user: { normalize: ['upper-case'] } }],
    ['answers.0.means', { answers: [{ status: [400], means: 'error' }] }],
    ['remove', { remove: undefined }],
    ['remove', { remove: 'never' }],
  ])('%s in %j', (place, fields) => {
    const problems = problemsOf(fields);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^acme\\.json at ${place}: `));
  });

  it('and said to be missing where it is', () => {
    expect(problemsOf({ limits: {} })).toEqual(['acme.json at limits.membersPerCall: is missing']);
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
  it.each<[string, string, object]>([
    ['the top', 'limit', { limit: 5 }],
    ['limits', 'maxMembers', { limits: { membersPerCall: 5, maxMembers: 5 } }],
    ['create', 'Headers', { create: { ...create, Headers: {} } }],
    ['add', 'bodyEach', { add: { ...memberCall, bodyEach: {} } }],
    ['remove', 'Query', { remove: { ...memberCall, Query: {} } }],
    ['auth', 'token', { auth: { type: 'bearer', token: 'x' } }],
  ])('at %s: %s', (place, key, fields) => {
    expect(problemsOf(fields)).toEqual([`acme.json at ${place}: unknown: ${key}`]);
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
    auth: { type: 'digest' },
    limits: {},
    create: { ...create, path: 'segments', query: { a: '{{tilte}}' } },
    add: { ...memberCall, method: 'FETCH', member: '{{userid}}' },
    headers: { 'x-a': '{{user}' },
    answers: [{ means: 'retry' }],
  };
  const places = problemsOf(fields).map((problem) => /^acme\.json at ([^:]+):/.exec(problem)?.[1]);
  expect(places.sort()).toEqual([
    'add.member',
    'add.method',
    'answers.0',
    'auth.type',
    'baseUrl',
    'create.path',
    'create.query',
    'headers',
    'id',
    'limits.membersPerCall',
    'the top',
  ]);
});
