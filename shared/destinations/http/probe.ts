import { ConfigurationError, DestinationError } from '../../errors.ts';
import { creationMisconfigured } from '../failed-call.ts';
import type { Caller } from './caller.ts';
import type { ProbeCall } from './description/calls.ts';
import type { PlatformDescription } from './description/schema.ts';
import { meaningOf } from './interpret.ts';
import type { TemplateValues } from './template.ts';

interface Parts {
  readonly platform: PlatformDescription;
  readonly call: Caller;
  /** What every template may name, at present. */
  readonly constants: () => TemplateValues;
}

/** A function that makes the call of a description that changes nothing, and throws what its answer means. */
export function prober(probe: ProbeCall, { platform, call, constants }: Parts) {
  return async (): Promise<void> => {
    const result = await call(probe, constants());
    if (result.kind === 'unanswered') throw unavailable(platform.name, result.reason);
    if (result.kind === 'unsendable') {
      throw new ConfigurationError([`DESTINATION_OPTIONS: one of them ${result.reason}`]);
    }
    const { status, retryAfterMs } = result;
    const meaning = meaningOf(result, [...probe.answers, ...platform.answers]);
    switch (meaning) {
      case 'ok':
        return;
      case 'retry':
      case 'too-fast':
        throw unavailable(platform.name, `answered ${status}`, retryAfterMs);
      case 'refused':
      case 'rejected':
        throw creationMisconfigured(platform.name, `answered ${status}`, { status });
      case 'fault':
        throw creationMisconfigured(platform.name, `answered ${status}`, { status, fault: true });
    }
  };
}

function unavailable(platform: string, what: string, retryAfterMs?: number): DestinationError {
  const text = `${platform} cannot be asked now: ${what}`;
  return new DestinationError('DESTINATION_UNAVAILABLE', text, { retryable: true, retryAfterMs });
}
