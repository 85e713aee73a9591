import { expect, it } from '@jest/globals';
import { parseMutations } from '../../../shared/mapp/parse-mutations.ts';

const entry = { Audience: 'a.1', Uuid: 'u-1', External_user_id: 'x-1' };
const parse = (more: object) => parseMutations({ Mutations: [{ ...entry, ...more }] }, 'add');

it.each([
  ['missing', {}],
  ['numbers', { Customer: 123, Platform: 113 }],
  ['text', { Customer: '123', Platform: 'abc' }],
  ['anything else', { Customer: null, Platform: { deep: [-1.5] } }],
])("an entry's Customer and Platform are not looked at: %s", (_, fields) => {
  const mutation = {
    audience: 'a.1',
    operation: 'add',
    user: { uuid: 'u-1', externalUserId: 'x-1' },
  };
  expect(parse(fields)).toEqual({ mutations: [mutation], rejected: [] });
});

it.each(['AbC', ' padded ', 'a/b?c=d&e', 'a%20b'])('ids are kept to the letter: %j', (id) => {
  const { mutations } = parse({ Audience: id, Uuid: id, External_user_id: id });
  expect(mutations).toMatchObject([{ audience: id, user: { uuid: id, externalUserId: id } }]);
});
