import { SAMPLE_CUSTOMER } from './mutations.ts';

/** The fields of CREATE_AUDIENCE, shaped like the vendor's sample. */
export function creationOf(
  audience: string,
  name: string,
  customer = SAMPLE_CUSTOMER,
): Readonly<Record<string, unknown>> {
  return { Name: name, Customer: customer, Audience: audience };
}
