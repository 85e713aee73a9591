/**
 * The conformance kit: what every destination must do, as rules with names. A rule throws when it is
 * broken. What does not apply follows from what the destination declares and from what its third
 * party can do, never from an option of the test.
 */
import { capabilityRules } from './capability-rules.ts';
import type { ConformanceRule } from './conformance-rule.ts';
import { membershipRules } from './membership-rules.ts';
import { mishapRules } from './mishap-rules.ts';
import { segmentRules } from './segment-rules.ts';
import { settingsRules } from './settings-rules.ts';
import type { DestinationFixture } from './third-party.ts';

export const conformanceRules: readonly ConformanceRule[] = [
  ...capabilityRules,
  ...segmentRules,
  ...membershipRules,
  ...mishapRules,
  ...settingsRules,
];

/** A rule that a destination breaks, and how. */
export interface BrokenRule {
  readonly rule: string;
  readonly how: string;
}

/** Checks one rule at a third party of its own. Undefined: kept. `skipped`: it does not apply. */
export async function checkRule(
  rule: ConformanceRule,
  start: () => Promise<DestinationFixture>,
): Promise<BrokenRule | 'skipped' | undefined> {
  const fixture = await start();
  try {
    const destination = fixture.create(fixture.settings);
    if (rule.applies?.(destination, fixture) === false) return 'skipped';
    await rule.check(destination, fixture);
    await destination.close?.();
    const broken = fixture.thirdParty.violations();
    if (broken.length === 0) return undefined;
    return { rule: rule.name, how: `the third party's own rules: ${broken.join('; ')}` };
  } catch (error) {
    return { rule: rule.name, how: error instanceof Error ? error.message : String(error) };
  } finally {
    await fixture.thirdParty.close();
  }
}
