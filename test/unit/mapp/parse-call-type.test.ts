import { expect, it } from '@jest/globals';
import { CALL_TYPES, parseCallType } from '../../../shared/mapp/parse-call.ts';

const parse = (query: string) => parseCallType(new URLSearchParams(query));

it.each(CALL_TYPES)('%s is read from the query string', (type) => {
  expect(parse(`type=${type}`)).toBe(type);
});

it('other query parameters do not matter', () => {
  expect(parse('utm=1&type=VALIDATE&Type=other&types=2')).toBe('VALIDATE');
});

it.each([
  ['missing', '', 'type: the query parameter is missing'],
  ['missing among others', 'Type=VALIDATE', 'type: the query parameter is missing'],
  ['empty', 'type=', 'type: the query parameter is unknown'],
  ['unknown', 'type=DELETE_AUDIENCE', 'type: the query parameter is unknown'],
  ['in lower case', 'type=validate', 'type: the query parameter is unknown'],
  ['a property of Object.prototype', 'type=constructor', 'type: the query parameter is unknown'],
  ['followed by a space', 'type=VALIDATE%20', 'type: the query parameter is unknown'],
  ['repeated', 'type=VALIDATE&type=CREATE_AUDIENCE', 'type: the query parameter is repeated'],
  ['repeated alike', 'type=VALIDATE&type=VALIDATE', 'type: the query parameter is repeated'],
])('a type that is %s is refused with 400 and the known ones', (_, query, message) => {
  const list = 'VALIDATE, CREATE_AUDIENCE, ADD_TO_AUDIENCE, REMOVE_FROM_AUDIENCE';
  expect(() => parse(query)).toThrow(
    expect.objectContaining({
      name: 'RequestError',
      code: 'REQUEST_INVALID',
      status: 400,
      message: `${message}; send one of ${list}`,
    }),
  );
});

it('an unknown type is not echoed', () => {
  expect(() => parse('type=alice@example.com')).toThrow(/^(?!.*alice)/);
});
