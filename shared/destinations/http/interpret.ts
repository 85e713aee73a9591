import { classifyStatus, type StatusClass } from '../classify-status.ts';
import type { Answered } from '../send-request.ts';
import type { AnswerRule, Condition } from './description/answers.ts';
import { parseAnswer, valueAt } from './pointer.ts';

/** What an answer means: by the first rule that fits, else by its status. */
export function meaningOf({ status, body }: Answered, rules: readonly AnswerRule[]): StatusClass {
  let parsed: { readonly value: unknown } | undefined;
  const fits = ({ status: statuses, at, in: values }: AnswerRule): boolean => {
    if (statuses?.includes(status) === false) return false;
    if (at === undefined || values === undefined) return true;
    parsed ??= { value: parseAnswer(body) };
    return holds(parsed.value, { at, in: values });
  };
  return rules.find(fits)?.means ?? classifyStatus(status);
}

/** Whether the value at a place is one of those of a condition. */
export function holds(value: unknown, { at, in: wanted }: Condition): boolean {
  const found = valueAt(value, at);
  return wanted.some((candidate) => candidate === found);
}
