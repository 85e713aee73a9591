import type { TrafficShape } from './data-files.ts';
import { traitsOf, type Limit, type LimitId } from './limits.ts';
import type { Model, Nearness, Outlook } from './model.ts';
import type { Settings } from './settings.ts';

/** One limit that is hit, and what became of it. */
export interface Step {
  readonly limit: Limit;
  /** The limit's share after the change; above 1 where it was not lifted. */
  readonly shareAfter: number;
  readonly change: string;
}

export interface Growth {
  readonly shape: TrafficShape;
  readonly steps: readonly Step[];
  /** With the settings at the end. */
  readonly outlook: Outlook;
  readonly settings: Settings;
}

const EPSILON = 1e-9;
/** Enough for every limit to come up twice. */
const MAX_STEPS = 26;

/**
 * Changes one setting after the other until a size fits: always that which lifts the limit that is exceeded most.
 * What no setting of ours lifts is noted, and passed over.
 */
export function grow(shape: TrafficShape, from: Settings, model: Model): Growth {
  const steps: Step[] = [];
  const passedOver = new Set<LimitId>();
  let settings = from;
  let nearness = model.limitsAt(shape, settings);
  for (;;) {
    const limit = nearness.limits.find(({ id, share }) => share > 1 && !passedOver.has(id));
    if (limit === undefined) {
      return { shape, steps, settings, outlook: model.lookAt(shape, settings) };
    }
    const raised = raise(limit.id);
    // What was raised may have to be raised again after another change; what no setting lifts, never.
    if (shareOf(raised.nearness, limit.id) > 1 || steps.length > MAX_STEPS)
      passedOver.add(limit.id);
    steps.push({
      limit,
      shareAfter: shareOf(raised.nearness, limit.id),
      change: changesBetween(settings, raised.settings) || traitsOf(limit.id).lift,
    });
    ({ settings, nearness } = raised);
  }

  /** Raises the setting step by step, as far as it takes and as long as it helps. */
  function raise(id: LimitId): { settings: Settings; nearness: Nearness } {
    let best = { settings, nearness };
    let tried = settings;
    while (shareOf(best.nearness, id) > 1) {
      const next = traitsOf(id).raise?.(tried, model.assumptions);
      if (next === undefined) break;
      tried = next;
      const seen = model.limitsAt(shape, next);
      if (shareOf(seen, id) < shareOf(best.nearness, id) - EPSILON) {
        best = { settings: next, nearness: seen };
      }
    }
    return best;
  }
}

export function shareOf({ limits }: Nearness, id: LimitId): number {
  return limits.find((limit) => limit.id === id)?.share ?? 0;
}

/** What differs between two deployments, in the words of terraform/variables.tf. */
export function changesBetween(before: Settings, after: Settings): string {
  const functions = [
    ['intake', before.intake, after.intake],
    ['destinations.…', before.forward, after.forward],
  ] as const;
  const changes = before.shards === after.shards ? [] : [`\`shards = ${after.shards}\``];
  for (const [name, was, is] of functions) {
    if (was.maxInstances !== is.maxInstances) {
      changes.push(`\`${name}.max_instances = ${is.maxInstances}\``);
    }
    if (was.concurrency !== is.concurrency) {
      changes.push(`\`${name}.concurrency = ${is.concurrency}\``);
    }
    if (was.memoryMib !== is.memoryMib) changes.push(`\`${name}.memory_mib = ${is.memoryMib}\``);
  }
  return changes.join(', ');
}

/** The mutations a day at which the first limit is hit, if the traffic keeps its shape, and which that is. */
export function firstLimitAsTrafficGrows(
  shape: TrafficShape,
  settings: Settings,
  model: Model,
): { readonly mutationsPerDay: number; readonly limit: Limit } {
  const nearestAt = (mutationsPerDay: number) => {
    const [nearest] = model.limitsAt({ ...shape, mutationsPerDay }, settings).limits;
    if (nearest === undefined) throw new Error('The model knows no limit.');
    return nearest;
  };
  let below = 1;
  let above = 1e12;
  while (above / below > 1.02) {
    const middle = Math.sqrt(below * above);
    if (nearestAt(middle).share > 1) above = middle;
    else below = middle;
  }
  return { mutationsPerDay: above, limit: nearestAt(above) };
}
