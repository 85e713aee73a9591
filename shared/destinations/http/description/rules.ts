/** Rules over several fields of a description, each checked when the fields it speaks of are right. */
import type { MemberCall } from './calls.ts';
import type { PlatformDescription } from './schema.ts';
import { placeholdersIn, textsIn } from '../template.ts';

type Fields = Partial<PlatformDescription>;
/** Where a rule is broken, and the rule; none when it is kept, or cannot be told yet. */
type Rule = (fields: Fields) => readonly string[];

/** Room for what stands around the members in a body. */
export const ENVELOPE_BYTES = 2_000;

const oneByOneWithoutMember: Rule = ({ limits, ...fields }) =>
  limits === undefined || limits.membersPerCall === 1
    ? []
    : memberCalls(fields).flatMap(([name, { member }]) =>
        member === undefined ? [`${name}: needs member, or limits.membersPerCall must be 1`] : [],
      );

const membersInBody: Rule = (fields) =>
  memberCalls(fields).flatMap(([name, { member, separator, body, query }]) => {
    if (member === undefined) return separator ? [`${name}.separator: needs member`] : [];
    const inQuery = names(query).includes('members');
    const inBody = body === undefined ? !inQuery : names(body).includes('members');
    const inJson = body === undefined || 'json' in body;
    if (inBody === inQuery) return [`${name}.body: must hold {{members}} in one place`];
    if (separator === undefined && !(inBody && inJson)) {
      return [`${name}.separator: is missing: outside of JSON, {{members}} is a text`];
    }
    const isText = typeof member === 'string';
    return separator !== undefined && !isText
      ? [`${name}.member: must be a text with separator`]
      : [];
  });

/** A list stands for itself only where a text is nothing else. */
const listsAlone: Rule = (fields) =>
  memberCalls(fields).flatMap(([name, { body, separator, member }]) => {
    if (member === undefined || separator !== undefined || body === undefined || !('json' in body))
      return [];
    const mixed = textsIn(body).some(
      (text) => placeholdersIn(text).includes('members') && !/^\{\{\s*members\s*\}\}$/.test(text),
    );
    return mixed
      ? [`${name}.body: {{members}} must stand alone in its text, or needs separator`]
      : [];
  });

const segmentsTogether: Rule = ({ limits, ...fields }) => {
  if (limits === undefined || limits.segmentsPerCall === 1) return [];
  if (limits.oneCallPerSegment) return ['limits.segmentsPerCall: must be 1 with oneCallPerSegment'];
  return memberCalls(fields).flatMap(([name, { path, query, headers, body, member }]) => {
    if (member !== undefined && names({ path, query, headers, body }).includes('segment')) {
      return [`limits.segmentsPerCall: must be 1 when ${name} names {{segment}} outside of member`];
    }
    return [];
  });
};

const getWithoutBody: Rule = (fields) =>
  calls(fields).flatMap(([name, call]) => {
    const inQuery = names(call.query).includes('members');
    const sendsMembers = 'member' in call && !inQuery;
    return call.method === 'GET' && (call.body !== undefined || sendsMembers)
      ? [`${name}.method: a GET has no body`]
      : [];
  });

const oneRate: Rule = ({ limits }) =>
  limits?.callsPerSecond !== undefined && limits.callsPerMinute !== undefined
    ? ['limits.callsPerMinute: give callsPerSecond or callsPerMinute, not both']
    : [];

const bytesWithRoom: Rule = ({ limits }) =>
  limits?.bytesPerCall !== undefined && limits.bytesPerCall <= 2 * ENVELOPE_BYTES
    ? [`limits.bytesPerCall: must be over ${2 * ENVELOPE_BYTES}`]
    : [];

const namedCredential: Rule = ({ auth, credentials }) => {
  if (auth === undefined || auth.type === 'none') return [];
  if (credentials === undefined) {
    return auth.credential === undefined
      ? []
      : ['auth.credential: needs credentials, a list of names'];
  }
  if (auth.credential !== undefined && credentials.includes(auth.credential)) return [];
  return [`auth.credential: must name one of credentials: ${credentials.join(', ')}`];
};

const answerConditions: Rule = (fields) =>
  [
    ['answers', fields.answers ?? []] as const,
    ...calls(fields).map(([name, { answers }]) => [`${name}.answers`, answers] as const),
  ].flatMap(([place, rules]) =>
    rules.flatMap(({ status, at, in: values }, index) => {
      if ((at === undefined) !== (values === undefined)) {
        return [`${place}.${index}: at and in go together`];
      }
      return status === undefined && at === undefined
        ? [`${place}.${index}: needs status, or at and in`]
        : [];
    }),
  );

const implicitSegments: Rule = ({ create, find }) => {
  if (create === undefined || 'path' in create) return [];
  const key = names(create.segment.value).filter(
    (name) => name === 'title' || name === 'audience.id',
  );
  const problems =
    key.length === 0 ? ['create.segment.value: must name {{title}} or {{audience.id}}'] : [];
  return find === undefined ? problems : [...problems, 'find: needs a create that calls something'];
};

const RULES: readonly Rule[] = [
  oneByOneWithoutMember,
  membersInBody,
  listsAlone,
  segmentsTogether,
  getWithoutBody,
  oneRate,
  bytesWithRoom,
  namedCredential,
  answerConditions,
  implicitSegments,
];

/** Every rule that a description breaks: where, and what it demands. */
export function brokenRules(fields: Fields): string[] {
  return RULES.flatMap((rule) => rule(fields));
}

function memberCalls({ add, remove }: Fields): (readonly [string, MemberCall])[] {
  return [
    ...(add === undefined ? [] : [['add', add] as const]),
    ...(remove === undefined || remove === 'not-supported' ? [] : [['remove', remove] as const]),
  ];
}

function calls(fields: Fields) {
  const { create, find, probe } = fields;
  return [
    ...(probe === undefined ? [] : [['probe', probe] as const]),
    ...(create !== undefined && 'path' in create ? [['create', create] as const] : []),
    ...(find === undefined ? [] : [['find', find] as const]),
    ...memberCalls(fields),
  ];
}

function names(value: unknown): string[] {
  return textsIn(value).flatMap(placeholdersIn);
}
