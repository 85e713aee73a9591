import type { CreatedSegment, SegmentRequest } from '../destination.ts';
import {
  creationMisconfigured,
  creationRefused,
  creationUnavailable,
  failedCreation,
} from '../failed-call.ts';
import type { Answered } from '../send-request.ts';
import { readRefusal, readSegment, segmentId } from './answer-fields.ts';
import type { CallResult, Caller } from './caller.ts';
import type { AnyCall, CallToCreate, CreateCall, FindCall } from './description/calls.ts';
import type { PlatformDescription } from './description/schema.ts';
import { segmentInAnswer, UNREADABLE } from './find-segment.ts';
import { meaningOf } from './interpret.ts';
import { readPointer } from './pointer.ts';
import { fillText, type TemplateValues } from './template.ts';

interface Parts {
  readonly platform: PlatformDescription;
  readonly call: Caller;
  /** What every template may name, at present. */
  readonly constants: () => TemplateValues;
}

/** A function that creates the segment of an audience as the description says. */
export function segmentCreator({ platform, call, constants }: Parts) {
  const { create, name } = platform;

  return async (request: SegmentRequest): Promise<CreatedSegment> => {
    const values = { ...constants(), ...valuesOf(request) };
    if (!('path' in create)) return { segment: keyed(create, values, name), created: true };
    const result = await call(create, values);
    if (result.kind === 'answered' && isRefusal(result, create, platform)) {
      throw creationRefused(
        name,
        readRefusal(result.body, create.refusal?.at) ?? unexplained(result),
      );
    }
    const answer = answerOf(result, create, platform);
    const created =
      create.created === undefined || readPointer(answer.body, create.created.at) !== false;
    return { segment: segmentOf(answer, create, { values, platform }), created };
  };
}

/** A function that looks up the segment of an audience. */
export function segmentFinder(find: FindCall, { platform, call, constants }: Parts) {
  return async (request: SegmentRequest): Promise<string | undefined> => {
    const values = { ...constants(), ...valuesOf(request) };
    const result = await call(find, values);
    // Many platforms answer so when there is none.
    if (result.kind === 'answered' && result.status === 404) return undefined;
    const found = segmentInAnswer(answerOf(result, find, platform).body, find, values);
    if (found !== UNREADABLE) return found;
    const what = `named no candidates at ${find.listAt || 'the top'}`;
    throw creationMisconfigured(platform.name, what, { status: 200 });
  };
}

function valuesOf({ title, audienceId }: SegmentRequest) {
  return { title, 'audience.id': audienceId };
}

function isRefusal(result: Answered, create: AnyCall, { answers }: PlatformDescription): boolean {
  return meaningOf(result, [...create.answers, ...answers]) === 'refused';
}

/** The answer of a successful call; otherwise throws what it means. */
function answerOf(
  result: CallResult,
  { answers }: AnyCall,
  platform: PlatformDescription,
): Answered {
  if (result.kind === 'unanswered') throw creationUnavailable(platform.name, result.reason);
  if (result.kind === 'unsendable')
    throw creationRefused(platform.name, `its name or id ${result.reason}`);
  const meaning = meaningOf(result, [...answers, ...platform.answers]);
  if (meaning === 'ok') return result;
  throw failedCreation(platform.name, result, meaning);
}

function segmentOf(
  answer: Answered,
  { segment: source }: CallToCreate,
  { values, platform: { name } }: { values: TemplateValues; platform: PlatformDescription },
): string {
  if ('value' in source) return keyed({ segment: source }, values, name);
  const segment =
    'at' in source
      ? readSegment(answer.body, source.at)
      : segmentId(answer.headers.get(source.header) ?? undefined);
  if (segment !== undefined) return segment;
  const place = 'at' in source ? source.at || 'the top' : `the header ${source.header}`;
  throw creationMisconfigured(name, `named no segment at ${place}`, { status: answer.status });
}

function keyed(
  { segment }: Extract<CreateCall, { segment: { value: string } }> | { segment: { value: string } },
  values: TemplateValues,
  platform: string,
): string {
  const id = segmentId(fillText(segment.value, values));
  if (id !== undefined) return id;
  throw creationRefused(
    platform,
    'its name or id is too long, or has characters that cannot be printed',
  );
}

function unexplained({ status }: Answered): string {
  return `it gave no reason (HTTP ${status}); ask the operator of this integration`;
}
