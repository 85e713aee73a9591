import { readConfig, type Config } from '../../shared/config.ts';
import type {
  BatchResult,
  Destination,
  MicroBatch,
  Outcome,
} from '../../shared/destinations/destination.ts';
import { RelayError } from '../../shared/errors.ts';
import { sleep } from '../../shared/sleep.ts';
import { CommandProblem } from '../command-problem.ts';
import { createHiding, type Hiding } from './hiding.ts';
import { openPlatform } from './open-platform.ts';
import { secretsIn } from './secrets-in.ts';
import { createShownFetch } from './shown-fetch.ts';

export interface TryOptions {
  readonly user: string;
  readonly title: string;
  readonly dryRun?: true;
  /** False: members are sent at once, though a new segment takes none yet. */
  readonly wait: boolean;
}

/** What stands for the id that only a real answer tells. A number, as some platforms' are. */
const NO_SEGMENT = '12345';

interface Tried {
  readonly destination: Destination;
  /** Calls so far. */
  readonly calls: () => number;
  readonly hiding: Hiding;
  readonly options: TryOptions;
}

/**
 * Creates a segment at a platform, adds one member and removes it again, and writes each request and
 * its answer, secrets hidden.
 * @throws CommandProblem when the platform did not do all of it
 */
export async function tryPlatform(name: string, options: TryOptions): Promise<void> {
  const config = readConfig('destinationTry');
  const credentials = config.DESTINATION_CREDENTIALS?.reveal();
  const platform = openPlatform(name);
  const secrets = credentials === undefined ? [] : secretsIn(credentials);
  const hiding = createHiding(secrets, platform.proofHeader);
  const shown = createShownFetch({ hiding, dryRun: options.dryRun === true, print: console.log });
  const destination = platform.create(settingsOf(config, shown.fetch));
  const tried = { destination, calls: shown.count, hiding, options };
  try {
    const segment = await createSegment(tried);
    await applyOne(tried, 'add', segment);
    await applyOne(tried, 'remove', segment);
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    throw new CommandProblem(hiding.text(error.message));
  } finally {
    await destination.close?.();
  }
  console.log(
    options.dryRun === true
      ? `\nNothing was sent. Without --dry-run, these ${shown.count()} calls are made.`
      : `\nOK: ${destination.id} created a segment and took a member. Delete the segment "${hiding.text(options.title)}" there if you do not want it.`,
  );
}

function settingsOf(config: Config<'destinationTry'>, shownFetch: typeof fetch) {
  const credentials = config.DESTINATION_CREDENTIALS?.reveal();
  return {
    baseUrl: config.DESTINATION_BASE_URL,
    credentials: credentials === undefined ? undefined : () => Promise.resolve(credentials),
    options: config.DESTINATION_OPTIONS,
    fetch: shownFetch,
  };
}

async function createSegment({ destination, hiding, options }: Tried): Promise<string> {
  const { segments, readyAfterMs = 0 } = destination.capabilities;
  const request = { title: options.title, audienceId: 'audience-relay-try' };
  console.log(segments === 'implicit' ? 'segment: comes to be with its first member' : 'create:');
  if (options.dryRun === true && segments === 'created') {
    // The answer that would name it is missing.
    await destination.createSegment(request).catch(onlyRelayErrors);
    console.log(`  the answer tells the segment; ${NO_SEGMENT} stands for it below`);
    return NO_SEGMENT;
  }
  const found = await destination.findSegment?.(request);
  const segment = found ?? (await destination.createSegment(request)).segment;
  console.log(`  the segment is ${hiding.text(segment)}`);
  if (readyAfterMs > 0 && found === undefined && options.wait) {
    const text = `it takes members in ${readyAfterMs / 1_000} s: waiting (--no-wait does not)`;
    console.log(`  ${text}`);
    await sleep(readyAfterMs);
  }
  return segment;
}

function onlyRelayErrors(error: unknown): void {
  if (!(error instanceof RelayError)) throw error;
}

async function applyOne(
  { destination, calls, options }: Tried,
  operation: MicroBatch['operation'],
  segment: string,
): Promise<void> {
  console.log(`${operation}:`);
  const members = [{ segment, user: options.user, operatedAt: Date.now() }];
  const callsBefore = calls();
  const result = await destination.apply({ operation, members });
  // What a dry run answers itself means nothing.
  if (options.dryRun === true && calls() > callsBefore) return;
  const outcome = outcomeOf(result);
  const expected = outcome.status === 'delivered' || outcome.status === 'skipped';
  const reason = 'reason' in outcome ? ` (${outcome.reason})` : '';
  console.log(`  the member is ${outcome.status}${reason}`);
  if (!expected) {
    const text = `${destination.id} did not ${operation} the member: ${outcome.status}${reason}. Compare the request above with the platform's documentation.`;
    throw new CommandProblem(text);
  }
}

function outcomeOf(result: BatchResult): Outcome {
  if (result.kind !== 'outcomes') {
    return { status: result.kind === 'retry' ? 'retry' : 'rejected', reason: result.reason };
  }
  if ((result.unnamedRefusals ?? 0) > 0) {
    return { status: 'rejected', reason: 'the answer counts it as not taken' };
  }
  return result.outcomes[0] ?? { status: 'retry', reason: 'the answer leaves it out' };
}
