import type { Command } from 'commander';
import { check, type CheckOptions } from './check.ts';
import { tryPlatform, type TryOptions } from './try.ts';

const VARIABLES_AND_CODES = `
Environment:
  DESTINATION_CREDENTIALS  what the platform wants; never given on the command line
  DESTINATION_OPTIONS      the options of the description, as a JSON object
  DESTINATION_BASE_URL     replaces the description's base URL

Exit codes:
  0  done
  1  something is wrong with the description, or the platform did not do it; the output says what
  2  wrong usage or configuration`;

/** Adds `destination check|try`. */
export function addDestinationCommands(program: Command): void {
  const group = program
    .command('destination')
    .description('a platform that is described by a JSON file: check the file, try it out')
    .addHelpText('after', examples('check my-platform.json', 'try my-platform.json --dry-run'));

  group
    .command('check')
    .description(
      'tell what is wrong with a description, and what the relay would do by it; calls nobody',
    )
    .argument('<platform>', 'a .json file, or the id of a description that ships')
    .option('--json', 'write JSON')
    .addHelpText('after', examples('check my-platform.json', 'check pangolin --json'))
    .action((platform: string, options: CheckOptions) => {
      check(platform, options);
    });

  group
    .command('try')
    .description(
      'create a segment, add one test member and remove it again; every request and answer is written, secrets hidden',
    )
    .argument('<platform>', 'a .json file, or the id of a destination that ships')
    .option('--dry-run', 'only write what would be sent')
    .option('--no-wait', 'do not wait until a new segment takes members')
    .option('--user <id>', 'the id of the test member', 'audience-relay-test')
    .option('--title <text>', 'the title of the segment', 'Audience Relay test')
    .addHelpText(
      'after',
      examples('try my-platform.json --dry-run', 'try my-platform.json --user me@example.com'),
    )
    .action((platform: string, options: TryOptions) => tryPlatform(platform, options));
}

function examples(...lines: readonly string[]): string {
  const commands = lines.map((line) => `  audience-relay destination ${line}`).join('\n');
  return `\nExamples:\n${commands}\n${VARIABLES_AND_CODES}`;
}
