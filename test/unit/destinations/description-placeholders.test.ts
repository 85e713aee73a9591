import { describe, expect, it } from '@jest/globals';
import { parseDescription } from '../../../shared/destinations/http/description/parse-description.ts';
import { ConfigurationError } from '../../../shared/errors.ts';

const description = {
  id: 'acme',
  name: 'Acme Ads',
  baseUrl: 'https://api.acme.example',
  auth: { type: 'none' },
  limits: { membersPerCall: 100 },
};
const calls = {
  create: { method: 'POST', path: '/segments', idempotentBy: 'none', segment: { at: '/id' } },
  add: { method: 'POST', path: '/members', member: '{{user}}' },
  remove: { method: 'DELETE', path: '/members', member: '{{user}}' },
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
  ['add', { member: { id: '{{segment | number}}', nested: [{ user: '{{ user }}' }] } }],
  ['add', { member: { 'user-{{user}}': { '{{segment}}': true } } }],
  ['add', { member: { id: '{{{user}}}', braces: '{user}', ends: '{"a":{"b":1} }' } }],
  ['remove', { query: { id: '{{segment}}' } }],
] as const)('%s may name its values: %j', (call, fields) => {
  expect(problemsOf(call, fields)).toEqual([]);
});

it.each([
  ['create.path', 'segment', { create: { path: '/segments/{{segment}}' } }],
  ['create.query', 'user', { create: { query: { u: '{{user}}' } } }],
  ['create.body', 'members', { create: { body: { json: ['{{members}}'] } } }],
  ['create.segment.value', 'user', { create: { segment: { value: '{{title}}-{{user}}' } } }],
  ['add.path', 'title', { add: { path: '/members/{{title}}' } }],
  ['add.path', 'user', { add: { path: '/members/{{user}}' } }],
  ['add.query', 'user', { add: { query: { '{{user}}': '1' } } }],
  ['add.headers', 'operation.id', { add: { headers: { id: '{{operation.id}}' } } }],
  ['add.member', 'userid', { add: { member: { user: ['{{userid}}'] } } }],
  ['add.member', 'members', { add: { member: '{{members}}' } }],
  ['add.member', 'ttl.seconds', { add: { member: '{{ttl.seconds}}' } }],
  ['add.member', 'options.account', { add: { member: '{{options.account}}' } }],
  ['add.member', 'userid', { add: { member: [{ nested: { 'user-{{userid}}': 1 } }] } }],
  ['remove.query', 'uuid', { remove: { query: { u: '{{uuid | number}}' } } }],
  ['remove.query', '__proto__', { remove: { query: { u: '{{__proto__}}' } } }],
] as const)('%s may not name %s', (place, name, changed) => {
  const [[call, fields] = ['', {}]] = Object.entries<object>(changed);
  const problems = problemsOf(call as 'add', fields);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(`acme.json at ${place}: {{${name}}} has no value here; use `);
});

it('what may be named is listed', () => {
  const ttl = { ttlSeconds: 60, options: { account: { text: 'x' } }, credentials: ['key'] };
  const auth = { type: 'basic', credential: 'key' };
  const [problem] = problemsOf('add', { member: '{{x}}' }, { ...ttl, auth });
  expect(problem).toBe(
    'acme.json at add.member: {{x}} has no value here; use segment, user, operation.id, operation.iso, operation.seconds, operation.milliseconds, ttl.seconds, ttl.minutes, ttl.hours, ttl.days, expires.iso, expires.seconds, expires.milliseconds, now.iso, now.seconds, now.milliseconds, options.account',
  );
});

it.each([
  ['create.path', { create: { path: '/segments/{{audience-id}}' } }],
  ['add.path', { add: { path: '/members/{{user-id}}' } }],
  ['add.query', { add: { query: { u: '{{segment | nubmer}}' } } }],
  ['add.query', { add: { query: { u: '{{segment}' } } }],
  ['add.query', { add: { query: { u: '{segment}}' } } }],
  ['add.query', { add: { query: { u: '{{}}' } } }],
  ['add.headers', { add: { headers: { user: '{{user id}}' } } }],
  ['add.member', { add: { member: ['{{user}}', { nested: '{{user}} {{ user | text }}' }] } }],
  ['remove.member', { remove: { member: { '{{user-id}}': 1 } } }],
] as const)('%s may not misspell a placeholder: %j', (place, changed) => {
  const [[call, fields] = ['', {}]] = Object.entries<object>(changed);
  expect(problemsOf(call as 'add', fields)).toEqual([
    `acme.json at ${place}: has {{ or }} that is no placeholder`,
  ]);
});

describe('members', () => {
  const json = (body: unknown) => ({ body: { json: body } });
  it.each<[string, object]>([
    ['alone as the body', {}],
    ['in a body', json({ segment: '{{segment}}', users: '{{members}}' })],
    ['as delimited text in JSON', { ...json({ ids: 'x {{members}}' }), separator: ';' }],
    ['as a text', { body: { text: 'id\n{{members}}', type: 'text/csv' }, separator: '\n' }],
    ['in a form', { body: { form: { ids: '{{members}}' } }, separator: ',' }],
    ['in the query', { query: { ids: '{{members}}' }, separator: ',' }],
  ])('may stand %s', (_, fields) => {
    expect(problemsOf('add', fields)).toEqual([]);
  });

  it.each<[string, object]>([
    ['body: must hold {{members}} in one place', json({ users: [] })],
    [
      'body: must hold {{members}} in one place',
      { ...json(['{{members}}']), query: { ids: '{{members}}' }, separator: ',' },
    ],
    [
      'separator: is missing: outside of JSON, {{members}} is a text',
      { body: { text: '{{members}}' } },
    ],
    [
      'separator: is missing: outside of JSON, {{members}} is a text',
      { query: { ids: '{{members}}' } },
    ],
    ['member: must be a text with separator', { separator: ',', member: ['{{user}}'] }],
    [
      'body: {{members}} must stand alone in its text, or needs separator',
      json({ ids: 'x {{members}}' }),
    ],
  ])('are refused: %s', (problem, fields) => {
    expect(problemsOf('add', fields)).toEqual([`acme.json at add.${problem}`]);
  });

  it.each(['add', 'remove'] as const)('%s without member takes one a call', (call) => {
    const rest = { method: calls[call].method, path: calls[call].path };
    const top = { [call]: { ...rest, query: { user: '{{user}}' } } };
    expect(problemsOf(call, {}, { ...top, limits: { membersPerCall: 2 } })).toEqual([
      `acme.json at ${call}: needs member, or limits.membersPerCall must be 1`,
    ]);
    expect(problemsOf(call, {}, { ...top, limits: { membersPerCall: 1 } })).toEqual([]);
    expect(
      problemsOf(
        call,
        {},
        {
          [call]: { ...rest, separator: ',' },
          limits: { membersPerCall: 1 },
        },
      ),
    ).toEqual([`acme.json at ${call}.separator: needs member`]);
  });
});

describe('credentials', () => {
  it.each<[string | undefined, object]>([
    [undefined, { auth: { type: 'bearer' } }],
    [undefined, { auth: { type: 'none' }, credentials: ['a', 'b'] }],
    [undefined, { auth: { type: 'bearer', credential: 'a' }, credentials: ['a', 'b'] }],
    ['needs credentials, a list of names', { auth: { type: 'bearer', credential: 'a' } }],
    ['must name one of credentials: a', { auth: { type: 'bearer' }, credentials: ['a'] }],
    [
      'must name one of credentials: a',
      { auth: { type: 'basic', credential: 'b' }, credentials: ['a'] },
    ],
  ])('problem %j in %j', (problem, top) => {
    const expected = problem === undefined ? [] : [`acme.json at auth.credential: ${problem}`];
    expect(problemsOf('add', {}, top)).toEqual(expected);
  });
});

it.each([
  [undefined, { segment: { value: 'a-{{audience.id}}' } }],
  [undefined, { segment: { value: '{{title}}' } }],
  ['create.segment.value: must name {{title}} or {{audience.id}}', { segment: { value: 'one' } }],
])('problem %j of a segment that nobody creates: %j', (problem, create) => {
  const expected = problem === undefined ? [] : [`acme.json at ${problem}`];
  expect(problemsOf('add', {}, { create })).toEqual(expected);
});
