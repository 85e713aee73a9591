import { describe, expect, test } from '@jest/globals';
import type { ConformanceRule } from './destinations/conformance-rule.ts';
import { checkRule, conformanceRules } from './destinations/rules.ts';
import type { DestinationFixture } from './destinations/third-party.ts';

type Start = () => Promise<DestinationFixture>;

/**
 * What every destination must do at a fake of its third party that enforces the documented rules. Rules
 * that do not apply, by what the destination declares, are no tests. Await it at the top of a test file.
 */
export async function destinationContract(name: string, start: Start): Promise<void> {
  const applying = await applyingRules(start);
  describe(name, () => {
    test.each(applying)('$name', async (rule) => {
      expect(await checkRule(rule, start)).toBeUndefined();
    });
  });
}

async function applyingRules(start: Start): Promise<ConformanceRule[]> {
  const fixture = await start();
  try {
    const destination = fixture.create(fixture.settings);
    return conformanceRules.filter(({ applies }) => applies?.(destination, fixture) !== false);
  } finally {
    await fixture.thirdParty.close();
  }
}
