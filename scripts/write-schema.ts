/** `npm run schema`: the JSON Schema of a platform's description, for editors. */
import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { descriptionJsonSchema } from '../shared/destinations/http/description/json-schema.ts';

const FILE = 'shared/destinations/http/platform.schema.json';
const text = JSON.stringify(descriptionJsonSchema());
writeFileSync(FILE, await format(text, { ...(await resolveConfig(FILE)), filepath: FILE }));
console.log(FILE);
