import { expect, it } from '@jest/globals';
import { parseDescription } from '../../../shared/destinations/http/description.ts';
import { ConfigurationError } from '../../../shared/errors.ts';

const description = {
  id: 'acme',
  name: 'Acme Ads',
  baseUrl: 'https://api.acme.example',
  auth: 'none',
  maxMembersPerCall: 100,
};
const calls = {
  create: { method: 'POST', path: '/segments', idempotentBy: 'none', segmentAt: ['id'] },
  add: { method: 'POST', path: '/members', bodyEach: '{{user}}' },
  remove: { method: 'DELETE', path: '/members', bodyEach: '{{user}}' },
};

/** The problems of a description whose one call has these fields besides. */
function problemsOf(call: keyof typeof calls, fields: object, top: object = {}) {
  const changed = { ...calls, [call]: { ...calls[call], ...fields } };
  try {
    parseDescription({ ...description, ...changed, ...top }, 'acme.json');
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

it.each([
  ['create', { path: '/segments/{{audience.id}}', query: { title: '{{title}}' } }],
  ['add', { path: '/segments/{{segment}}' }],
  ['add', { bodyEach: { id: '{{segment | number}}', nested: [{ user: '{{ user }}' }] } }],
  ['add', { bodyEach: { 'user-{{user}}': { '{{segment}}': true } } }],
  ['add', { bodyEach: { id: '{{{user}}}', braces: '{user}', ends: '{"a":{"b":1} }' } }],
  ['remove', { query: { id: '{{segment}}' } }],
] as const)('%s may name its values: %j', (call, fields) => {
  expect(problemsOf(call, fields)).toEqual([]);
});

it.each([
  ['create', 'segment', { path: '/segments/{{segment}}' }],
  ['create', 'user', { query: { u: '{{user}}' } }],
  ['create', 'audience', { query: { u: '{{audience}}' } }],
  ['add', 'title', { path: '/members/{{title}}' }],
  ['add', 'userid', { bodyEach: { user: ['{{userid}}'] } }],
  ['remove', 'uuid', { query: { u: '{{uuid | number}}' } }],
  ['add', 'userid', { bodyEach: { '{{userid}}': 1 } }],
  ['add', 'userid', { bodyEach: [{ nested: { 'user-{{userid}}': 1 } }] }],
  ['remove', 'title', { query: { '{{title}}': '1' } }],
  ['remove', '__proto__', { query: { u: '{{__proto__}}' } }],
] as const)('%s may not name %s', (call, name, fields) => {
  const known = call === 'create' ? 'title or audience.id' : 'segment or user';
  const problem = `acme.json at ${call}: {{${name}}} has no value here; use ${known}`;
  expect(problemsOf(call, fields)).toEqual([problem]);
});

it.each([
  ['create', { path: '/segments/{{audience-id}}' }],
  ['add', { path: '/members/{{user-id}}' }],
  ['add', { query: { u: '{{user | nubmer}}' } }],
  ['add', { query: { u: '{{user}' } }],
  ['add', { query: { u: '{user}}' } }],
  ['add', { query: { u: '{{}}' } }],
  ['add', { query: { '{{user id}}': '1' } }],
  ['add', { bodyEach: ['{{user}}', { nested: '{{user}} {{ user | text }}' }] }],
  ['remove', { bodyEach: { '{{user-id}}': 1 } }],
] as const)('%s may not misspell a placeholder: %j', (call, fields) => {
  expect(problemsOf(call, fields)).toEqual([
    `acme.json at ${call}: has {{ or }} that is no placeholder`,
  ]);
});

it.each([
  { path: '/members/{{user}}' },
  { query: { '{{user}}': '1' } },
  { query: { u: '{{user}}' } },
])('a call of many members may not name one of them for all: %j', (fields) => {
  expect(problemsOf('add', fields)).toEqual([
    'acme.json at add: {{user}} belongs into bodyEach: path and query are the same for all members of a call',
  ]);
});

it('every unknown placeholder is listed, beside whatever else is wrong', () => {
  const fields = { query: { a: '{{a}}', b: '{{b}}', c: '{{c-d}}', d: '{{segment}}' } };
  const remove = { ...calls.remove, path: '/{{x}}' };
  const problems = problemsOf('add', fields, { id: 'Not Ok', auth: 'bearer', remove });
  const places = problems.map((problem) => /^acme\.json at ([^:]+):/.exec(problem)?.[1]);
  expect(places.sort()).toEqual(['add', 'add', 'add', 'auth', 'id', 'remove']);
});

it.each(['add', 'remove'] as const)('%s without bodyEach takes one member a call', (call) => {
  const oneByOne = { bodyEach: undefined, query: { user: '{{user}}' } };
  const withoutBody = JSON.parse(JSON.stringify({ ...calls[call], ...oneByOne })) as object;
  const top = { [call]: withoutBody };
  expect(problemsOf(call, {}, { ...top, maxMembersPerCall: 2 })).toEqual([
    'acme.json at maxMembersPerCall: must be 1 when add or remove has no bodyEach',
  ]);
  expect(problemsOf(call, {}, { ...top, maxMembersPerCall: 1 })).toEqual([]);
});
