import type { BatchResult, Member, MicroBatch, Outcome } from '../destination.ts';
import { allDelivered, failedBatch } from '../failed-call.ts';
import { writeIdentifier } from '../identifier.ts';
import type { CallResult, Caller } from './caller.ts';
import type { MemberCall } from './description/calls.ts';
import type { PlatformDescription } from './description/schema.ts';
import { meaningOf } from './interpret.ts';
import { namedInRefusal, resultsIn } from './member-results.ts';
import type { SentMember } from './sent-member.ts';
import { fillJson, fillText, type TemplateValues } from './template.ts';
import { memberValues } from './values.ts';

export interface MicroBatchParts {
  readonly platform: PlatformDescription;
  readonly call: Caller;
  /** What every template may name, at present. */
  readonly constants: () => TemplateValues;
}

/** Brings one micro-batch to the platform and says what became of each member. */
export async function applyMicroBatch(
  { operation, members }: MicroBatch,
  template: MemberCall,
  { platform, call, constants }: MicroBatchParts,
): Promise<BatchResult> {
  const context = { operation, template, platform, constants: constants() };
  const prepared = members.map((member) => prepare(member, context));
  const sendable = prepared.filter((item) => 'written' in item);
  // Two ids of the DMP may be one user for the platform.
  const byId = new Map(sendable.map((sent) => [`${sent.member.segment}\n${sent.written}`, sent]));
  const sent = [...byId.values()];
  if (sent.length === 0) return inOrder(prepared, new Map());

  const reply = await call(withBody(template), valuesOf(sent, operation, template));
  const result = resultOf(reply, sent, { template, platform });
  if (result.kind !== 'outcomes') return result;
  const outcomes = new Map(
    sent.map(({ member, written }, index) => [
      `${member.segment}\n${written}`,
      result.outcomes[index],
    ]),
  );
  return { ...result, ...inOrder(prepared, outcomes) };
}

type Prepared = SentMember | { readonly refused: Outcome };

interface PrepareContext {
  readonly operation: MicroBatch['operation'];
  readonly template: MemberCall;
  readonly platform: PlatformDescription;
  readonly constants: TemplateValues;
}

function prepare(
  member: Member,
  { operation, template, platform, constants }: PrepareContext,
): Prepared {
  const id = writeIdentifier(member.user, platform.user);
  if ('problem' in id)
    return { refused: { status: 'rejected', reason: `not sent: ${id.problem}` } };
  const values = { ...constants, ...memberValues(operation, member, id.text) };
  const { member: each = null, separator } = template;
  if (separator === undefined || typeof each !== 'string') {
    return { member, written: id.text, item: fillJson(each, values) };
  }
  const item = fillText(each, values);
  // It would begin another member, and there is no escape that every platform knows.
  if (item.includes(separator) || /[\r\n\0]/.test(item)) {
    const reason = 'not sent: its id contains what separates members';
    return { refused: { status: 'rejected', reason } };
  }
  return { member, written: id.text, item };
}

/** Members without a body of their own are the body. */
function withBody(template: MemberCall): MemberCall {
  const { member, body, query } = template;
  const inQuery = Object.values(query).some((text) => text.includes('members'));
  if (member === undefined || body !== undefined || inQuery) return template;
  return { ...template, body: { json: '{{members}}' } };
}

function valuesOf(
  sent: readonly SentMember[],
  operation: MicroBatch['operation'],
  { member, separator }: MemberCall,
): TemplateValues {
  const [first] = sent;
  if (first === undefined) return {};
  if (member === undefined) return memberValues(operation, first.member, first.written);
  const items = sent.map(({ item }) => item);
  const members = separator === undefined ? items : items.map(String).join(separator);
  return { segment: first.member.segment, members };
}

function resultOf(
  reply: CallResult,
  sent: readonly SentMember[],
  { template, platform }: { template: MemberCall; platform: PlatformDescription },
): BatchResult {
  const { results } = template;
  if (reply.kind === 'unanswered') return { kind: 'retry', reason: reply.reason };
  if (reply.kind === 'unsendable')
    return { kind: 'refused-whole', reason: `its id ${reply.reason}` };
  const members = sent.map(({ member }) => member);
  const meaning = meaningOf(reply, [...template.answers, ...platform.answers]);
  if (meaning === 'ok') {
    if (results === undefined) return allDelivered(members);
    // Of fewer members it says less.
    if (!reply.isWhole) return { kind: 'refused-whole', reason: 'its answer is too long to read' };
    return resultsIn(reply.body, results, sent);
  }
  const named =
    meaning === 'refused' && results !== undefined
      ? namedInRefusal(reply.body, results, sent)
      : undefined;
  return named ?? failedBatch(reply, meaning, members);
}

function inOrder(
  prepared: readonly Prepared[],
  outcomes: ReadonlyMap<string, Outcome | undefined>,
): Extract<BatchResult, { kind: 'outcomes' }> {
  return {
    kind: 'outcomes',
    outcomes: prepared.map((item) =>
      'refused' in item
        ? item.refused
        : (outcomes.get(`${item.member.segment}\n${item.written}`) ?? NO_WORD),
    ),
  };
}

const NO_WORD: Outcome = { status: 'retry', reason: 'the answer leaves it out' };
