import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** What is wrong with a value, one text per problem: where, and the rule. */
export function issueTexts(issues: readonly Issue[]): string[] {
  return issues.flatMap((issue) => flatten(issue)).map(textOf);
}

/** Of alternatives, the problems of the one that was probably meant. */
function flatten(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const [meant = []] = issue.errors.toSorted((one, other) => distance(one) - distance(other));
  return meant.flatMap((inner) => flatten({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** Another type altogether is further away than any number of wrong fields. */
function distance(issues: readonly Issue[]): number {
  const otherType = ({ path, code }: Issue) => path.length === 0 && code !== 'unrecognized_keys';
  return issues.length + (issues.some(otherType) ? 1_000 : 0);
}

function textOf(issue: Issue): string {
  return `${issue.path.map(String).join('.') || 'the top'}: ${ruleOf(issue)}`;
}

function ruleOf(issue: Issue): string {
  if (issue.code === 'unrecognized_keys') {
    return `unknown: ${issue.keys.join(', ')}`;
  }
  const isMissing = issue.code === 'invalid_type' && issue.input === undefined;
  return isMissing && issue.message.endsWith('received undefined') ? 'is missing' : issue.message;
}
