import type { Command } from 'commander';
import {
  list,
  purge,
  replay,
  show,
  type CommonOptions,
  type PurgeOptions,
  type ReplayOptions,
} from './actions.ts';
import { addFilterOptions, type FilterOptions } from './filter-options.ts';

const WHERE_AND_CODES = `
Where:
  With DEAD_LETTER_SUBSCRIPTION set, on Pub/Sub; then TOPIC, CONTROL_TOPIC and DESTINATION are needed as well, and
  GOOGLE_CLOUD_PROJECT, FIRESTORE_DATABASE, FIRESTORE_COLLECTION, MEMBER_ID and SHARDS as the relay has them.
  Otherwise on the local stack, at PORT (8080) or --local, with the newest of HMAC_SECRETS (local-secret).

Exit codes:
  0  done
  1  something could not be done; the output says what to do next
  2  wrong usage`;

/** Adds `dead-letters list|show|replay|purge`. */
export function addDeadLetterCommands(program: Command): void {
  const group = program
    .command('dead-letters')
    .description('what was given up on: look at it, replay it, throw it away')
    .addHelpText(
      'after',
      examples(
        '',
        'list',
        'show 0b6c9e0e-5d51-4d0c-9d43-5a3b8f6f7a55',
        'replay --dry-run',
        'purge --older-than 7d',
      ),
    );

  addFilterOptions(common(group.command('list')))
    .description('list dead letters, the oldest operation first')
    .addHelpText(
      'after',
      examples('list ', '', '--reason member-rejected --newer-than 2h', '--json'),
    )
    .action((options: CommonOptions & FilterOptions) => list(options));

  common(group.command('show'))
    .description('show one dead letter with the message in it, personal data included, as JSON')
    .argument('<id>', 'as `list` tells it')
    .addHelpText('after', examples('show ', '0b6c9e0e-5d51-4d0c-9d43-5a3b8f6f7a55'))
    .action((id: string, options: CommonOptions) => show(id, options));

  addFilterOptions(common(group.command('replay')))
    .description(
      'send dead letters to the destination again; what newer operations have overtaken is left out',
    )
    .option('--dry-run', 'only tell what would be replayed')
    .option('--include-uncertain', 'also what newer operations may have overtaken')
    .addHelpText(
      'after',
      examples(
        'replay',
        '--dry-run',
        '--audience a.1 --reason member-rejected',
        '--older-than 1d --json',
      ),
    )
    .action((options: ReplayOptions) => replay(options));

  addFilterOptions(common(group.command('purge')))
    .description('remove dead letters for good')
    .option('--dry-run', 'only tell what would be purged')
    .option('--yes', 'do not ask; needed where there is no terminal')
    .addHelpText(
      'after',
      examples('purge ', '--reason entry-invalid --dry-run', '--older-than 7d --yes'),
    )
    .action((options: PurgeOptions) => purge(options));
}

function common(command: Command): Command {
  return command
    .option('--local <url>', 'the local stack there, whatever the environment says')
    .option('--json', 'write JSON, and progress as lines of JSON to stderr');
}

function examples(command: string, ...variants: readonly string[]): string {
  const lines = variants.map((options) =>
    `  audience-relay dead-letters ${command}${options}`.trimEnd(),
  );
  return `\nExamples:\n${lines.join('\n')}\n${WHERE_AND_CODES}`;
}
