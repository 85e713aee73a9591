import { parseArgs } from 'node:util';

export interface ChaosOptions {
  readonly mutations: number;
  /** The same seed, the same requests. */
  readonly seed: number;
  readonly audiences: number;
  /** Number of times a process of forward is killed (SIGKILL). */
  readonly kills: number;
  /** Number of times one is frozen for longer than its lease (SIGSTOP, SIGCONT). */
  readonly freezes: number;
  /** Number of times one is ended in order (SIGTERM). */
  readonly ends: number;
  /** Number of times the queue stands still for longer than intake waits for it. */
  readonly stutters: number;
  /** Processes of forward on one subscription. */
  readonly drainers: number;
  /** Seconds between sweeps, as Cloud Scheduler makes them; 0: none. */
  readonly sweep: number;
  /** How long what was sent may take to arrive, at most. */
  readonly minutes: number;
}

const DEFAULTS = {
  mutations: '200000',
  seed: '1',
  audiences: '10',
  kills: '5',
  freezes: '1',
  ends: '1',
  stutters: '3',
  drainers: '1',
  sweep: '60',
};
/** Several times what a laptop takes. */
const MUTATIONS_PER_TEN_MINUTES = 250_000;

/**
 * The options of the command line.
 * @throws TypeError naming the option that is unknown or no whole number.
 */
export function parseOptions(args: readonly string[]): ChaosOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      mutations: text,
      seed: text,
      audiences: text,
      kills: text,
      freezes: text,
      ends: text,
      stutters: text,
      drainers: text,
      sweep: text,
      minutes: text,
    },
  });
  const defaultMinutes = (mutations: number) =>
    String(10 * Math.ceil(mutations / MUTATIONS_PER_TEN_MINUTES));
  const wholeNumber = (name: keyof typeof values, least: number, byDefault: string): number => {
    const value = values[name] ?? byDefault;
    if (/^\d{1,9}$/.test(value) && Number(value) >= least) return Number(value);
    throw new TypeError(`--${name} must be a whole number, ${least} or more`);
  };
  const mutations = wholeNumber('mutations', 1, DEFAULTS.mutations);
  return {
    mutations,
    seed: wholeNumber('seed', 0, DEFAULTS.seed),
    audiences: wholeNumber('audiences', 1, DEFAULTS.audiences),
    kills: wholeNumber('kills', 0, DEFAULTS.kills),
    freezes: wholeNumber('freezes', 0, DEFAULTS.freezes),
    ends: wholeNumber('ends', 0, DEFAULTS.ends),
    stutters: wholeNumber('stutters', 0, DEFAULTS.stutters),
    drainers: wholeNumber('drainers', 1, DEFAULTS.drainers),
    sweep: wholeNumber('sweep', 0, DEFAULTS.sweep),
    minutes: wholeNumber('minutes', 1, defaultMinutes(mutations)),
  };
}
