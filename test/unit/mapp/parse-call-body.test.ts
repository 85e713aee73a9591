import { describe, expect, it } from '@jest/globals';
import { RequestError } from '../../../shared/errors.ts';
import { CALL_TYPES, parseCall, type CallType } from '../../../shared/mapp/parse-call.ts';

const parse = (type: CallType, body: string | Buffer) => parseCall(type, Buffer.from(body));

function problemOf(type: CallType, body: string | Buffer): unknown {
  try {
    parse(type, body);
  } catch (error) {
    if (error instanceof RequestError) return [error.status, error.message];
    throw error;
  }
  throw new Error('The body was accepted.');
}

describe('a body that is no JSON object', () => {
  it.each([
    ['cut off', '{"Type":"CREATE_AUD', 'body: is not valid JSON'],
    ['empty', '', 'body: is not valid JSON'],
    ['a form', 'Type=CREATE_AUDIENCE', 'body: is not valid JSON'],
    ['JSON and more', '{"Type":"CREATE_AUDIENCE"}{}', 'body: is not valid JSON'],
    ['an array', '[{"Type":"CREATE_AUDIENCE"}]', 'body: is not a JSON object'],
    ['null', 'null', 'body: is not a JSON object'],
    ['a number', '17', 'body: is not a JSON object'],
    ['text', '"CREATE_AUDIENCE"', 'body: is not a JSON object'],
    ['true', 'true', 'body: is not a JSON object'],
  ])('(%s) is refused with 400', (_, body, message) => {
    expect(problemOf('CREATE_AUDIENCE', body)).toEqual([400, message]);
  });

  it('is refused when it is not UTF-8, instead of storing replacement characters', () => {
    const body = Buffer.from('{"Type":"CREATE_AUDIENCE","Audience":"1","Name":"Käufer"}', 'latin1');
    expect(problemOf('CREATE_AUDIENCE', body)).toEqual([400, 'body: is not UTF-8']);
  });

  it('is not quoted by the error, nor by its cause', () => {
    const secret = 'alice@example.com';
    try {
      parse('ADD_TO_AUDIENCE', `{"External_user_id": ${secret}}`);
    } catch (error) {
      expect(error).toBeInstanceOf(RequestError);
      const { message, cause, stack, details } = error as RequestError;
      expect(JSON.stringify([message, stack, details])).not.toContain('alice');
      expect(cause).toBeUndefined();
    }
    expect.assertions(3);
  });
});

describe("the body's Type", () => {
  it.each<[string, CallType, string]>([
    ['is missing', 'CREATE_AUDIENCE', '{"Audience":"1","Name":"n"}'],
    ['is that of another call', 'REMOVE_FROM_AUDIENCE', '{"Type":"ADD_TO_AUDIENCE"}'],
    ['has other letters', 'ADD_TO_AUDIENCE', '{"Type":"add_to_audience"}'],
    ['is an array of the right one', 'ADD_TO_AUDIENCE', '{"Type":["ADD_TO_AUDIENCE"]}'],
    ['is null', 'ADD_TO_AUDIENCE', '{"Type":null}'],
    ['hides in __proto__', 'VALIDATE', '{"Type":"X","__proto__":{"Type":"VALIDATE"}}'],
    ['is only in __proto__', 'CREATE_AUDIENCE', '{"__proto__":{"Type":"CREATE_AUDIENCE"}}'],
    ['is that of another call, for VALIDATE', 'VALIDATE', '{"Type":"CREATE_AUDIENCE"}'],
    ['is null, for VALIDATE', 'VALIDATE', '{"Type":null}'],
  ])('is refused when it %s', (situation, type, body) => {
    const missing = situation.startsWith('is missing') || situation.startsWith('is only in');
    const fault = missing ? 'is missing' : 'differs';
    const message = `Type: ${fault}; the body must repeat the query parameter type, ${type}`;
    expect(problemOf(type, body)).toEqual([400, message]);
  });

  it('is never echoed', () => {
    expect(JSON.stringify(problemOf('VALIDATE', '{"Type":"alice"}'))).not.toContain('alice');
  });
});

describe('VALIDATE', () => {
  it.each([
    ['an empty body', ''],
    ['its Type', '{"Type":"VALIDATE"}'],
    ['its Type and more', '{"Type":"VALIDATE","Customer":123,"New":{"deep":[1]}}'],
    ['an object without Type', '{}'],
  ])('is accepted with %s', (_, body) => {
    expect(parse('VALIDATE', body)).toEqual({ type: 'VALIDATE' });
  });

  it.each([' ', 'validate', '[]'])('is refused with the body %j', (body) => {
    expect(problemOf('VALIDATE', body)).toEqual([400, expect.stringMatching(/^body: /)]);
  });
});

it.each(CALL_TYPES)('%s leaves Object.prototype alone', (type) => {
  const proto = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';
  const rest = `"Audience":"1","Name":"n","Mutations":[{"Audience":"1","Uuid":"u",${proto}}]`;
  parse(type, `{"Type":"${type}",${proto},${rest}}`);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
