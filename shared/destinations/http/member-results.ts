import { allDelivered } from '../failed-call.ts';
import type { BatchResult, Outcome } from '../destination.ts';
import type { MemberResults } from './description/answers.ts';
import { holds } from './interpret.ts';
import { parseAnswer, valueAt } from './pointer.ts';
import type { SentMember } from './sent-member.ts';

const DELIVERED: Outcome = { status: 'delivered' };
/** Codes are for operators; a longer one, or one with other characters, may quote a user's id. */
const CODE = /^[\w.-]{1,60}$/;

/**
 * What an answer that took the call says of its members, in their order. Where it names only those not
 * taken, an answer that names none took all; where it tells of each, those it leaves out come again.
 */
export function resultsIn(
  body: string,
  results: MemberResults,
  members: readonly SentMember[],
): BatchResult {
  if (results.by === 'none') return allDelivered(members.map(({ member }) => member));
  const report = valueAt(parseAnswer(body), results.at);
  if (results.by === 'count') return counted(report, results, members);
  if (!Array.isArray(report) && results.by !== 'position') {
    return allDelivered(members.map(({ member }) => member));
  }
  const list: readonly unknown[] = Array.isArray(report) ? report : [];
  const outcomes =
    results.by === 'position'
      ? members.map((_, index) => positioned(list[index], results))
      : named(list, results, members);
  return { kind: 'outcomes', outcomes };
}

/**
 * Which members a refused call names: those are refused, and the others come again without them.
 * Undefined when it names none.
 */
export function namedInRefusal(
  body: string,
  results: MemberResults,
  members: readonly SentMember[],
): BatchResult | undefined {
  if (results.by !== 'index' && results.by !== 'id') return undefined;
  const report = valueAt(parseAnswer(body), results.at);
  if (!Array.isArray(report)) return undefined;
  const outcomes = named(report, results, members);
  if (outcomes.every((outcome) => outcome === DELIVERED)) return undefined;
  const again: Outcome = { status: 'retry', reason: 'the call was refused because of others' };
  return {
    kind: 'outcomes',
    outcomes: outcomes.map((outcome) => (outcome === DELIVERED ? again : outcome)),
  };
}

function counted(
  report: unknown,
  { counts, then }: Extract<MemberResults, { by: 'count' }>,
  members: readonly SentMember[],
): BatchResult {
  const all = { kind: 'outcomes', outcomes: members.map(() => DELIVERED) } as const;
  const count = Number(report);
  if (!Number.isSafeInteger(count) || typeof report === 'boolean' || report === null) return all;
  const refused = counts === 'refused' ? count : members.length - count;
  if (refused <= 0) return all;
  if (then === 'search') return { kind: 'refused-whole', reason: 'it did not take all members' };
  return { ...all, unnamedRefusals: Math.min(refused, members.length) };
}

function positioned(
  element: unknown,
  results: Extract<MemberResults, { by: 'position' }>,
): Outcome {
  if (element === undefined) return { status: 'retry', reason: 'the answer leaves it out' };
  return holds(element, results.taken) ? DELIVERED : notTaken(element, results);
}

function named(
  list: readonly unknown[],
  results: Extract<MemberResults, { by: 'index' | 'id' }>,
  members: readonly SentMember[],
): Outcome[] {
  const keyOf =
    results.by === 'index'
      ? (element: unknown) => String(valueAt(element, results.indexAt))
      : (element: unknown) => String(valueAt(element, results.idAt));
  const problems = new Map(list.map((element) => [keyOf(element), notTaken(element, results)]));
  return members.map(
    ({ written }, index) =>
      problems.get(results.by === 'index' ? String(index) : written) ?? DELIVERED,
  );
}

function notTaken(
  element: unknown,
  { retry, code }: Pick<Extract<MemberResults, { by: 'id' }>, 'retry' | 'code'>,
): Outcome {
  const found = code === undefined ? undefined : valueAt(element, code);
  const text = typeof found === 'string' || typeof found === 'number' ? String(found) : '';
  const reason = CODE.test(text) ? `not taken: ${text}` : 'not taken';
  return { status: retry !== undefined && holds(element, retry) ? 'retry' : 'rejected', reason };
}
