import { startPangolin, type Pangolin } from '../../test/pangolin/pangolin.ts';
import type { DmpSettings } from '../dmp/dmp-client.ts';

/** The fake platforms of a local stack. */
export interface Pangolins {
  /** There is always one to look at, also where nothing is forwarded to it. */
  readonly firstUrl: string;
  /** By the ids of the destinations that they are the platforms of. */
  readonly urls: ReadonlyMap<string, string>;
  /** Tells all of them where intake is, so that their pages can play the DMP. */
  playDmpAt(intake: DmpSettings): void;
  close(): Promise<void>;
}

/** Whether Pangolin is what the relay's own description with this id describes. */
export function isPangolin(destination: string): boolean {
  return /^pangolin(-|$)/.test(destination);
}

/**
 * Starts a Pangolin for each of these destinations, and one if there are none: on `firstPort` and those
 * that follow it; 0 takes free ones.
 * @throws Error when a port is in use.
 */
export async function startPangolins(
  destinations: readonly string[],
  firstPort: number,
): Promise<Pangolins> {
  const first = await startPangolin({ port: firstPort });
  const started: Pangolin[] = [first];
  const close = async () => {
    await Promise.all(started.map((pangolin) => pangolin.close()));
  };
  try {
    while (started.length < destinations.length) {
      const port = firstPort === 0 ? 0 : firstPort + started.length;
      started.push(await startPangolin({ port }));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const urls = new Map(destinations.map((id, index) => [id, started[index]?.url ?? '']));
  const playDmpAt = (intake: DmpSettings) => {
    for (const pangolin of started) pangolin.playDmpAt(intake);
  };
  return { firstUrl: first.url, urls, playDmpAt, close };
}
