import { describe, expect, it } from '@jest/globals';
import {
  fillJson,
  fillPath,
  fillText,
  hasStrayBraces,
  placeholdersIn,
  textsIn,
  type Json,
} from '../../../shared/destinations/http/template.ts';

const values = { segment: '12345', user: 'a b', 'audience.id': 'a.1' };

describe('placeholdersIn', () => {
  it.each([
    ['no placeholder', []],
    ['{{segment}}/{{user}}/{{segment}}', ['segment', 'user', 'segment']],
    [
      '{{ audience.id }}{{segment | number}}{{segment|number}}',
      ['audience.id', 'segment', 'segment'],
    ],
    ['{segment} {{}} }}{{', []],
  ])('finds those of %j', (template, names) => {
    expect(placeholdersIn(template)).toEqual(names);
  });
});

describe('textsIn', () => {
  it.each<[unknown, string[]]>([
    ['text', ['text']],
    [{ a: 'b', c: ['d', { e: 'f' }] }, ['a', 'b', 'c', '0', 'd', '1', 'e', 'f']],
    [
      [1, true, null, undefined],
      ['0', '1', '2', '3'],
    ],
    [null, []],
    [7, []],
  ])('finds values and keys in %j', (value, texts) => {
    expect(textsIn(value)).toEqual(texts);
  });
});

describe('hasStrayBraces', () => {
  it.each(['', 'plain', '{{user}}', '{{ a.b }}/{{c | number}}', '{{{user}}}', '{"a":{"b":1} }'])(
    'finds none in %j',
    (template) => {
      expect(hasStrayBraces(template)).toBe(false);
    },
  );

  it.each([
    ...['{{user | nubmer}}', '{{user-id}}', '{{}}', '{{user', 'user}}', '{{user}} {{ or }'],
    ...['{{user number}}', '{{{{user}}}}', '{{user|number|number}}'],
  ])('finds some in %j', (template) => {
    expect(hasStrayBraces(template)).toBe(true);
  });
});

describe('fillText', () => {
  it.each([
    ['{{segment}}', '12345'],
    ['{{ user }}', 'a b'],
    ['id={{segment}}&user={{user}}&id={{segment}}', 'id=12345&user=a b&id=12345'],
    ['{{audience.id}}', 'a.1'],
    ['plain $& text', 'plain $& text'],
    ['[{"name":{{ user | json }}}]', '[{"name":"a b"}]'],
  ])('fills %j', (template, text) => {
    expect(fillText(template, values)).toBe(text);
  });

  it.each(['{{segment}}', "$& $` $' $1 $$", '{{user}}{{user}}'])(
    'takes the value %j as it is, evaluating nothing',
    (user) => {
      expect(fillText('<{{user}}>', { ...values, user })).toBe(`<${user}>`);
    },
  );

  it.each([fillText, fillPath, fillJson])('%p refuses a placeholder without value', (fill) => {
    expect(() => fill('{{title}}', values)).toThrow(TypeError);
    expect(() => fill('{{title}}', values)).toThrow('{{title}}');
    for (const inherited of ['{{constructor}}', '{{__proto__}}', '{{toString}}']) {
      expect(() => fill(inherited, values)).toThrow(TypeError);
    }
  });

  it('writes a value as JSON where it stands in some', () => {
    expect(fillText('{"a":{{user | json}}}', { user: '"},{"b":1' })).toBe(
      JSON.stringify({ a: '"},{"b":1' }),
    );
  });

  it('fills in an empty value', () => {
    expect(fillText('<{{user}}>', { user: '' })).toBe('<>');
  });
});

describe('fillPath', () => {
  it.each([
    ['a/b', 'a%2Fb'],
    ['../admin', '..%2Fadmin'],
    ['a?b=c&d#e', 'a%3Fb%3Dc%26d%23e'],
    ['a b+c', 'a%20b%2Bc'],
    ['50%', '50%25'],
    ['%2e%2e', '%252e%252e'],
    ['a\\b', 'a%5Cb'],
    ['ü😀', '%C3%BC%F0%9F%98%80'],
    ['a@evil.example:80', 'a%40evil.example%3A80'],
  ])('%j stays one segment of the path', (user, encoded) => {
    expect(fillPath('/v1/users/{{user}}/x', { user })).toBe(`/v1/users/${encoded}/x`);
  });

  it.each(['', '.', '..', '\ud83d'])('%j is no segment of a path', (user) => {
    expect(fillPath('/v1/{{segment}}/{{user}}/x', { ...values, user })).toBeUndefined();
    expect(fillPath('/v1/{{user}}', { user })).toBeUndefined();
    expect(fillPath('/v1/{{segment}}', { ...values, user })).toBe('/v1/12345');
  });

  it.each(['...', ' ', '.a', '..a'])('%j is one', (user) => {
    expect(fillPath('/v1/{{user}}/x', { user })).toBe(`/v1/${encodeURIComponent(user)}/x`);
  });

  it("leaves the template's own characters alone", () => {
    expect(fillPath('/v1/{{segment}}/a b?c=d', values)).toBe('/v1/12345/a b?c=d');
  });
});

describe('fillJson', () => {
  it('fills the texts of a value, however deep, and leaves all else', () => {
    const template: Json = {
      segment: '{{segment | number}}',
      users: ['{{user}}', { nested: 'user-{{user}}' }],
      rest: [1, true, null, 'plain'],
    };
    expect(fillJson(template, values)).toEqual({
      segment: 12345,
      users: ['a b', { nested: 'user-a b' }],
      rest: [1, true, null, 'plain'],
    });
    expect(template['rest']).toEqual([1, true, null, 'plain']);
  });

  it('fills the keys of objects, as text', () => {
    const template = { users: [{ 'user-{{user}}': { '{{segment | number}}': true } }] };
    expect(fillJson(template, values)).toEqual({ users: [{ 'user-a b': { '12345': true } }] });
  });

  it.each(['"', '\\', '","admin":true,"x":"', '\u2028', '{{segment}}'])(
    'keeps the value %j inside of its text',
    (user) => {
      const json = JSON.stringify(fillJson({ userid: '{{user}}' }, { ...values, user }));
      expect(JSON.parse(json)).toEqual({ userid: user });
    },
  );

  it.each([
    ['12345', 12345],
    ['0', 0],
    ['-5', -5],
    ['1.5', 1.5],
    ['9007199254740991', 9007199254740991],
  ])('makes a number of %j', (segment, number) => {
    expect(fillJson('{{ segment | number }}', { segment })).toBe(number);
    expect(fillJson('{{segment|number}}', { segment })).toBe(number);
  });

  it.each([
    ...['seg-1', '', ' 1', '1 ', '007', '0x10', '1e3', '1_000', '9007199254740993', '+1'],
    ...['NaN', 'Infinity', '-Infinity'],
  ])('leaves %j as text: no number of JSON says exactly this', (segment) => {
    expect(fillJson('{{segment | number}}', { segment })).toBe(segment);
  });

  it('makes a number of a whole text only', () => {
    expect(fillJson('id {{segment | number}}', values)).toBe('id 12345');
    expect(fillJson('{{segment}}', values)).toBe('12345');
  });
});
