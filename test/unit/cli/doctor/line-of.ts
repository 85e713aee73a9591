import { expect, it } from '@jest/globals';
import type { Status } from '../../../../cli/doctor/check.ts';
import { deploymentChecks } from '../../../../cli/doctor/deployment/checks.ts';
import type { Deployment } from '../../../../cli/doctor/deployment/deployment.ts';
import type { Looked, Unseen } from '../../../../cli/doctor/looked.ts';
import { runChecks } from '../../../../cli/doctor/run-checks.ts';
import { deployment } from './healthy-deployment.ts';

/** What is told of a deployment with these changes, in the only line of this name. */
export async function lineOf(name: string, changes: Partial<Deployment>) {
  const results = await runChecks(deploymentChecks, deployment(changes));
  const [line, ...more] = results.filter((result) => result.name === name);
  if (line === undefined || more.length > 0) throw new Error(`There is not one line "${name}".`);
  return { status: line.status, text: line.text, advice: line.advice.join('\n') };
}

/** The line's name, what is wrong, and what is then told and advised, in part. */
export type Fault = readonly [
  name: string,
  fault: string,
  changes: Partial<Deployment>,
  text: string,
  advice: string,
];

/** A test for each fault: that it has this status, text and advice. */
export function testFaults(status: Status, faults: readonly Fault[]): void {
  const cases = faults.map(([name, fault, changes, text, advice]) => ({
    ...{ title: `${name}: ${fault}`, name, changes },
    line: {
      status,
      text: expect.stringContaining(text),
      advice: expect.stringContaining(advice),
    },
  }));
  it.each(cases)('$title', async ({ name, changes, line }) => {
    expect(await lineOf(name, changes)).toEqual(line);
  });
}

/** Something that cannot be seen. */
export function unseen(looked: Unseen): () => Promise<Looked<never>> {
  return () => Promise.resolve(looked);
}
