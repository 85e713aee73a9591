import { describe, expect, it } from '@jest/globals';
import { parseDescription } from '../../../shared/destinations/http/description/parse-description.ts';
import { ConfigurationError } from '../../../shared/errors.ts';

const member = { id: '{{segment}}', user: '{{user}}' };
const description = {
  id: 'acme',
  name: 'Acme Ads',
  baseUrl: 'https://api.acme.example',
  auth: { type: 'none' },
  limits: { membersPerCall: 100 },
  create: { method: 'POST', path: '/segments', idempotentBy: 'none', segment: { at: '/id' } },
  add: { method: 'POST', path: '/members', member },
  remove: { method: 'DELETE', path: '/members', member },
};
const find = { method: 'GET', path: '/segments', segment: { at: '/id' } };

function problemsOf(fields: object): readonly string[] {
  try {
    parseDescription({ ...description, ...fields }, 'acme.json');
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

const limitsOf = (limits: object) => ({ limits: { ...description.limits, ...limits } });

describe('calls that mix segments', () => {
  const many = limitsOf({ segmentsPerCall: 10 });

  it('are possible where each member names its own', () => {
    expect(problemsOf(many)).toEqual([]);
  });

  it.each<[string, object]>([
    ['add', { path: '/segments/{{segment}}/members' }],
    ['add', { query: { id: '{{ segment }}' } }],
    ['add', { query: { '{{segment | number}}': '1' } }],
    ['add', { headers: { 'x-segment': '{{segment}}' } }],
    ['add', { body: { json: { id: '{{segment}}', users: '{{members}}' } } }],
    ['remove', { path: '/segments/{{segment}}/members' }],
    ['remove', { query: { id: 'x-{{segment}}' } }],
  ])('are refused where %s names one segment for all: %j', (call, fields) => {
    const changed = { [call]: { ...description[call as 'add'], ...fields } };
    expect(problemsOf({ ...changed, ...many })).toEqual([
      `acme.json at limits.segmentsPerCall: must be 1 when ${call} names {{segment}} outside of member`,
    ]);
    expect(problemsOf(changed)).toEqual([]);
  });

  it('are refused where a segment takes one call at a time', () => {
    expect(problemsOf(limitsOf({ segmentsPerCall: 10, oneCallPerSegment: true }))).toEqual([
      'acme.json at limits.segmentsPerCall: must be 1 with oneCallPerSegment',
    ]);
    expect(problemsOf(limitsOf({ oneCallPerSegment: true }))).toEqual([]);
  });
});

it.each<[string, object]>([
  ['limits.segmentsPerCall', { segmentsPerCall: 0 }],
  ['limits.bytesPerCall', { bytesPerCall: -1 }],
  ['limits.bytesPerCall', { bytesPerCall: 4_000 }],
  ['limits.callsPerSecond', { callsPerSecond: null }],
  ['limits.callsPerMinute', { callsPerSecond: 1, callsPerMinute: 60 }],
])('%s in %j is no limit', (place, limits) => {
  const problems = problemsOf(limitsOf(limits));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(new RegExp(`^acme\\.json at ${place}: `));
});

describe('a look-up', () => {
  it.each<object>([
    find,
    { ...find, query: { key: '{{audience.id}}' }, listAt: '/data', where: { '/a': '{{title}}' } },
    { ...find, method: 'POST', path: '/find/{{audience.id}}' },
  ])('may be %j', (described) => {
    expect(problemsOf({ find: described })).toEqual([]);
  });

  it.each<[string, object]>([
    ['find.where', { ...find, where: { '/id': '{{segment}}' } }],
    ['find.query', { ...find, query: { id: '{{audience-id}}' } }],
    ['find.body.json', { ...find, body: {} }],
    ['find.method', { ...find, method: 'PUT' }],
    ['find.path', { ...find, path: 'segments' }],
    ['find.segment.at', { ...find, segment: { at: 'id' } }],
    ['find.listAt', { ...find, listAt: 'data' }],
    ['find.where.id', { ...find, where: { id: '{{title}}' } }],
    ['find.where./id', { ...find, where: { '/id': 7 } }],
  ])('is refused, by its place: %s in %j', (place, described) => {
    const problems = problemsOf({ find: described });
    const places = problems.map((problem) => problem.split(': ', 1)[0]);
    expect(new Set(places)).toEqual(new Set([`acme.json at ${place}`]));
  });

  it('is refused where nothing is called to create a segment', () => {
    const create = { segment: { value: '{{title}}' } };
    expect(problemsOf({ create })).toEqual([]);
    expect(problemsOf({ create, find })).toEqual([
      'acme.json at find: needs a create that calls something',
    ]);
  });
});
