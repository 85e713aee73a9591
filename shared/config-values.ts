/** What one variable may hold: the schemas config.ts is made of. */
import { z } from 'zod';
import { SecretText } from './secret-text.ts';

export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
export const wholeNumber = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'must be a whole number, 1 or more')
  .transform(Number);
/** Of something that has no default. */
export const name = z.string({ error: 'is not set' });
export const secretText = z.string().transform((value) => new SecretText(value));
export const userAndPassword = z
  .string()
  .regex(/^[^:]+:.+$/, 'write it as user:password')
  .transform((value) => new SecretText(value));
export const commaSeparatedSecrets = z
  .string()
  .transform((value) => splitList(value))
  .refine((values) => values.length > 0, 'write at least one secret')
  .transform((values) => values.map((value) => new SecretText(value)));
/** `projects/P/secrets/S`, Secret Manager's own name of a secret. */
export const secretName = name.regex(
  /^projects\/[^/]+\/secrets\/[^/]+$/,
  'write it as projects/PROJECT/secrets/SECRET',
);
/** `projects/P/locations/R/services/S`, Cloud Run's own name of a service. */
export const cloudRunService = regionalName('services', 'SERVICE');
/** `projects/P/locations/R/jobs/J`, Cloud Scheduler's own name of a job. */
export const schedulerJob = regionalName('jobs', 'JOB');
export const serviceAccount = name.regex(
  /^[^@\s:]+@[^@\s]+\.gserviceaccount\.com$/,
  'write it as the e-mail address of a service account',
);
/** Parsed; of which shape it must be, its destination says. */
export const jsonObject = z.string().transform((value, context) => {
  const parsed = parseJson(value);
  if (isObject(parsed)) return parsed;
  context.addIssue({ code: 'custom', message: 'write it as a JSON object' });
  return z.NEVER;
});
export const description = z
  .string()
  .regex(/^\s*\{|\.json$/, 'write it as a JSON object, or as the path of a .json file');
export const distinctNames = z
  .string()
  .transform((value) => splitList(value))
  .superRefine((names, context) => {
    if (names.length === 0) context.addIssue({ code: 'custom', message: 'name at least one' });
    const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
    for (const name of twice) {
      context.addIssue({ code: 'custom', message: `"${name}" is named twice; name each once` });
    }
  });
const HOST_NAME =
  /^(?=.{1,253}$)(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z][a-z\d-]{0,61}[a-z\d]$/;
/** Names a browser knows, in the form of the allow-list: lower case, no port, no address. */
export const hostNames = z
  .string()
  .transform((value) => splitList(value).map((host) => host.toLowerCase()))
  .refine(
    (hosts) => hosts.length > 0 && hosts.every((host) => HOST_NAME.test(host)),
    'write host names such as go.flx1.com, separated by commas; no scheme, port or address',
  );
/** RFC 6265's token. */
export const cookieName = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]{1,128}$/, 'must be the name of a cookie, without its value');
const PARAMETER_NAME = /^[\w.-]{1,64}$/;
export const signatureName = z
  .string()
  .regex(PARAMETER_NAME, 'must be the name of a parameter: letters, digits, and . _ -')
  .refine((value) => value !== 'out', 'must not be out, which is what is signed');
export const signedParameters = z
  .string()
  .transform((value) => splitList(value))
  .refine(
    (names) => names.includes('out') && names.every((name) => PARAMETER_NAME.test(name)),
    'write names of parameters, separated by commas, out among them: else it could be swapped',
  );
const portText = 'must be a port, 0 to 65535';
export const port = z
  .string()
  .regex(/^\d{1,5}$/, portText)
  .transform(Number)
  .refine((value) => value <= 65535, portText);

function splitList(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Its error quotes the text it fails on.
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function regionalName(collection: string, placeholder: string) {
  const part = '[^/?#\\s]+';
  return name.regex(
    new RegExp(`^projects/${part}/locations/${part}/${collection}/${part}$`),
    `write it as projects/PROJECT/locations/REGION/${collection}/${placeholder}`,
  );
}
