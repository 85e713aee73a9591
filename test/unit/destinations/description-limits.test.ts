import { describe, expect, it } from '@jest/globals';
import { parseDescription } from '../../../shared/destinations/http/description.ts';
import { ConfigurationError } from '../../../shared/errors.ts';

const bodyEach = { id: '{{segment}}', user: '{{user}}' };
const description = {
  id: 'acme',
  name: 'Acme Ads',
  baseUrl: 'https://api.acme.example',
  auth: 'none',
  maxMembersPerCall: 100,
  create: { method: 'POST', path: '/segments', idempotentBy: 'none', segmentAt: ['id'] },
  add: { method: 'POST', path: '/members', bodyEach },
  remove: { method: 'DELETE', path: '/members', bodyEach },
};
const find = { method: 'GET', path: '/segments', segmentAt: ['id'] };

function problemsOf(fields: object): readonly string[] {
  try {
    parseDescription({ ...description, ...fields }, 'acme.json');
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe('calls that mix segments', () => {
  const PROBLEM =
    'acme.json at maxSegmentsPerCall: must be 1 with oneCallPerSegment, or when path or query name {{segment}}';
  const many = { maxSegmentsPerCall: 10 };

  it('are possible where each element of the body names its own', () => {
    expect(problemsOf(many)).toEqual([]);
  });

  it.each<[string, object]>([
    ['add', { path: '/segments/{{segment}}/members' }],
    ['add', { query: { id: '{{ segment }}' } }],
    ['add', { query: { '{{segment | number}}': '1' } }],
    ['remove', { path: '/segments/{{segment}}/members' }],
    ['remove', { query: { id: 'x-{{segment}}' } }],
  ])('are refused where %s names one segment for all: %j', (call, fields) => {
    const changed = { [call]: { ...description[call as 'add'], ...fields } };
    expect(problemsOf({ ...changed, ...many })).toEqual([PROBLEM]);
    expect(problemsOf({ ...changed, maxSegmentsPerCall: 1 })).toEqual([]);
    expect(problemsOf(changed)).toEqual([]);
  });

  it('are refused where a segment takes one call at a time', () => {
    expect(problemsOf({ ...many, oneCallPerSegment: true })).toEqual([PROBLEM]);
    expect(problemsOf({ oneCallPerSegment: true })).toEqual([]);
  });
});

describe('a limit that is none is named by its place', () => {
  it.each<[string, object]>([
    ['maxSegmentsPerCall', { maxSegmentsPerCall: 0 }],
    ['maxBytesPerCall', { maxBytesPerCall: -1 }],
    ['maxCallsPerSecond', { maxCallsPerSecond: 0.5 }],
    ['maxCallsPerSecond', { maxCallsPerSecond: null }],
    ['oneCallPerSegment', { oneCallPerSegment: 'yes' }],
  ])('%s in %j', (place, fields) => {
    const problems = problemsOf(fields);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^acme\\.json at ${place}: `));
  });
});

describe('a look-up', () => {
  it.each<object>([
    find,
    { ...find, query: { key: '{{audience.id}}' }, listAt: ['data'], where: { a: '{{title}}' } },
    { ...find, method: 'POST', path: '/find/{{audience.id}}' },
  ])('may be %j', (described) => {
    expect(problemsOf({ find: described })).toEqual([]);
  });

  it.each<[string, object]>([
    ['find', { ...find, where: { id: '{{segment}}' } }],
    ['find', { ...find, query: { id: '{{audience-id}}' } }],
    ['find', { ...find, body: {} }],
    ['find.method', { ...find, method: 'PUT' }],
    ['find.path', { ...find, path: 'segments' }],
    ['find.segmentAt', { ...find, segmentAt: [] }],
    ['find.listAt', { ...find, listAt: 'data' }],
    ['find.where.id', { ...find, where: { id: 7 } }],
  ])('is refused, by its place: %s in %j', (place, described) => {
    const problems = problemsOf({ find: described });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^acme\\.json at ${place}: `));
  });
});
