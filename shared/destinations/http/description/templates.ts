import { hasStrayBraces, placeholdersIn, textsIn } from '../template.ts';

const TIMES = ['now.iso', 'now.seconds', 'now.milliseconds'];
const TTL = [
  'ttl.seconds',
  'ttl.minutes',
  'ttl.hours',
  'ttl.days',
  'expires.iso',
  'expires.seconds',
  'expires.milliseconds',
];
const OPERATION = ['operation.id', 'operation.iso', 'operation.seconds', 'operation.milliseconds'];

const SEGMENT = ['title', 'audience.id'];
const CALL = ['segment', 'members'];
const MEMBER = ['segment', 'user', ...OPERATION];

type Fields = Readonly<Record<string, unknown>>;

/**
 * The placeholders that have no value where they stand, and braces that are none. Looks at the value as it
 * is, so that it finds them beside other problems.
 */
export function templateProblems(value: unknown): string[] {
  const top = fieldsOf(value);
  const options = Object.keys(fieldsOf(top['options'])).map((name) => `options.${name}`);
  const credentials = namesIn(top['credentials']).map((name) => `credentials.${name}`);
  const named = [...TIMES, ...options, ...credentials];
  const ttl = top['ttlSeconds'] === undefined ? [] : TTL;
  const segment = [...SEGMENT, ...named];
  return [
    ...problemsAt('headers', top['headers'], named),
    ...callProblems('probe', top['probe'], { call: named }),
    ...callProblems('create', top['create'], { call: [...segment, ...ttl] }),
    ...problemsAt('create.segment.value', fieldsOf(fieldsOf(top['create'])['segment'])['value'], [
      ...SEGMENT,
      ...options,
    ]),
    ...callProblems('find', top['find'], { call: segment }),
    ...problemsAt('find.where', fieldsOf(top['find'])['where'], [...SEGMENT, ...options]),
    ...['add', 'remove'].flatMap((name) => {
      const member = [...MEMBER, ...ttl, ...TIMES, ...options];
      const each = fieldsOf(top[name])['member'];
      const call = each === undefined ? [...member, ...credentials] : [...CALL, ...ttl, ...named];
      return callProblems(name, top[name], { call, member });
    }),
  ];
}

function callProblems(
  name: string,
  value: unknown,
  allowed: { readonly call: readonly string[]; readonly member?: readonly string[] },
): string[] {
  const { path, query, headers, body, member } = fieldsOf(value);
  const parts = { path, query, headers, body };
  return [
    ...Object.entries(parts).flatMap(([part, texts]) =>
      problemsAt(`${name}.${part}`, texts, allowed.call),
    ),
    ...problemsAt(`${name}.member`, member, allowed.member ?? []),
  ];
}

function problemsAt(place: string, value: unknown, allowed: readonly string[]): string[] {
  const texts = textsIn(value);
  const unknown = new Set(texts.flatMap(placeholdersIn).filter((name) => !allowed.includes(name)));
  const problems = [...unknown].map(
    (name) => `${place}: {{${name}}} has no value here; use ${allowed.join(', ')}`,
  );
  const stray = texts.some(hasStrayBraces);
  return stray ? [...problems, `${place}: has {{ or }} that is no placeholder`] : problems;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function namesIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
