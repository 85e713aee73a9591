import { expect, test } from '@jest/globals';
import { documentId } from '../../../shared/audience-map/document-id.ts';

const LONG = 'a'.repeat(1_001);

test.each([
  ['a5940e473cea659.356693871497425011', 'id:a5940e473cea659.356693871497425011'],
  ['a/b', 'id:a%2Fb'],
  ['.', 'id:.'],
  ['..', 'id:..'],
  ['', 'id:'],
  ['__all__', 'id:__all__'],
  ['ä', 'id:%C3%A4'],
  ['a'.repeat(1_000), `id:${'a'.repeat(1_000)}`],
])('%j is a document of a legal name that stays readable', (id, expected) => {
  expect(documentId(id)).toBe(expected);
});

test('an id too long for one is named by its digest', () => {
  // head -c 1001 /dev/zero | tr '\0' a | sha256sum
  expect(documentId(LONG)).toBe(
    'sha256:bb0381c13e0817201355e7d700b7623f0e985287add78712a11407c9f754efc8',
  );
  expect(documentId(`${LONG}b`)).not.toBe(documentId(LONG));
});

test('no two ids share a document', () => {
  const ids = ['a/b', 'a%2Fb', 'a%252Fb', 'id:a/b', 'sha256:a', '.', '..', ' ', '+', LONG];
  expect(new Set(ids.map(documentId)).size).toBe(ids.length);
});
