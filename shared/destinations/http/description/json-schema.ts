import { z } from 'zod';
import { descriptionSchema } from './schema.ts';

/** The JSON Schema of a description, as platform.schema.json holds it. Rules over several fields, and those about placeholders, are checked by parseDescription only. */
export function descriptionJsonSchema(): object {
  return {
    title: 'A platform that Audience Relay brings audiences to',
    description: 'Documented in docs/destinations.md.',
    ...z.toJSONSchema(descriptionSchema, { io: 'input' }),
  };
}
