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
  ['add', { path: '/segments/{{segment}}/{{user}}' }],
  ['add', { bodyEach: { id: '{{segment | number}}', nested: [{ user: '{{ user }}' }] } }],
  ['remove', { query: { id: '{{segment}}', user: '{{user}}' } }],
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
  ['remove', '__proto__', { query: { u: '{{__proto__}}' } }],
] as const)('%s may not name %s', (call, name, fields) => {
  const known = call === 'create' ? 'title or audience.id' : 'segment or user';
  const problem = `acme.json at ${call}: {{${name}}} has no value here; use ${known}`;
  expect(problemsOf(call, fields)).toEqual([problem]);
});

it('every unknown placeholder is listed', () => {
  const fields = { query: { a: '{{a}}', b: '{{b}}', user: '{{user}}' } };
  expect(problemsOf('add', fields)).toHaveLength(2);
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
