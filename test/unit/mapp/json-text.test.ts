import { describe, expect, it } from '@jest/globals';
import { parseCall } from '../../../shared/mapp/parse-call.ts';

const parse = (body: string | Buffer) => parseCall('CREATE_AUDIENCE', Buffer.from(body));
const BODY = '{"Type":"CREATE_AUDIENCE","Audience":"1","Name":"Käufer"}';

describe('of a key that is there twice, the last counts', () => {
  it('in the body', () => {
    const body =
      '{"Type":"VALIDATE","Audience":"1","Name":"a","Name":"b","Type":"CREATE_AUDIENCE"}';
    expect(parse(body)).toMatchObject({ audience: { name: 'b' } });
  });

  it('in an entry', () => {
    const entry = '{"Audience":"a.1","External_user_id":"x-1","External_user_id":"x-2"}';
    const body = `{"Type":"ADD_TO_AUDIENCE","Mutations":[${entry}]}`;
    expect(parseCall('ADD_TO_AUDIENCE', Buffer.from(body))).toMatchObject({
      mutations: [{ user: { externalUserId: 'x-2' } }],
    });
  });

  it('also when it is the array', () => {
    const arrayOf = (id: string) => `"Mutations":[{"Audience":"a.1","Uuid":"${id}"}]`;
    const body = `{"Type":"ADD_TO_AUDIENCE",${arrayOf('u-1')},${arrayOf('u-2')}}`;
    expect(parseCall('ADD_TO_AUDIENCE', Buffer.from(body))).toMatchObject({
      mutations: [{ user: { uuid: 'u-2' } }],
    });
  });
});

describe('characters', () => {
  it('written as escapes are the same as written out', () => {
    const escaped = BODY.replace('ä', '\\u00e4');
    expect(escaped).not.toBe(BODY);
    expect(parse(escaped)).toEqual(parse(BODY));
  });

  it.each([
    ['a byte order mark', Buffer.from(`\ufeff${BODY}`)],
    ['UTF-16', Buffer.from(BODY.replace('ä', 'a'), 'utf16le')],
    ['Latin-1', Buffer.from(BODY, 'latin1')],
  ])('in %s are refused with 400', (_, body) => {
    expect(() => parse(body)).toThrow(
      expect.objectContaining({ status: 400, message: expect.stringMatching(/^body: is not/) }),
    );
  });
});
