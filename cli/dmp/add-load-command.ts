import { InvalidArgumentError, type Command } from 'commander';
import { wholeNumber } from '../whole-number.ts';
import { addTargetOptions, examples } from './common-options.ts';
import { load, type LoadOptions } from './load.ts';

const MAX_RATE = 2_000;
const MAX_DURATION_SECONDS = 600;

/** Adds `dmp load`. */
export function addLoadCommand(group: Command): void {
  addTargetOptions(group.command('load'))
    .description(
      'send mutations at a fixed rate, whether they are answered or not, and tell how long answers took',
    )
    .option('--rate <count>', 'requests a second', wholeNumber(1, MAX_RATE), 10)
    .option('--duration <seconds>', 'for so long', wholeNumber(1, MAX_DURATION_SECONDS), 10)
    .option('--audiences <count>', 'audiences, which are created first', wholeNumber(1, 1_000), 1)
    .option('--users <count>', 'different users', wholeNumber(1, 100_000_000), 10_000)
    .option('--batch <count>', 'users of one request', wholeNumber(1, 10_000), 100)
    .option('--remove-share <share>', 'the share of requests that remove, 0 to 1', share, 0)
    .option('--prefix <text>', 'what the ids of audiences and users begin with', 'load')
    .option('--yes-load-a-real-relay', 'also where the relay is not on this machine')
    .addHelpText(
      'after',
      examples(
        'load',
        'load --rate 100 --duration 30 --audiences 10 --users 100000 --remove-share 0.1',
        'load --rate 50 --json',
      ),
    )
    .action((options: LoadOptions) => load(options));
}

function share(text: string): number {
  const value = /^\d(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (value <= 1) return value;
  throw new InvalidArgumentError('Write a share from 0 to 1, as 0.1.');
}
