import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { descriptionJsonSchema } from '../../../shared/destinations/http/description/json-schema.ts';

it('platform.schema.json is that of the code; `npm run schema` writes it', () => {
  const url = new URL('../../../shared/destinations/http/platform.schema.json', import.meta.url);
  const published = JSON.parse(readFileSync(url, 'utf8')) as unknown;
  expect(published).toEqual(JSON.parse(JSON.stringify(descriptionJsonSchema())));
});
