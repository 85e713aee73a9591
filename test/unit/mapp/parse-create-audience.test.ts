import { expect, it } from '@jest/globals';
import { RequestError } from '../../../shared/errors.ts';
import { parseCall } from '../../../shared/mapp/parse-call.ts';

const sample = {
  Type: 'CREATE_AUDIENCE',
  Name: 'Test audience',
  Customer: 123,
  Audience: 'a5940e473cea659.356693871497425011',
};

const parse = (fields: object) =>
  parseCall('CREATE_AUDIENCE', Buffer.from(JSON.stringify({ ...sample, ...fields })));

function problemOf(fields: object): unknown {
  try {
    parse(fields);
  } catch (error) {
    if (error instanceof RequestError) return [error.status, error.message];
    throw error;
  }
  throw new Error('The audience was accepted.');
}

it('reads the documented sample', () => {
  expect(parse({})).toEqual({
    type: 'CREATE_AUDIENCE',
    audience: {
      id: 'a5940e473cea659.356693871497425011',
      name: 'Test audience',
      customer: 123,
    },
  });
});

it('ignores fields it does not know', () => {
  expect(parse({ Platform: 113, New: { deep: [null] }, audience: 'other' })).toEqual(parse({}));
});

it.each([
  ['a number as the id', { Audience: 4711 }, { id: '4711' }],
  ['the id 0', { Audience: 0 }, { id: '0' }],
  ['no customer', { Customer: undefined }, { customer: undefined }],
  ['a customer written as text', { Customer: '123' }, { customer: 123 }],
  ['a customer of 15 digits', { Customer: '999999999999999' }, { customer: 999_999_999_999_999 }],
  ['null as the customer', { Customer: null }, { customer: undefined }],
  ['an id of 256 characters', { Audience: 'a'.repeat(256) }, { id: 'a'.repeat(256) }],
  ['a name of 1024 characters', { Name: 'n'.repeat(1024) }, { name: 'n'.repeat(1024) }],
  ['a name beyond ASCII', { Name: ' Käufer 😀 "<b>" ' }, { name: ' Käufer 😀 "<b>" ' }],
])('accepts %s', (_, fields, audience) => {
  expect(parse(fields)).toMatchObject({ audience });
});

it.each([
  ['a missing id', { Audience: undefined }, 'Audience: is missing'],
  ['an empty id', { Audience: '' }, 'Audience: is empty'],
  ['null as the id', { Audience: null }, 'Audience: must be text'],
  ['an object as the id', { Audience: { id: 1 } }, 'Audience: must be text'],
  ['a fraction as the id', { Audience: 1.5 }, 'Audience: must be text'],
  ['a negative id', { Audience: -1 }, 'Audience: must be text'],
  ['an id JSON cannot carry exactly', { Audience: 2 ** 53 }, 'Audience: must be text'],
  ['an id too long', { Audience: 'a'.repeat(257) }, 'Audience: is longer than 256 characters'],
  ['a line break in the id', { Audience: 'a\nb' }, 'Audience: contains control characters'],
  ['a C1 control in the id', { Audience: 'a\u0085' }, 'Audience: contains control characters'],
  ['half a character in the id', { Audience: 'a\ud83d' }, 'Audience: is not well-formed Unicode'],
  ['a missing name', { Name: undefined }, 'Name: is missing'],
  ['null as the name', { Name: null }, 'Name: must be text'],
  ['an empty name', { Name: '' }, 'Name: is empty'],
  ['a name of spaces', { Name: ' \u00a0 ' }, 'Name: is empty'],
  ['a name too long', { Name: 'n'.repeat(1025) }, 'Name: is longer than 1024 characters'],
  ['a NUL in the name', { Name: 'n\0' }, 'Name: contains control characters'],
  ['half a character in the name', { Name: '\ude00n' }, 'Name: is not well-formed Unicode'],
  ...['', ' ', 'abc', '12a', ' 12', '-1', '1.5', '1e3', '1234567890123456', true].map(
    (Customer): [string, object, string] => [
      `the customer ${JSON.stringify(Customer)}`,
      { Customer },
      'Customer: must be a number',
    ],
  ),
])('refuses %s with 400', (_, fields, message) => {
  expect(problemOf(fields)).toEqual([400, message]);
});

it.each([
  ['Name', { Name: undefined }],
  ['Name', { Name: 17 }],
  ['Name', { Name: ['n'] }],
  ['Customer', { Customer: 1.5 }],
  ['Customer', { Customer: {} }],
])('names the field %s of a wrong type: %j', (field, fields) => {
  const [status, message] = problemOf(fields) as [number, string];
  expect(status).toBe(400);
  expect(message).toMatch(new RegExp(`^${field}: `));
});

it('names every field at fault at once, and no value', () => {
  const name = `marker-name ${'n'.repeat(1024)}`;
  const problem = problemOf({ Audience: 'marker-id\n', Name: name, Customer: 'marker-customer' });
  const [, message] = problem as [number, string];
  expect(message).toMatch(/^Audience: .+; Name: .+; Customer: .+$/);
  expect(message).not.toContain('marker');
});
